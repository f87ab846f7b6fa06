/** Formats of one kind kept at a time: a page needs a few, a server those of its stories' languages. */
const MOST_KEPT = 200;

/** Makes each format once, since making one costs more than using it a hundred times. */
export function remember<Format>(make: (key: string) => Format): (key: string) => Format {
  const kept = new Map<string, Format>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= MOST_KEPT) kept.clear();
    const made = make(key);
    kept.set(key, made);
    return made;
  };
}

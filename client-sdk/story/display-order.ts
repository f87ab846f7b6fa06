/** Where an entry stands on a page: newest first, and the greater `id` first where two are of the same moment. */
export interface Place {
  readonly id: string;
  readonly publishedAt: string;
}

interface Versioned extends Place {
  readonly version: number;
}

export function isBelow(entry: Place, other: Place): boolean {
  if (entry.publishedAt !== other.publishedAt) return entry.publishedAt < other.publishedAt;
  return entry.id < other.id;
}

/** Nothing but the place, so that what is kept of an entry is not its text. */
export function placeOf(entry: Place | undefined): Place | undefined {
  return entry && { id: entry.id, publishedAt: entry.publishedAt };
}

/** Puts a form in its place unless the same or a newer one of that entry is there. */
export function put<E extends Versioned>(entries: E[], entry: E): void {
  const index = entries.findIndex(({ id }) => id === entry.id);
  const held = entries[index];
  if (held !== undefined) {
    if (held.version >= entry.version) return;
    entries.splice(index, 1);
  }
  insert(entries, entry);
}

/** Puts in its place what is not there. */
export function insert<E extends Place>(entries: E[], entry: E): void {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = entries[middle];
    if (other !== undefined && isBelow(entry, other)) low = middle + 1;
    else high = middle;
  }
  entries.splice(low, 0, entry);
}

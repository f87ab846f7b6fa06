/**
 * Where an entry stands among a story's entries, as text that sorts: times have one length and one zone, and the
 * id parts entries of the same millisecond. Greatest first is newest first.
 */
export function orderKey(publishedAt: string, id: string): string {
  return `${publishedAt}~${id}`;
}

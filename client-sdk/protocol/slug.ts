/** Characters of a slug. */
export const SLUG_MOST = 80;

/** The stream of all public breaking entries; read like a story, never written by commands. */
export const BREAKING_SLUG = '@breaking';

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** `[a-z0-9]` words joined by `-`, at most 80 characters. */
export function isSlug(text: string): boolean {
  return text.length <= SLUG_MOST && SLUG.test(text);
}

/** The words of a text that can stand in a slug: what is no Latin letter or digit parts them, and accents are left out. */
export function slugWords(text: string): readonly string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

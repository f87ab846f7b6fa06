/** What readers are told of an item that says that it corrects and not what, in the languages of the interface. */
const TEXTS: Readonly<Record<string, string>> = {
  ar: 'صحّح المصدر هذا الخبر.',
  de: 'Die Quelle hat diese Meldung korrigiert.',
  es: 'La fuente ha corregido esta información.',
  fr: 'La source a rectifié cette information.',
  uk: 'Джерело виправило це повідомлення.',
};
const ENGLISH = 'The source has corrected this report.';

/** In the language of a story, else in English. */
export function correctionText(language: string): string {
  return TEXTS[new Intl.Locale(language).language] ?? ENGLISH;
}

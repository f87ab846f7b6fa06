const RIGHT_TO_LEFT = new Set(['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg', 'Samr', 'Mand', 'Yezi']);

/**
 * The direction follows from the script that the language is written in, which the tag may name or imply. What is no
 * language's tag is written from left to right.
 */
export function directionOf(language: string): 'ltr' | 'rtl' {
  const script = localeOf(language)?.maximize().script;
  return script !== undefined && RIGHT_TO_LEFT.has(script) ? 'rtl' : 'ltr';
}

/**
 * A language's tag as `Intl` takes it, from what somebody wrote into an attribute (`de_AT` too). `undefined` for what is
 * none, which `Intl` would throw at.
 */
export function tagOf(text: string): string | undefined {
  return localeOf(text.trim().replaceAll('_', '-'))?.toString();
}

/** Whether texts in one language need no mark in a text of the other: the same words, whatever the region. */
export function isSameLanguage(one: string, other: string): boolean {
  return one === other || spokenOf(one) === spokenOf(other);
}

/** Language and script, which decide how it is read out and laid out. */
function spokenOf(tag: string): string {
  const locale = localeOf(tag)?.maximize();
  return locale === undefined ? tag : `${locale.language} ${locale.script}`;
}

const locales = new Map<string, Intl.Locale | undefined>();
/** Tags remembered at a time: a page has few. */
const MOST_LOCALES = 100;

function localeOf(tag: string): Intl.Locale | undefined {
  if (locales.has(tag)) return locales.get(tag);
  let locale: Intl.Locale | undefined;
  try {
    locale = new Intl.Locale(tag);
  } catch {
    // No tag of a language.
  }
  if (locales.size >= MOST_LOCALES) locales.clear();
  locales.set(tag, locale);
  return locale;
}

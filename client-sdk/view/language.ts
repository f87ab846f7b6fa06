import { remember } from './remember.js';

const RIGHT_TO_LEFT = new Set(['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg', 'Samr', 'Mand', 'Yezi']);

/**
 * The direction follows from the script that the language is written in, which the tag may name or imply. What is no
 * language's tag is written from left to right.
 */
export function directionOf(language: string): 'ltr' | 'rtl' {
  const script = localeOf(language).locale?.maximize().script;
  return script !== undefined && RIGHT_TO_LEFT.has(script) ? 'rtl' : 'ltr';
}

/**
 * A language's tag as `Intl` takes it, from what somebody wrote into an attribute (`de_AT` too). `undefined` for what is
 * none, which `Intl` would throw at.
 */
export function tagOf(text: string): string | undefined {
  return localeOf(text.trim().replaceAll('_', '-')).locale?.toString();
}

/** Whether texts in one language need no mark in a text of the other: the same words, whatever the region. */
export function isSameLanguage(one: string, other: string): boolean {
  return one === other || spokenOf(one) === spokenOf(other);
}

/** Language and script, which decide how it is read out and laid out. */
const spokenOf = remember((tag) => {
  const locale = localeOf(tag).locale?.maximize();
  return locale === undefined ? tag : `${locale.language} ${locale.script}`;
});

const localeOf = remember((tag) => {
  try {
    return { locale: new Intl.Locale(tag) };
  } catch {
    return { locale: undefined };
  }
});

import { isSameLanguage } from '../../view/language.js';
import { en } from './texts/en.js';

/** What the settings and the help say. They are apart from the interface's other texts, since few readers open them. */
export interface HelpTexts {
  readonly title: string;
  readonly announcements: string;
  readonly all: string;
  readonly breaking: string;
  readonly off: string;
  readonly shortcuts: string;
  readonly shortcutsOn: string;
  readonly next: string;
  readonly previous: string;
  readonly new: string;
  readonly before: string;
  readonly after: string;
  readonly help: string;
  readonly close: string;
  /** As they are printed on the keyboards of those who read the language. */
  readonly keys: Readonly<Record<'control' | 'home' | 'end' | 'pageUp' | 'pageDown', string>>;
}

/** In the languages that the interface speaks. */
const LOADED: Readonly<Record<string, () => Promise<HelpTexts>>> = {
  ar: async () => (await import('./texts/ar.js')).ar,
  de: async () => (await import('./texts/de.js')).de,
  es: async () => (await import('./texts/es.js')).es,
  fr: async () => (await import('./texts/fr.js')).fr,
  uk: async () => (await import('./texts/uk.js')).uk,
};

/** The texts with the language that they are in: English where the one that was asked for does not come. */
export async function helpTextsIn(language: string): Promise<{ readonly language: string; readonly texts: HelpTexts }> {
  const load = Object.entries(LOADED).find(([spoken]) => isSameLanguage(spoken, language))?.[1];
  if (load !== undefined) {
    const texts = await load().catch(() => undefined);
    if (texts !== undefined) return { language, texts };
  }
  return { language: isSameLanguage('en', language) ? language : 'en', texts: en };
}

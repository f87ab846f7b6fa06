import { isSameLanguage, tagOf } from '../view/language.js';
import type { Texts } from '../view/messages.js';
import { en } from '../view/texts/en.js';

/** Loaded when a reader needs them; English is always at hand. */
const LOADED: Readonly<Record<string, () => Promise<Texts>>> = {
  ar: async () => (await import('../view/texts/ar.js')).ar,
  de: async () => (await import('../view/texts/de.js')).de,
  es: async () => (await import('../view/texts/es.js')).es,
  fr: async () => (await import('../view/texts/fr.js')).fr,
  uk: async () => (await import('../view/texts/uk.js')).uk,
};

/** The interface's texts in the language that is wanted at the moment. */
export class Wording {
  readonly #changed: () => void;
  #wanted: string | undefined;
  #texts: Texts | undefined;

  /** @param changed there are other texts than before. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /**
   * Absent until the language that was wanted first is here: who would show English until then would change every word
   * of a page that was printed in the reader's language, twice.
   */
  get texts(): Texts | undefined {
    return this.#texts;
  }

  /** Asks for a language, by its BCP 47 tag. Costs nothing where it is wanted already. */
  want(language: string): void {
    if (language === this.#wanted) return;
    this.#wanted = language;
    const tag = tagOf(language) ?? en.language;
    const load = Object.entries(LOADED).find(([spoken]) => isSameLanguage(spoken, tag))?.[1];
    if (load === undefined) this.#texts = isSameLanguage(en.language, tag) ? { ...en, language: tag } : en;
    else void this.#load(load, language, tag);
  }

  async #load(load: () => Promise<Texts>, language: string, tag: string): Promise<void> {
    // A part of the script that does not come must not keep the news from anybody.
    const texts = await load().then(
      (loaded) => ({ ...loaded, language: tag }),
      () => en,
    );
    if (language !== this.#wanted) return;
    this.#texts = texts;
    this.#changed();
  }
}

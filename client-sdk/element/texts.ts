import { isSameLanguage, tagOf } from '../view/language.js';
import type { Texts } from '../view/messages.js';
import { en } from '../view/texts/en.js';

/** Loaded when a reader needs them; English is always at hand. */
const LOADED: Readonly<Record<string, () => Promise<Readonly<Record<string, Texts>>>>> = {
  ar: () => import('../view/texts/ar.js'),
  de: () => import('../view/texts/de.js'),
  es: () => import('../view/texts/es.js'),
  fr: () => import('../view/texts/fr.js'),
  uk: () => import('../view/texts/uk.js'),
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
    const spoken = Object.keys(LOADED).find((one) => isSameLanguage(one, tag));
    if (spoken === undefined) this.#texts = isSameLanguage(en.language, tag) ? { ...en, language: tag } : en;
    else void this.#load(spoken, language, tag);
  }

  async #load(spoken: string, language: string, tag: string): Promise<void> {
    // A part of the script that does not come must not keep the news from anybody.
    const loaded = await LOADED[spoken]?.().catch(() => undefined);
    if (language !== this.#wanted) return;
    const texts = loaded?.[spoken];
    this.#texts = texts === undefined ? en : { ...texts, language: tag };
    this.#changed();
  }
}

import { isSameLanguage } from '../language.js';
import type { Texts } from '../messages.js';
import { ar } from './ar.js';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import { uk } from './uk.js';

/** The interface in every language that it speaks, for servers. Browsers load theirs when it is wanted. */
export const TEXTS: readonly Texts[] = [en, ar, de, es, fr, uk];

/** The interface's texts for a BCP 47 tag, with its region's numbers and times; in English where there are none. */
export function textsIn(language: string): Texts {
  const texts = TEXTS.find((one) => isSameLanguage(one.language, language));
  return texts === undefined ? en : { ...texts, language };
}

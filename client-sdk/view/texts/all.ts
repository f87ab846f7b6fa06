import { isSameLanguage } from '../language.js';
import type { WholeTexts } from '../messages.js';
import { ar } from './ar.js';
import { de } from './de.js';
import { en } from './en.js';
import { wholeTexts } from './en-late.js';
import { es } from './es.js';
import { fr } from './fr.js';
import { uk } from './uk.js';

/** The interface in every language that it speaks, for servers. Browsers load theirs when it is wanted. */
export const TEXTS: readonly WholeTexts[] = [wholeTexts(en), ar, de, es, fr, uk];

/** The interface's texts for a BCP 47 tag, with its region's numbers and times; in English where there are none. */
export function textsIn(language: string): WholeTexts {
  const texts = TEXTS.find((one) => isSameLanguage(one.language, language));
  return texts === undefined ? wholeTexts(en) : { ...texts, language };
}

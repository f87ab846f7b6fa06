import type { Request } from 'express';
import { FRONT_LANGUAGES } from './front-texts.js';

const SPOKEN = Object.keys(FRONT_LANGUAGES);
const FALLBACK = 'en';

export interface FrontLanguage {
  /** One of `FRONT_LANGUAGES`, without a region: caches keep one page for each. */
  readonly language: string;
  /** Whether the address names it, so that what it leads on to is to name it too. */
  readonly isNamed: boolean;
}

/**
 * The language of the front page: what `?lang=` names, else what the browser asks for by `Accept-Language`; English for
 * what is not spoken here. Stories stay in their own.
 */
export function frontLanguageOf(req: Request): FrontLanguage {
  const { lang } = req.query;
  if (typeof lang === 'string' && lang !== '') return { language: spokenIn(lang) ?? FALLBACK, isNamed: true };
  return { language: req.acceptsLanguages(SPOKEN) || FALLBACK, isNamed: false };
}

/** `de` of `de`, `DE` and `de-AT`. */
function spokenIn(tag: string): string | undefined {
  const [language = ''] = tag.toLowerCase().split('-', 1);
  return SPOKEN.includes(language) ? language : undefined;
}

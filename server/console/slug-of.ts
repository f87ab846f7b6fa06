import { LIMITS } from '@slugline/client/protocol';
import { slugWords } from '../story/slug-words.js';

/** Words that say nothing in an address. */
const SMALL = new Set(['a', 'an', 'the', 'of', 'in', 'on', 'at', 'to', 'and', 'for', 'as', 'is']);
/** Words of an address that can still be said on the phone. */
const WORDS = 5;

/** A short name from a headline; empty where nothing of it is Latin. */
export function slugOf(headline: string): string {
  const words = slugWords(headline);
  const telling = words.filter((word) => !SMALL.has(word));
  return (telling.length > 0 ? telling : words).slice(0, WORDS).join('-').slice(0, LIMITS.slug).replace(/-+$/, '');
}

import { toHtml } from '@slugline/client/body';
import type { Entry } from '@slugline/client/protocol';
import { h, print, type Texts, timeText } from '@slugline/client/view';

/**
 * What feed readers show of an entry, in the elements that a body is made of. First what one has to know before reading:
 * what was wrong in it until when, and how sure it is.
 */
export function contentHtml({ corrections, verification, body }: Entry, texts: Texts): string {
  // Told from no day in particular: the same text must not read differently tomorrow.
  const clock = { language: texts.language, timeZone: 'UTC', now: 0 };
  const corrected = corrections.map(({ at, text }) =>
    h('p', {}, h('strong', {}, `${texts.corrected.replace('{time}', () => timeText(at, clock))}:`), ` ${text}`),
  );
  const certainty = verification === undefined ? [] : [h('p', {}, h('em', {}, texts[`verification.${verification}`]))];
  return [...corrected, ...certainty].map(print).join('') + toHtml(body);
}

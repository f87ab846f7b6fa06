import { isSlug, LIMITS, parsePosition } from '@slugline/client/protocol';
import { z } from 'zod';
import { isLinkUrl, isResourceUrl, isText } from './readable-text.js';

/**
 * The texts that objects and requests are made of. Lengths are UTF-16 code units, as `String.length` counts them
 * in the languages that check before they send.
 *
 * What JSON Schema can say of a rule stands beside it, for the documents that are made of these schemas (`contract/`).
 */
const NOT_TEXT_MESSAGE = 'must not hold control characters or halves of a surrogate pair';

const LINE_SPACE = /[\t\n\r\u2028\u2029 ]+/g;
const LINE_BREAK = /\r\n?|[\u2028\u2029]/g;

/** One line: white space within (a pasted line break, a tab) becomes one space, none is left at the ends. */
export const line = (most: number) =>
  z
    .string()
    .overwrite((text) => text.replace(LINE_SPACE, ' ').trim())
    .min(1)
    .max(most)
    .refine(isText, NOT_TEXT_MESSAGE);

/** Text that may break into lines with `\n`. */
export const prose = (most: number) =>
  z
    .string()
    .overwrite((text) => text.replace(LINE_BREAK, '\n').trim())
    .min(1)
    .max(most)
    .refine(isText, NOT_TEXT_MESSAGE);

/**
 * A run of a block's text: its white space at the ends parts it from its neighbours, so it stays. How long it may be
 * is for the block to say, all of its runs together.
 */
export const spanText = z
  .string()
  .overwrite((text) => text.replace(LINE_BREAK, '\n'))
  .min(1)
  .refine(isText, NOT_TEXT_MESSAGE);

const urlText = z.string().max(LIMITS.url);
export const linkUrl = urlText
  .refine(isLinkUrl, 'must be an absolute http:, https: or mailto: URL')
  .meta({ format: 'uri' });
export const resourceUrl = urlText
  .refine(isResourceUrl, 'must be an absolute http: or https: URL')
  .meta({ format: 'uri' });

export const slug = z
  .string()
  .max(LIMITS.slug)
  .refine(isSlug, 'must be words of a–z and 0–9 joined by single hyphens, such as harbour-fire')
  .meta({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', minLength: 1 });

/** Ids made by the server, and whatever else an import may bring in their place. */
export const objectId = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/, 'must be an entry’s id: 1 to 64 of A–Z, a–z, 0–9, _ and -');

export const memberIdText = z
  .string()
  .regex(/^[A-Za-z0-9]{8,32}$/, 'must be a member’s id: 8 to 32 letters and digits');

function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** BCP 47, brought to its canonical spelling (`EN-gb` → `en-GB`). */
export const language = z
  .string()
  .max(64)
  .overwrite((tag) => canonicalLanguage(tag) ?? tag)
  .refine((tag) => canonicalLanguage(tag) !== undefined, 'must be a BCP 47 language tag such as en, pt-BR or zh-Hant');

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

function utcTime(text: string): string | undefined {
  if (!DATE_TIME.test(text)) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return undefined;
  // A date that the calendar lacks (30 February) is one that Date quietly moves on.
  const day = Number(text.slice(8, 10));
  const daysOfMonth = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  const utc = time.toISOString();
  return day <= daysOfMonth && utc.length === 24 ? utc : undefined;
}

/** A moment. Any offset is accepted; what is kept is UTC with milliseconds, so that times sort as text. */
export const time = z
  .string()
  .max(40)
  .overwrite((text) => utcTime(text) ?? text)
  .refine(
    (text) => utcTime(text) !== undefined,
    'must be a date and time with its offset, such as 2026-03-01T09:30:00Z or 2026-03-01T10:30:00+01:00',
  )
  .meta({ format: 'date-time' });

/** `EPOCH:SEQ`, read into a position. */
export const positionText = z
  .string()
  .transform((text, context) => {
    const position = parsePosition(text);
    if (position !== undefined) return position;
    context.addIssue({
      code: 'custom',
      message: 'must be a position (EPOCH:SEQ or EPOCH:SEQ-THROUGH) as an answer gave it',
    });
    return z.NEVER;
  })
  .meta({ type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}:\\d{1,16}(-\\d{1,16})?$' });

import { createHash } from 'node:crypto';
import { type EntryStatus, type FieldError, LIMITS, type Origin } from '@slugline/client/protocol';
import { z } from 'zod';
import { entryFields, storyFields } from '../schemas.js';
import { slugWords } from '../slug-words.js';
import { line, prose, slug, time } from '../text-schemas.js';

/** Other names of an item that are looked at. Nobody's wire has as many, and each costs a read. */
export const MOST_ALT_IDS = 10;

/** Items of one document: each is a commit, and all of them are done before the answer. */
export const MOST_ITEMS = 200;

const altId = z.strictObject({ role: line(LIMITS.name).exactOptional(), value: line(LIMITS.url) });

/** What an item says of the entry. What it does not say stays as it is. */
const content = z.strictObject({
  headline: entryFields.headline.exactOptional(),
  body: entryFields.body.exactOptional(),
  urgency: entryFields.urgency.exactOptional(),
  bylines: entryFields.bylines.exactOptional(),
  sources: entryFields.sources.exactOptional(),
  located: entryFields.located.exactOptional(),
  tags: entryFields.tags.exactOptional(),
  edNote: entryFields.edNote.exactOptional(),
});

/** The header of a story that the item would be the first of. */
const header = z.strictObject({
  headline: storyFields.headline.exactOptional(),
  standfirst: storyFields.standfirst.exactOptional(),
  kicker: storyFields.kicker.exactOptional(),
  language: storyFields.language.exactOptional(),
  picture: storyFields.picture.exactOptional(),
  keyPoints: storyFields.keyPoints.exactOptional(),
});

/**
 * One item of a wire, whichever format it came in. There is no `breaking` in it: to alert readers is the desk's own
 * decision, whatever urgency an agency gives its news.
 */
export const wireItem = z.strictObject({
  guid: line(LIMITS.url),
  altIds: z.array(altId).max(MOST_ALT_IDS),
  version: line(LIMITS.tag).exactOptional(),
  versionCreated: time.exactOptional(),
  pubStatus: z.enum(['usable', 'withheld', 'canceled']),
  embargoedUntil: time.exactOptional(),
  /** Of the story; absent where the item names none in a form that could be one. */
  slug: slug.exactOptional(),
  header,
  content,
  /** Whether it says that it corrects what was said before. */
  isCorrection: z.boolean(),
  /** What was wrong and what is right, for readers. */
  correction: prose(LIMITS.correctionText).exactOptional(),
  /** To stand in the place of what is withheld or canceled. */
  notice: prose(LIMITS.notice).exactOptional(),
});
export type WireItem = z.output<typeof wireItem>;

/** What a document of a wire came to. */
export interface ReadItem {
  readonly item: WireItem;
  /** What of it cannot be shown, such as a picture without a credit: it is left out, and told to the sender. */
  readonly leftOut: readonly FieldError[];
}

/** What is kept of an item with the entry that it became. */
export function originOf(item: WireItem): Origin {
  const { guid, version, versionCreated, pubStatus } = item;
  return {
    guid,
    ...(version !== undefined && { version }),
    ...(versionCreated !== undefined && { versionCreated }),
    pubStatus,
    digest: createHash('sha256').update(JSON.stringify(item)).digest('base64url'),
  };
}

type Dated = Pick<Origin, 'guid' | 'version' | 'versionCreated'>;

const NUMBER = /^\d{1,30}$/;

/**
 * Whether an item is an earlier form of what is known. Numbers of versions count before times, but only under one guid:
 * an item that comes under another name begins to count anew. What cannot be told is not older.
 */
export function isOlder(item: Dated, known: Dated): boolean {
  if (item.guid === known.guid && NUMBER.test(item.version ?? '') && NUMBER.test(known.version ?? '')) {
    const [version, than] = [BigInt(item.version ?? ''), BigInt(known.version ?? '')];
    if (version !== than) return version < than;
  }
  if (item.versionCreated === undefined || known.versionCreated === undefined) return false;
  return item.versionCreated < known.versionCreated;
}

/** Whether a signal (`sig:correction`, `CORRECTED`) says that the item corrects what was said before. */
export const isCorrection = (signal: string | undefined): boolean => /^correct(?:ion|ed)$/i.test(signal ?? '');

export const isRecall = ({ pubStatus }: { readonly pubStatus: EntryStatus }): boolean => pubStatus !== 'usable';

/**
 * Under which names an item is to be found again: its guid, and its other names. One that is a URI is unique by itself,
 * wherever it stands, so that the guid of an item may later be another one's `altId`; any other is so within its role.
 */
export function namesOf({ guid, altIds }: Pick<WireItem, 'guid' | 'altIds'>): readonly string[] {
  const others = altIds.map(({ role = '', value }) => (URI.test(value) ? value : `${role}\n${value}`));
  return [...new Set([guid, ...others])];
}

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** A slugline as the slug of a story: `Velmouth-Fire, 2nd lead` is `velmouth-fire-2nd-lead`. */
export function slugOf(slugline: string): string | undefined {
  const text = slugWords(slugline).join('-').slice(0, LIMITS.slug).replace(/-$/, '');
  return text === '' ? undefined : text;
}

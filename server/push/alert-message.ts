import { createHash } from 'node:crypto';
import { toText } from '@slugline/client/body';
import type { Alert, Entry, PublicEntry, Story } from '@slugline/client/protocol';
import { directionOf } from '@slugline/client/view';
import { alertTexts } from './alert-texts.js';

/**
 * What followers are told of an entry as it is now. Made of public forms alone, and anew for each page of followers, so
 * that what was withdrawn or hidden a moment ago is in none of it.
 */
export type AlertMessage = Omit<Alert, 'tag' | 'round' | 'at'>;

/** Characters. What is shown is cut by each system as it likes; this bounds what is sent. */
const TITLE = 200;
const BODY = 300;

export function alertMessage(entry: PublicEntry, story: Story): AlertMessage {
  const own = alertTexts(story.language);
  const common = { slug: entry.slug, entryId: entry.id, publishedAt: entry.publishedAt };
  const ofOurs = { ...common, language: own.language, direction: directionOf(own.language) };
  const ofStory = { ...common, language: story.language, direction: directionOf(story.language) };
  // Without the notice, which is text too.
  if (story.visibility !== 'public') return { ...ofOurs, kind: 'withdrawn', title: own.texts.gone };
  if (entry.status !== 'usable') {
    const { withdrawn: title, withheldNotice, canceledNotice } = own.texts;
    const { notice } = entry;
    if (notice !== undefined) return { ...ofStory, kind: 'withdrawn', title, body: shortened(notice.text, BODY) };
    return { ...ofOurs, kind: 'withdrawn', title, body: entry.status === 'withheld' ? withheldNotice : canceledNotice };
  }
  const [correction] = entry.corrections;
  if (correction !== undefined) {
    const body = shortened(`${own.texts.correction}: ${correction.text}`, BODY);
    return { ...ofStory, kind: 'corrected', title: titleOf(entry, story), body };
  }
  const words = entry.headline === undefined ? '' : toText(entry.body);
  return { ...ofStory, kind: 'news', title: titleOf(entry, story), body: shortened(words || story.headline, BODY) };
}

/** The same for messages that a reader would see no difference between. */
export function digestOf({ kind, title, body, language }: AlertMessage): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, title, body, language]))
    .digest('base64url')
    .slice(0, 16);
}

/** Names an entry for push services and browsers: what comes later under the same name takes the place of the earlier. */
export function alertTag({ slug, entryId }: Pick<AlertMessage, 'slug' | 'entryId'>): string {
  return createHash('sha256').update(`${slug}/${entryId}`).digest('base64url').slice(0, 32);
}

/**
 * The text that is encrypted: at most some 2.4 KB, of the 3,993 bytes that push services must take.
 *
 * @param at grows with each replacement, so that a browser can tell which of two is the later.
 */
export function alertPayload(message: AlertMessage, { round, at }: Pick<Alert, 'round' | 'at'>): string {
  return JSON.stringify({ ...message, tag: alertTag(message), round, at } satisfies Alert);
}

function titleOf({ headline, body }: Entry, story: Story): string {
  return shortened(headline ?? toText(body), TITLE) || shortened(story.headline, TITLE);
}

/** In one line, cut between words where there are any. */
function shortened(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= most) return line;
  const cut = line.slice(0, most - 2).replace(/[\ud800-\udbff]$/, '');
  const end = cut.lastIndexOf(' ');
  return `${(end > most / 2 ? cut.slice(0, end) : cut).trimEnd()} …`;
}

import { createHash } from 'node:crypto';
import type { StoryStore, Write } from '../store/story-store.js';
import { type Held, heldRecord, type Lease, recordWrite, untilDue } from '../store/work-records.js';
import type { AlertMessage } from './alert-message.js';

/**
 * The server's own stream of what there is to be sent, in the public edition, which keeps no revisions. Nothing in it is
 * news: what is sent is read from the story at the time of sending. Two kinds of objects stand in it, and those with work
 * left are in its page, so that whoever looks for work reads nothing else:
 *
 * - an *alert*: one entry for the followers of one topic, and how far the way through them has come;
 * - a *retry*: followers of one push service that did not take their message, some hundred at most, to be asked again.
 */
export const ALERTS_STREAM = '@alerts';

/** How an alert goes through its followers: from those who came last to those who came first. */
interface Walk {
  /** Order key of followers: those below it are yet to be told. */
  readonly cursor: string;
  /** The page that begins here or below is the last; empty: there is none, all are told. */
  readonly until: string;
}

export interface AlertRecord {
  /** Whose followers are told: a story's slug or `@breaking`. */
  readonly topic: string;
  readonly slug: string;
  readonly entryId: string;
  /** When the entry first became an alert. Who follows since later is not told. */
  readonly madeAt: string;
  /** Grows with each message that takes the place of the last one. */
  readonly round: number;
  /** Later than that of the round before, whatever clock the two went by. */
  readonly roundAt: string;
  readonly kind: AlertMessage['kind'];
  /** Digest of the message of this round. */
  readonly told: string;
  /** Absent: there is nothing to do. */
  readonly walk?: Walk;
  /**
   * Order key down to which followers were told of any round, and perhaps the page below it: that one may have been
   * under way when the last of it was heard. Empty: all. Absent: nobody.
   */
  readonly reached?: string;
  readonly lease?: Lease;
}

export interface RetryRecord {
  readonly alertId: string;
  /** One of an earlier round than the alert's is void: its followers are told again anyway. */
  readonly round: number;
  readonly followers: readonly string[];
  /** How many times they were asked. */
  readonly tries: number;
  readonly due: string;
  readonly lease?: Lease;
}

export type Work = { readonly alert: Held<AlertRecord> } | { readonly retry: Held<RetryRecord> };

export function alertId(topic: string, slug: string, entryId: string): string {
  return createHash('sha256').update([topic, slug, entryId].join('\n')).digest('base64url').slice(0, 22);
}

export function retryId(alert: string, round: number, unique: string): string {
  return `${alert}.${round}.${unique}`;
}

export async function readAlert(store: StoryStore, id: string): Promise<Held<AlertRecord> | undefined> {
  const object = (await store.object(ALERTS_STREAM, 'public', id))?.object;
  return object === undefined ? undefined : heldRecord(object);
}

/** What is left to do, most urgent first: alerts, the newest first, then retries, the one due first in front. */
export async function pendingWork(store: StoryStore, limit: number): Promise<readonly Work[]> {
  const page = await store.page(ALERTS_STREAM, 'public', { limit });
  return (page?.objects ?? []).map((object) =>
    object.orderKey?.startsWith(RETRY) === true ? { retry: heldRecord(object) } : { alert: heldRecord(object) },
  );
}

/** Pages come with the greatest key first. */
const ALERT = 'b-';
const RETRY = 'a-';

export function alertWrite(id: string, version: number, record: AlertRecord): Write {
  const key = record.walk === undefined ? undefined : `${ALERT}${record.madeAt}-${id}`;
  return recordWrite(id, version, record, key);
}

/** @param record absent: it is done with. */
export function retryWrite(id: string, version: number, record: RetryRecord | undefined): Write {
  if (record === undefined) return recordWrite(id, version, {}, undefined);
  return recordWrite(id, version, record, `${RETRY}${untilDue(Date.parse(record.due))}-${id}`);
}

import { createHash } from 'node:crypto';
import type { Position } from '@slugline/client/protocol';
import type { StoryStore, Write } from '../store/story-store.js';
import { type Held, heldRecord, type Lease, recordWrite, untilDue } from '../store/work-records.js';
import type { Delivery, DeliveryFault } from './webhook-forms.js';

/**
 * The server's own stream of how far each webhook has come, in the public edition, which keeps no revisions. Nothing in it
 * is news: what is sent is read from the story at the time of sending. Two kinds of objects stand in it:
 *
 * - a *trail*: one story's way to one webhook. Those with work left are in the page, the one that is due first in front;
 * - a *dead letter*: a message that an endpoint did not take in all its time. They come behind, webhook by webhook.
 */
export const TRAILS_STREAM = '@webhook-trails';

/** How far a story was told. */
export interface Cursor extends Position {
  /** When the change there was made: what to go by where the position is of another history. */
  readonly at: string;
}

/** What names a message, and what it is of. */
export interface MessageOf {
  readonly id: string;
  readonly objectId: string;
  readonly version: number;
  readonly type: Delivery['type'];
  readonly at: string;
}

/** What the last try came to, where it came to nothing. */
export interface Failing {
  readonly status?: number;
  readonly fault?: DeliveryFault;
}

/** An endpoint that did not take a message of this story. */
export interface Trouble extends Failing {
  readonly message: MessageOf;
  /** Since when it has taken none of the story. */
  readonly since: string;
  readonly tries: number;
  readonly due: string;
}

export interface Trail {
  readonly webhookId: string;
  readonly slug: string;
  /** Absent: nothing was looked at yet. */
  readonly cursor?: Cursor;
  /** When the newest change was made that the story had as nothing was left of it to look at. Absent: that never was. */
  readonly levelAt?: string;
  /** The objects that were passed last, each with its version, newest first: told, or not for this webhook. */
  readonly passed: readonly (readonly [objectId: string, version: number])[];
  /** Objects to be told once more, whether or not they changed: dead letters that are to be sent again. */
  readonly again: readonly string[];
  /** Whether anything of the story was told, so that it has to be told where the story is no longer public. */
  readonly wasTold: boolean;
  /** That it is no longer public was told. */
  readonly isHidden?: true;
  readonly trouble?: Trouble;
  /** Whether there may be something to tell. */
  readonly hasWork: boolean;
  /** Grows whenever something may have come: who found nothing more goes by it. */
  readonly rung: number;
  readonly lease?: Lease;
}

export interface DeadLetter extends Failing {
  readonly webhookId: string;
  readonly slug: string;
  readonly message: MessageOf;
  readonly tries: number;
  readonly diedAt: string;
}

export function trailId(webhookId: string, slug: string): string {
  return createHash('sha256').update(`${webhookId}\n${slug}`).digest('base64url').slice(0, 22);
}

export function newTrail(webhookId: string, slug: string): Trail {
  return { webhookId, slug, passed: [], again: [], wasTold: false, hasWork: false, rung: 0 };
}

export async function readTrail(store: StoryStore, id: string): Promise<Held<Trail> | undefined> {
  const object = (await store.object(TRAILS_STREAM, 'public', id))?.object;
  return object === undefined ? undefined : heldRecord(object);
}

export async function readDead(store: StoryStore, id: string): Promise<Held<DeadLetter> | undefined> {
  const object = (await store.object(TRAILS_STREAM, 'public', id))?.object;
  return object?.orderKey === undefined ? undefined : heldRecord(object);
}

/** Pages come with the greatest key first. */
const TRAIL = 't-';
const DEAD = 'd-';

interface TrailPage {
  readonly trails: readonly Held<Trail>[];
  /** Where the next page begins; absent after the last one. */
  readonly older?: string;
}

/** Trails with work, the one due first in front. */
export async function trailsWithWork(store: StoryStore, limit: number, before?: string): Promise<TrailPage> {
  const query = before === undefined ? { limit } : { limit, before };
  const page = await store.page(TRAILS_STREAM, 'public', query);
  const objects = page?.objects ?? [];
  const trails = objects.filter(({ orderKey }) => orderKey?.startsWith(TRAIL) === true);
  const isLast = page?.older === undefined || trails.length < objects.length;
  return { trails: trails.map((object) => heldRecord<Trail>(object)), ...(!isLast && { older: page.older }) };
}

interface DeadPage {
  readonly letters: readonly Held<DeadLetter>[];
  readonly older?: string;
}

/** Dead letters of a webhook, newest first. */
export async function deadLetters(
  store: StoryStore,
  webhookId: string,
  { limit, before }: { readonly limit: number; readonly before?: string },
): Promise<DeadPage> {
  const prefix = `${DEAD}${webhookId}-`;
  const from = before === undefined ? `${prefix}~` : `${prefix}${before}`;
  const page = await store.page(TRAILS_STREAM, 'public', { limit, before: from });
  const objects = page?.objects ?? [];
  const own = objects.filter(({ orderKey }) => orderKey?.startsWith(prefix) === true);
  const isLast = page?.older === undefined || own.length < objects.length;
  return {
    letters: own.map((object) => heldRecord<DeadLetter>(object)),
    ...(!isLast && { older: page.older.slice(prefix.length) }),
  };
}

export function trailWrite(id: string, version: number, trail: Trail): Write {
  const due = trail.trouble === undefined ? 0 : Date.parse(trail.trouble.due);
  const orderKey = `${TRAIL}${untilDue(due)}-${id}`;
  return recordWrite(id, version, trail, trail.hasWork ? orderKey : undefined);
}

/** @param letter absent: it is done with. */
export function deadWrite(id: string, version: number, letter: DeadLetter | undefined): Write {
  if (letter === undefined) return recordWrite(id, version, {}, undefined);
  return recordWrite(id, version, letter, `${DEAD}${letter.webhookId}-${letter.diedAt}-${id}`);
}

import { createHash } from 'node:crypto';
import type { ChangeKind } from '@slugline/client/protocol';
import type { StoredObject } from '../store/story-store.js';
import { HEADER_ID } from '../store/story-store.js';
import { publicEntryOf } from '../story/stored.js';
import type { MessageOf, Trail, Trouble } from './trail-record.js';
import type { WebhookRecord } from './webhook-records.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** When what failed is tried again, and until when. */
export interface RetryTimes {
  /** Milliseconds before the second try, the third and so on; the last counts for all later ones. */
  readonly waitsMs: readonly number[];
  /** Milliseconds after which a message is given up, from when its change was made or, later, since nothing was taken. */
  readonly lifeMs: number;
}

/** Those that Standard Webhooks proposes: the tenth try is after three days. */
export const RETRY_TIMES: RetryTimes = {
  waitsMs: [
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
  ],
  lifeMs: 72 * HOUR_MS,
};

/** Kinds that bring text to whoever is told of them. */
const BRING_TEXT: ReadonlySet<ChangeKind> = new Set<ChangeKind>([
  'entry.published',
  'entry.updated',
  'entry.corrected',
  'entry.released',
]);

/** Whether a webhook is told of this story. */
export function followsStory({ stories }: WebhookRecord, slug: string): boolean {
  return stories === undefined || stories.includes(slug);
}

/**
 * Whether a webhook is told of an object in the form that it has now, by the kind of its newest change. A withdrawal is told
 * to all who are told of texts, whatever kinds they chose: they may hold this one.
 */
export function wants({ kinds }: WebhookRecord, object: StoredObject): boolean {
  if (kinds === undefined || kinds.includes(object.kind)) return true;
  if (object.objectId === HEADER_ID || publicEntryOf(object).status === 'usable') return false;
  return kinds.some((kind) => BRING_TEXT.has(kind));
}

/** Names the message of one form of an object: the same at each try, on each instance and after any crash. */
export function messageOf(webhookId: string, slug: string, object: StoredObject): MessageOf {
  const { objectId, version, kind, at } = object;
  return { id: messageId([webhookId, slug, objectId, String(version), at]), objectId, version, type: kind, at };
}

/** The message that a story is no longer public. */
export function hiddenMessageOf(webhookId: string, slug: string, header: StoredObject): MessageOf {
  const { version, at } = header;
  const id = messageId([webhookId, slug, 'hidden', String(version), at]);
  return { id, objectId: HEADER_ID, version, type: 'story.hidden', at };
}

function messageId(parts: readonly string[]): string {
  return `msg_${createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 27)}`;
}

const PASSED_MOST = 20;

/** The trail with an object passed in a version, whether it was told or not. */
export function withPassed(trail: Trail, { objectId, version }: Pick<StoredObject, 'objectId' | 'version'>): Trail {
  const newest: Trail['passed'][number] = [objectId, version];
  const others = trail.passed.filter(([id]) => id !== objectId);
  return { ...trail, passed: [newest, ...others].slice(0, PASSED_MOST) };
}

/** What a failed try comes to: the next one, or `dead` where the message had its time. */
export function afterFailure(
  before: Trouble | undefined,
  message: MessageOf,
  { now, askedMs = 0, times, random = Math.random() }: AfterFailure,
): Pick<Trouble, 'since' | 'tries' | 'due'> & { readonly isDead: boolean } {
  const since = before?.since ?? new Date(now).toISOString();
  const tries = (before?.tries ?? 0) + 1;
  const end = Math.max(Date.parse(message.at), Date.parse(since)) + times.lifeMs;
  const usual = times.waitsMs[Math.min(tries, times.waitsMs.length) - 1] ?? times.lifeMs;
  // A random part is taken off, so that what failed together does not come back together. The last try is at the end,
  // unless the endpoint asked for later.
  const due = now < end ? Math.max(Math.min(now + usual * (1 - random / 4), end), now + askedMs) : now;
  return { since, tries, due: new Date(Math.ceil(due)).toISOString(), isDead: now >= end };
}

interface AfterFailure {
  /** Milliseconds since 1970, by the store's clock. */
  readonly now: number;
  /** Milliseconds that the endpoint asked to be left alone. */
  readonly askedMs?: number;
  readonly times: RetryTimes;
  /** From 0 to 1. */
  readonly random?: number;
}

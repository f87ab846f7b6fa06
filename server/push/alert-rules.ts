import { BREAKING_SLUG, type PublicEntry, type Story } from '@slugline/client/protocol';
import { type AlertMessage, alertMessage, digestOf } from './alert-message.js';
import type { AlertRecord } from './alert-record.js';
import { followersUpTo } from './followers.js';

const HOUR_MS = 3_600_000;
/** How long a message is worth being sent, and kept by a push service for a device that is off. */
const LIFE_MS: Readonly<Record<AlertMessage['kind'], number>> = {
  news: 4 * HOUR_MS,
  corrected: 24 * HOUR_MS,
  withdrawn: 24 * HOUR_MS,
};
/** How long after an alert was made a message may take its place: an edit is no news later on, a withdrawal is. */
const REPLACED_FOR_MS: Readonly<Record<AlertMessage['kind'], number>> = {
  news: 4 * HOUR_MS,
  corrected: 72 * HOUR_MS,
  withdrawn: 72 * HOUR_MS,
};

/** An entry as it is now, with its story, for the followers of a topic. */
export interface AlertedEntry {
  readonly topic: string;
  readonly entry: PublicEntry;
  readonly story: Story;
  /** ISO 8601, by the store's clock. */
  readonly now: string;
}

/** The topics whose followers an entry may concern. */
export function topicsOf(slug: string): readonly string[] {
  return [BREAKING_SLUG, slug];
}

/** Whether the desk wants the followers of a topic told: all breaking news; of a story, its key events too. */
export function isAlerting(topic: string, entry: PublicEntry): boolean {
  if (entry.status !== 'usable') return false;
  return entry.breaking || (entry.keyEvent && topic !== BREAKING_SLUG);
}

/**
 * What an alert is to be, from what it is and the entry as it now is; `undefined` when it stays as it is. Pure, and with
 * nothing to do once it was done: so it may be asked by anyone, any number of times.
 *
 * - An entry that the desk wants told becomes an alert, unless that is hours ago.
 * - What an alert shows changed: a new round tells all again, under the same name. A withdrawn entry, or one whose story
 *   is no longer public, tells only those who may have been told, and nobody where nobody was.
 * - The desk no longer wants it told: the walk stops. Who was told is told of corrections and of its withdrawal.
 */
export function nextAlert(
  current: AlertRecord | undefined,
  { topic, entry, story, now }: AlertedEntry,
): AlertRecord | undefined {
  const message = alertMessage(entry, story);
  const { kind } = message;
  const told = digestOf(message);
  const wanted = kind !== 'withdrawn' && isAlerting(topic, entry);
  if (current === undefined) {
    if (!wanted || ageAt(now, entry.updatedAt) > LIFE_MS.news) return undefined;
    const walk = { cursor: followersUpTo(now), until: '' };
    const { slug, id: entryId } = entry;
    return { topic, slug, entryId, madeAt: now, round: 1, roundAt: now, kind, told, walk };
  }
  if (told === current.told) return sameMessage(current, kind, wanted, now);
  if (ageAt(now, current.madeAt) > REPLACED_FOR_MS[kind]) return undefined;
  const { walk: _walk, lease: _lease, ...kept } = current;
  const roundAt = laterThan(current.roundAt, now);
  const next: AlertRecord = { ...kept, round: current.round + 1, roundAt, kind, told };
  const until = wanted ? '' : current.reached;
  return until === undefined ? next : { ...next, walk: { cursor: followersUpTo(current.madeAt), until } };
}

/** Who was told need not be told again. Who was not may have to be after all, or no more. */
function sameMessage(
  current: AlertRecord,
  kind: AlertMessage['kind'],
  wanted: boolean,
  now: string,
): AlertRecord | undefined {
  const { walk, lease: _lease, ...kept } = current;
  if (kind === 'withdrawn') return undefined;
  if (!wanted) {
    // A walk that does not go to the end, or replaces what all were told, tells nobody anew.
    if (walk === undefined || walk.until !== '' || current.reached === '') return undefined;
    const isBelow = current.reached === undefined || walk.cursor <= current.reached;
    return isBelow ? kept : { ...kept, walk: { ...walk, until: current.reached } };
  }
  if (walk !== undefined) return walk.until === '' ? undefined : { ...kept, walk: { ...walk, until: '' } };
  if (current.reached === '' || isOver(current, now)) return undefined;
  return { ...kept, walk: { cursor: current.reached ?? followersUpTo(current.madeAt), until: '' } };
}

/** Whether it is too late to tell of it. */
export function isOver({ kind, roundAt }: Pick<AlertRecord, 'kind' | 'roundAt'>, now: string): boolean {
  return msLeft({ kind, roundAt }, now) <= 0;
}

export function msLeft({ kind, roundAt }: Pick<AlertRecord, 'kind' | 'roundAt'>, now: string): number {
  return LIFE_MS[kind] - ageAt(now, roundAt);
}

/** The moment, or one that is just after another if it is not. */
function laterThan(other: string, moment: string): string {
  return moment > other ? moment : new Date(Date.parse(other) + 1).toISOString();
}

function ageAt(now: string, moment: string): number {
  return Date.parse(now) - Date.parse(moment);
}

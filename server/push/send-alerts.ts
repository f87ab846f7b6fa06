import { BREAKING_SLUG } from '@slugline/client/protocol';
import { nanoid } from 'nanoid';
import { isFailure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import type { StoryStore, Write } from '../store/story-store.js';
import type { Held, Lease } from '../store/work-records.js';
import { publicEntryOf, publicStoryOf } from '../story/stored.js';
import { alertMessage, alertPayload, alertTag } from './alert-message.js';
import {
  ALERTS_STREAM,
  type AlertRecord,
  alertId,
  alertWrite,
  pendingWork,
  type RetryRecord,
  readAlert,
  retryId,
  retryWrite,
  type Work,
} from './alert-record.js';
import { isAlerting, isOver, msLeft, nextAlert } from './alert-rules.js';
import type { Deliver, Delivery } from './deliver.js';
import { deliverPage, type PageOutcome } from './deliver-page.js';
import { type Follower, findFollower, followersPage, followersUpTo, removeFollowers } from './followers.js';
import { Pauses, TRIES_MOST } from './retries.js';

/** Followers who are told between two commits, and so the most who may be told twice after a crash. */
const PAGE = 100;
/** Milliseconds that a page is its taker's: longer than one can take, so that it ends only with a taker that is gone. */
const LEASE_MS = 30_000;
/** Pages that an instance is at, of different alerts: one whose push service is slow does not hold up the next alert. */
const LANES = 3;
/** Milliseconds between two looks for work: what another instance left behind is found by looking only. */
const SWEEP_MS = 2_000;
/** Milliseconds to wait after an error of the store; doubles from the one to the other. */
const RETRY_FROM_MS = 250;
const RETRY_TO_MS = 10_000;
/** Milliseconds by which two clocks of one process may differ, and some. */
const PUNCTUAL_MS = 100;
/** Work read at a time. */
const LOOK = 100;

export interface SenderParts {
  readonly store: StoryStore;
  readonly deliver: Deliver;
  /** Whether the store is this process's alone: what another one took, it took before it ended. */
  readonly isAlone: boolean;
  readonly leaseMs?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface AlertSender {
  /** Something is to be done now. */
  wake(): void;
  /** Finishes the pages in hand. What is left is done by another instance, or at the next start. */
  close(): Promise<void>;
}

/**
 * Takes alerts through their followers, a page at a time. A page is taken by a lease in the store, so that no two
 * instances are at it; its followers are told; and what came of it is committed in one step: how far the walk has come,
 * and whom to ask again. So each page is told once, and one that a crash, or a stop of longer than the lease, caught in
 * between is told twice. What is told is read from the story for each page.
 */
export function startAlertSender(parts: SenderParts): AlertSender {
  const { store, deliver, isAlone, leaseMs = LEASE_MS, logger, metrics } = parts;
  const name = nanoid(10);
  const pauses = new Pauses();
  const sleepers = new Set<() => void>();
  let stopped = false;
  let failures = 0;
  let wakes = 0;

  async function lane(): Promise<void> {
    while (!stopped) {
      const heard = wakes;
      let rest = 0;
      try {
        rest = await workOnce();
        failures = 0;
      } catch (error) {
        // Someone else was faster, or the entry moved on: there is a newer state to look at.
        if (isFailure(error, 'version_conflict')) continue;
        failures += 1;
        if (failures === 1) logger.warn({ err: error }, 'alerts have to wait for the store');
        rest = Math.min(RETRY_FROM_MS * 2 ** (failures - 1), RETRY_TO_MS);
      }
      if (rest > 0 && heard === wakes) await sleep(rest);
    }
  }

  async function sleep(ms: number): Promise<void> {
    if (stopped) return;
    await new Promise<void>((resolve) => {
      const awake = () => {
        clearTimeout(timer);
        sleepers.delete(awake);
        resolve();
      };
      const timer = setTimeout(awake, ms);
      sleepers.add(awake);
    });
  }

  /** Does the most urgent page that nobody is at. Answers milliseconds until it makes sense to look again. */
  async function workOnce(): Promise<number> {
    const work = await pendingWork(store, LOOK);
    metrics.alertsPending.set(work.length);
    const now = store.now();
    for (const piece of work) {
      const lease = 'alert' in piece ? piece.alert.record.lease : piece.retry.record.lease;
      if (lease !== undefined && isHeld(lease, now)) continue;
      const due = 'retry' in piece ? Date.parse(piece.retry.record.due) - now : 0;
      if (due > 0) return Math.min(due, SWEEP_MS);
      await take(piece);
      return 0;
    }
    return SWEEP_MS;
  }

  async function take(piece: Work): Promise<void> {
    if ('alert' in piece) {
      const { record } = piece.alert;
      const reached = record.reached ?? followersUpTo(record.madeAt);
      const { id, version } = piece.alert;
      const taken = { id, version: version + 1, record: { ...record, reached, lease: newLease() } };
      await commit([{ held: piece.alert, write: alertWrite(id, taken.version, taken.record) }]);
      await tellPage(taken);
    } else {
      const { id, version, record } = piece.retry;
      const taken = { id, version: version + 1, record: { ...record, lease: newLease() } };
      await commit([{ held: piece.retry, write: retryWrite(id, taken.version, taken.record) }]);
      await askAgain(taken);
    }
  }

  function isHeld({ by, until }: Lease, now: number): boolean {
    return Date.parse(until) > now && (by === name || !isAlone);
  }

  function newLease(): Lease {
    return { by: name, until: new Date(store.now() + leaseMs).toISOString() };
  }

  /** A moment later than that, so that a pause of a push service is over when it is asked again. */
  function dueAfter(ms: number): string {
    return new Date(store.now() + ms + PUNCTUAL_MS).toISOString();
  }

  async function commit(moves: readonly { held: Held<unknown>; write: Write }[]): Promise<void> {
    await store.commit({
      stream: ALERTS_STREAM,
      at: new Date(store.now()).toISOString(),
      expected: moves.map(({ held }) => ({ objectId: held.id, version: held.version })),
      writes: moves.map(({ write }) => write),
    });
  }

  /** The next page of a walk that was taken. */
  async function tellPage(taken: Held<AlertRecord>): Promise<void> {
    const { id, version, record } = taken;
    const { lease: _lease, ...alert } = record;
    const { walk } = alert;
    if (walk === undefined) return;
    const settle = (next: AlertRecord, more: readonly { held: Held<unknown>; write: Write }[] = []) =>
      commit([{ held: taken, write: alertWrite(id, version + 1, next) }, ...more]);
    const { walk: _walk, ...done } = alert;

    const told = await deliveryOf(alert);
    if (told === undefined || 'moved' in told) return settle(told?.moved ?? done);
    if (isOver(alert, told.now)) {
      metrics.alerts.inc({ outcome: 'given_up' });
      logger.warn({ topic: alert.topic, entryId: alert.entryId }, 'an alert was given up: it is too old to be told');
      return settle(done);
    }
    const { followers, older } = await followersPage(store, alert.topic, walk.cursor, PAGE);
    const outcome = await tell(alert, told.delivery, await withoutAlreadyTold(alert, followers), 0);
    const isLast = older === undefined || walk.cursor <= walk.until;
    const reached = older === undefined ? '' : min(older, alert.reached ?? older);
    const next = isLast ? { ...done, reached } : { ...alert, reached, walk: { ...walk, cursor: older } };
    await settle(next, retriesOf(taken, outcome));
  }

  function retriesOf({ id, record }: Held<AlertRecord>, { later }: PageOutcome) {
    return later.map(({ followers, afterMs, wasAsked }) => {
      const retry = retryId(id, record.round, nanoid(6));
      const ids = followers.map((follower) => follower.id);
      const tries = wasAsked ? 1 : 0;
      const form: RetryRecord = { alertId: id, round: record.round, followers: ids, tries, due: dueAfter(afterMs) };
      return { held: { id: retry, version: 0, record: undefined }, write: retryWrite(retry, 1, form) };
    });
  }

  /** Followers who could not be told before. */
  async function askAgain(taken: Held<RetryRecord>): Promise<void> {
    const { id, version, record } = taken;
    const { lease: _lease, ...retry } = record;
    const settle = (next: RetryRecord | undefined) =>
      commit([{ held: taken, write: retryWrite(id, version + 1, next) }]);

    const alert = (await readAlert(store, retry.alertId))?.record;
    if (alert === undefined || alert.round !== retry.round) return settle(undefined);
    const told = await deliveryOf(alert);
    // The alert's own walk finds what moved, and tells everyone who is to be told of it.
    if (told === undefined || 'moved' in told) return settle(undefined);
    // The desk thought better of it, and these were told nothing that a word more would mend.
    if (!told.isWanted && alert.round === 1) return settle(undefined);
    const found = await Promise.all(retry.followers.map((follower) => findFollower(store, alert.topic, follower)));
    const followers = found.filter((follower) => follower !== undefined);
    if (isOver(alert, told.now)) {
      metrics.alerts.inc({ outcome: 'given_up' }, followers.length);
      return settle(undefined);
    }
    const { later } = await tell(alert, told.delivery, followers, retry.tries);
    const left = later.flatMap((late) => late.followers);
    const tries = retry.tries + (later.some(({ wasAsked }) => wasAsked) ? 1 : 0);
    if (left.length === 0) return settle(undefined);
    if (tries >= TRIES_MOST) {
      metrics.alerts.inc({ outcome: 'given_up' }, left.length);
      return settle(undefined);
    }
    const due = dueAfter(Math.max(...later.map((late) => late.afterMs)));
    return settle({ ...retry, followers: left.map((follower) => follower.id), tries, due });
  }

  /**
   * What is to be sent of an alert now, or what the alert has become meanwhile; `undefined` where the entry cannot be
   * read. The note that the entry's change left makes the same of it, now or later.
   */
  async function deliveryOf(
    alert: AlertRecord,
  ): Promise<{ delivery: Delivery; isWanted: boolean; now: string } | { moved: AlertRecord } | undefined> {
    const view = await store.object(alert.slug, 'public', alert.entryId);
    if (view?.object === undefined || view.header === undefined) return undefined;
    const entry = publicEntryOf(view.object);
    const story = publicStoryOf(view.header);
    const now = new Date(store.now()).toISOString();
    const moved = nextAlert(alert, { topic: alert.topic, entry, story, now });
    if (moved !== undefined) return { moved };
    const isUrgent = alert.kind === 'withdrawn' || (isAlerting(BREAKING_SLUG, entry) && alert.round === 1);
    const delivery: Delivery = {
      payload: alertPayload(alertMessage(entry, story), { round: alert.round, at: alert.roundAt }),
      topic: alertTag(alert),
      urgency: isUrgent ? 'high' : 'normal',
      ttl: Math.max(0, Math.floor(msLeft(alert, now) / 1_000)),
    };
    return { delivery, isWanted: isAlerting(alert.topic, entry), now };
  }

  async function tell(
    { topic, entryId }: AlertRecord,
    delivery: Delivery,
    followers: readonly Follower[],
    tries: number,
  ): Promise<PageOutcome> {
    const outcome = await deliverPage(followers, delivery, { deliver, pauses, tries });
    const { sent, refused, refusals, gone, later } = outcome;
    metrics.alerts.inc({ outcome: 'sent' }, sent);
    metrics.alerts.inc({ outcome: 'refused' }, refused);
    metrics.alerts.inc({ outcome: 'gone' }, gone.length);
    metrics.alerts.inc(
      { outcome: 'put_off' },
      later.reduce((sum, late) => sum + late.followers.length, 0),
    );
    if (refused > 0) {
      logger.warn({ topic, entryId, refused, statuses: [...refusals] }, 'push services refused messages');
    }
    await removeFollowers(store, topic, gone);
    return outcome;
  }

  /** Who follows all breaking news is told of a breaking entry there, and not once more as a follower of its story. */
  async function withoutAlreadyTold(alert: AlertRecord, followers: readonly Follower[]): Promise<readonly Follower[]> {
    if (alert.topic === BREAKING_SLUG) return followers;
    const breaking = (await readAlert(store, alertId(BREAKING_SLUG, alert.slug, alert.entryId)))?.record;
    if (breaking === undefined || (breaking.reached !== '' && breaking.walk?.until !== '')) return followers;
    const there = await Promise.all(followers.map(({ id }) => findFollower(store, BREAKING_SLUG, id)));
    return followers.filter((_, at) => {
      const same = there[at];
      return same === undefined || same.since > breaking.madeAt;
    });
  }

  function wake(): void {
    // While the store is away, news is no reason to press it harder.
    if (failures > 0) return;
    wakes += 1;
    for (const awake of sleepers) awake();
  }

  const lanes = Promise.all(Array.from({ length: LANES }, lane));
  return {
    wake,
    async close() {
      stopped = true;
      for (const awake of sleepers) awake();
      await lanes;
    },
  };
}

function min(one: string, other: string): string {
  return one < other ? one : other;
}

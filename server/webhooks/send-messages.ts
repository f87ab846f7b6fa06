import { nanoid } from 'nanoid';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { Pauses } from '../push/retries.js';
import type { StoryStore } from '../store/story-store.js';
import type { Held, Lease } from '../store/work-records.js';
import { deathWrites } from './dead-letters.js';
import { type Move, moveTrail } from './move-trail.js';
import { type Next, nextMessage } from './next-message.js';
import { type SignedMessage, signatureHeaders } from './signature.js';
import { type Targets, targetFault } from './targets.js';
import { type Trail, trailsWithWork } from './trail-record.js';
import { afterFailure, followsStory, type RetryTimes } from './trail-rules.js';
import { Ahead } from './untold.js';
import { disableGone, findWebhook, secretsOf, type WebhookRecord } from './webhook-records.js';
import type { Outcome, WebhookLine } from './webhook-request.js';

/** Trails that an instance is at, and how many of them may lead to one webhook: a slow one leaves room for the others. */
const LANES = 16;
const LANES_EACH = 4;
/** Messages that are sent on a trail before it is another one's turn. */
const IN_A_ROW = 20;
/** Milliseconds that a trail is its taker's, from its last message on: longer than one can take. */
const LEASE_MS = 45_000;
/** Trails read at a time, and in all, for one that is free. */
const LOOK = 100;
const LOOK_MOST = 1_000;
/** Milliseconds between two looks for work: what another instance left behind is found by looking only. */
const SWEEP_MS = 2_000;
/** Milliseconds to wait after an error of the store; doubles from the one to the other. */
const RETRY_FROM_MS = 250;
const RETRY_TO_MS = 10_000;

export interface MessageSenderParts {
  readonly store: StoryStore;
  readonly line: WebhookLine;
  readonly targets: Targets;
  readonly retryTimes: RetryTimes;
  /** Whether the store is this process's alone: what another one took, it took before it ended. */
  readonly isAlone: boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface MessageSender {
  /** Something is to be done now. */
  wake(): void;
  /** Leaves a webhook alone no longer, whatever its endpoint asked for: it has another one. */
  resume(webhookId: string): void;
  /** Finishes the messages in hand. What is left is done by another instance, or at the next start. */
  close(): Promise<void>;
}

/**
 * Goes along trails, message by message. A trail is taken by a lease in the store, so that one message of a story at a time
 * is on its way to a webhook, whatever instances there are; what came of each message is committed before the next one is
 * made. So each is sent once, and one that a crash caught between its answer and that commit is sent twice, under the same
 * name.
 */
export function startMessageSender(parts: MessageSenderParts): MessageSender {
  const { store, line, targets, retryTimes, isAlone, logger, metrics } = parts;
  const name = nanoid(10);
  const pauses = new Pauses();
  /** Trails in hand, each with its webhook. */
  const inHand = new Map<string, string>();
  const running = new Set<Promise<void>>();
  let stopped = false;
  let failures = 0;
  let wakes = 0;
  let awake = (): void => {};

  async function run(): Promise<void> {
    while (!stopped) {
      const heard = wakes;
      let rest = SWEEP_MS;
      try {
        rest = await takeWhatIsDue();
        failures = 0;
      } catch (error) {
        rest = troubled(error);
      }
      if (heard === wakes) await sleep(rest);
    }
  }

  function troubled(error: unknown): number {
    failures += 1;
    if (failures === 1) logger.warn({ err: error }, 'webhooks have to wait for the store');
    return Math.min(RETRY_FROM_MS * 2 ** (failures - 1), RETRY_TO_MS);
  }

  async function sleep(ms: number): Promise<void> {
    if (stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      awake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Begins all that is due and has room. Answers milliseconds until it makes sense to look again. */
  async function takeWhatIsDue(): Promise<number> {
    let seen = 0;
    let before: string | undefined;
    do {
      const page = await trailsWithWork(store, LOOK, before);
      const now = store.now();
      for (const held of page.trails) {
        seen += 1;
        const wait = Date.parse(held.record.trouble?.due ?? '') - now;
        if (wait > 0) {
          metrics.webhookTrails.set(seen);
          return Math.min(wait, SWEEP_MS);
        }
        if (inHand.size >= LANES) return SWEEP_MS;
        if (isFree(held, now)) begin(held);
      }
      before = seen < LOOK_MOST ? page.older : undefined;
    } while (before !== undefined && !stopped);
    metrics.webhookTrails.set(seen);
    return SWEEP_MS;
  }

  function isFree({ id, record: { webhookId, lease } }: Held<Trail>, now: number): boolean {
    if (inHand.has(id) || (lease !== undefined && isHeld(lease, now))) return false;
    const sameWebhook = [...inHand.values()].filter((other) => other === webhookId).length;
    return sameWebhook < LANES_EACH && pauses.left(webhookId) === 0;
  }

  function isHeld({ by, until }: Lease, now: number): boolean {
    return Date.parse(until) > now && (by === name || !isAlone);
  }

  function begin({ id, record }: Held<Trail>): void {
    inHand.set(id, record.webhookId);
    const done = goAlong(record)
      .then(() => {
        failures = 0;
      })
      .catch((error: unknown) => {
        troubled(error);
      })
      .finally(() => {
        inHand.delete(id);
        running.delete(done);
        wake();
      });
    running.add(done);
  }

  const isMine = ({ lease }: Trail): boolean => lease?.by === name;
  const newLease = (): Lease => ({ by: name, until: new Date(store.now() + LEASE_MS).toISOString() });

  /** Takes a trail, unless somebody else has, or nothing is left to do on it. */
  function take(of: Trail): Promise<Trail> {
    return moveTrail(store, of, (held) => {
      const isTaken = held.lease !== undefined && isHeld(held.lease, store.now());
      return isTaken || !held.hasWork ? undefined : { trail: { ...held, lease: newLease() } };
    });
  }

  /** Tells what is to be told on a trail, up to some messages. */
  async function goAlong(of: Trail): Promise<void> {
    let trail = await take(of);
    let ahead = new Ahead(store, trail.slug);
    for (let sent = 0; isMine(trail); sent += 1) {
      const webhook = await findWebhook(store, trail.webhookId);
      if (webhook === undefined || webhook.disabledBecause !== undefined || !followsStory(webhook, trail.slug)) {
        await settle(trail, (held) => ({ ...held, again: [], hasWork: false }));
        return;
      }
      // Read before the message is made, so that nothing lies between its making and its sending.
      const secrets = await secretsOf(store, webhook.id);
      const next = await nextMessage(store, trail, { webhook, ahead });
      if (next.message === undefined) {
        const { rung } = trail;
        const { cursor, levelAt, passed, again } = next.after;
        trail = await settle(trail, (held) => {
          const isDone = held.rung === rung;
          const { trouble: _trouble, ...rest } = held;
          const left = isDone ? again : held.again;
          const reached = { ...(cursor !== undefined && { cursor }), ...(levelAt !== undefined && { levelAt }) };
          return { ...rest, passed, again: left, ...reached, hasWork: !isDone };
        });
        if (!trail.hasWork) return;
        // It was free for a moment, and whoever rang may be faster.
        trail = await take(trail);
        continue;
      }
      if (stopped || sent >= IN_A_ROW) {
        await settle(trail, (held) => held);
        return;
      }
      const outcome = await send(webhook, secrets, { id: next.message.id, body: next.body });
      // Cut off by us, which is no failure of theirs.
      if (stopped && outcome.kind === 'failed' && outcome.status === undefined) {
        await settle(trail, (held) => held);
        return;
      }
      if (outcome.kind === 'gone' && (await disableGone(store, webhook))) {
        logger.warn({ webhookId: webhook.id }, 'a webhook was disabled: its endpoint says that it is gone');
      }
      trail = await moveTrail(store, trail, (held) => (isMine(held) ? moveAfter(held, next, outcome) : undefined));
      // The trail stayed where it was, so what is ahead is read again.
      if (next.message.type === 'story.hidden') ahead = new Ahead(store, trail.slug);
      if (outcome.kind === 'failed' && outcome.afterMs !== undefined) pauses.pause(webhook.id, outcome.afterMs);
    }
  }

  /** Lets go of a trail. */
  function settle(of: Trail, decide: (held: Trail) => Trail): Promise<Trail> {
    return moveTrail(store, of, (held) => {
      if (!isMine(held)) return undefined;
      const { lease: _lease, ...trail } = decide(held);
      return { trail };
    });
  }

  async function send(
    webhook: WebhookRecord,
    secrets: readonly string[],
    { id, body }: Pick<SignedMessage, 'id' | 'body'>,
  ): Promise<Outcome> {
    // The setting may be another than when the webhook was made.
    if (targetFault(webhook.url, targets) !== undefined) return { kind: 'failed', fault: 'address_not_allowed' };
    const stop = metrics.webhookSeconds.startTimer();
    const timestamp = Math.floor(store.now() / 1_000);
    const outcome = await line.send({
      url: webhook.url,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Slugline',
        ...signatureHeaders({ id, timestamp, body }, secrets),
      },
      body,
    });
    stop({ outcome: outcome.kind });
    metrics.webhookMessages.inc({ outcome: outcome.kind });
    return outcome;
  }

  async function moveAfter(held: Trail, next: Next, outcome: Outcome): Promise<Move> {
    const { message, after } = next;
    const { trouble, lease: _lease, ...rest } = held;
    if (message === undefined) return { trail: held };
    const { cursor, passed, wasTold } = after;
    // What was asked for meanwhile is kept: only what this message was of is crossed out.
    const again = rest.again.filter((objectId) => objectId !== message.objectId || after.again.includes(objectId));
    const { isHidden: _isHidden, ...shown } = rest;
    const moved: Trail = {
      ...shown,
      again,
      passed,
      wasTold,
      ...(cursor !== undefined && { cursor }),
      ...(after.isHidden === true && { isHidden: true }),
    };
    if (outcome.kind === 'taken') return { trail: { ...moved, lease: newLease() } };
    // Whoever takes it next finds the webhook disabled, or led elsewhere meanwhile: then this is still to be told there.
    if (outcome.kind === 'gone') return { trail: rest };
    const { kind: _kind, afterMs, ...failing } = outcome;
    const now = store.now();
    const asked = afterMs === undefined ? {} : { askedMs: afterMs };
    const { isDead, ...waiting } = afterFailure(trouble, message, { now, ...asked, times: retryTimes });
    const troubleNow = { ...failing, ...waiting, message };
    if (!isDead) return { trail: { ...rest, wasTold: true, trouble: troubleNow } };
    const { webhookId, slug } = held;
    // Of one that was removed while its message was under way, no dead letter may be left.
    if ((await findWebhook(store, webhookId)) === undefined) return { trail: { ...rest, again: [], hasWork: false } };
    metrics.webhookMessages.inc({ outcome: 'dead' });
    logger.warn({ webhookId, slug, messageId: message.id }, 'a message of a webhook was given up');
    const diedAt = new Date(now).toISOString();
    const letter = { webhookId, slug, message, tries: waiting.tries, diedAt, ...failing };
    return { trail: { ...moved, trouble: troubleNow, lease: newLease() }, also: await deathWrites(store, letter) };
  }

  function wake(): void {
    // While the store is away, news is no reason to press it harder.
    if (failures > 0) return;
    wakes += 1;
    awake();
  }

  const done = run();
  return {
    wake,
    resume(webhookId) {
      pauses.end(webhookId);
      wake();
    },
    async close() {
      stopped = true;
      awake();
      await done;
      await Promise.all(running);
    },
  };
}

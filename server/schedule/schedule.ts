import type { Actor } from '@slugline/client/protocol';
import { audited, BY_SERVER } from '../audit/audited.js';
import { isFailure } from '../errors.js';
import type { Logger } from '../logger.js';
import { decideAgain } from '../store/decide-again.js';
import type { StoryStore } from '../store/story-store.js';
import { commandTime } from '../story/command-time.js';
import { publishDue } from '../story/move.js';
import { deskEntry, deskStory } from '../story/stored.js';
import { followEntry } from './follow-entry.js';
import { type DuePlan, nextPlans, SCHEDULE_STREAM } from './plan.js';

export interface ScheduleParts {
  readonly store: StoryStore;
  readonly logger: Logger;
}

/**
 * Publishes what is due. Each instance has one timer, for whatever is due next, and all of them come at the same moment;
 * the entry's version lets one of them through. Nothing is kept of it in an instance, so what was due while none ran is
 * done when one starts.
 */
export interface Schedule {
  /** Brings the plan of an entry in step with it. Doing so late, or twice, changes nothing. */
  followEntry(slug: string, entryId: string): Promise<void>;
  /** Finishes the entry in hand. What is left is done by another instance, or at the next start. */
  close(): Promise<void>;
}

/** Who publishes what is due, as the desk sees it. Who scheduled it stands in its revisions. */
const CLOCK: Actor = { keyId: '@schedule', name: 'Schedule' };

/** Milliseconds between two looks at what is due next: an announcement that another instance planned it may be lost. */
const SWEEP_MS = 500;
/** The least that a timer waits: two clocks of one process may differ by that. */
const LEAST_MS = 5;
/** Milliseconds to wait after an error of the store; doubles from the one to the other. */
const RETRY_FROM_MS = 100;
const RETRY_TO_MS = 5_000;
/** Milliseconds after which an entry is tried again that could not be published though the store is well. */
const AGAIN_MS = 10_000;
/** Plans read at a time, and entries remembered as failing. */
const LOOK = 100;

export function startSchedule({ store, logger }: ScheduleParts): Schedule {
  /** When to try again what failed, by the plan's id. */
  const failing = new Map<string, number>();
  let stopped = false;
  let failures = 0;
  let wakes = 0;
  let awake = (): void => {};

  function wake(): void {
    wakes += 1;
    // While the store is away, news is no reason to press it harder.
    if (failures === 0) awake();
  }

  async function run(): Promise<void> {
    const unsubscribe = await listen();
    while (!stopped) {
      const heard = wakes;
      let rest = SWEEP_MS;
      try {
        rest = await publishWhatIsDue();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) logger.warn({ err: error }, 'what is scheduled has to wait for the store');
        rest = Math.min(RETRY_FROM_MS * 2 ** (failures - 1), RETRY_TO_MS);
      }
      if (!stopped && (heard === wakes || failures > 0)) await sleep(rest);
    }
    unsubscribe();
  }

  /** Hearing of plans is a convenience: without it they are found by looking. */
  async function listen(): Promise<() => void> {
    return store.onCommitted(SCHEDULE_STREAM, 'public', wake).catch((error: unknown) => {
      logger.warn({ err: error }, 'the schedule cannot be listened to');
      return () => {};
    });
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      awake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Answers milliseconds until it makes sense to look again. */
  async function publishWhatIsDue(): Promise<number> {
    for (const plan of await nextPlans(store, LOOK)) {
      if (stopped) return 0;
      const now = store.now();
      const left = Date.parse(plan.due) - now;
      if (left > 0) return Math.max(LEAST_MS, Math.min(left, SWEEP_MS));
      if ((failing.get(plan.id) ?? 0) <= now) await tryToPublish(plan);
    }
    return SWEEP_MS;
  }

  /** Rejects only when the store is away: one entry that cannot be published must not keep the rest. */
  async function tryToPublish(plan: DuePlan): Promise<void> {
    const { id, slug, entryId, due } = plan;
    try {
      await publish(plan);
      failing.delete(id);
    } catch (error) {
      if (isFailure(error, 'store_unavailable')) throw error;
      if (failing.size >= LOOK) failing.clear();
      failing.set(id, store.now() + AGAIN_MS);
      logger.error({ err: error, slug, entryId, due }, 'a scheduled entry could not be published');
    }
  }

  /**
   * Whether it is due says the entry, and not the plan, which may be behind it. The commit expects the version that this
   * was read from, so that of all who try one succeeds, and none over the head of an editor who was faster.
   */
  async function publish({ slug, entryId, due }: DuePlan): Promise<void> {
    await decideAgain(async () => {
      const view = await store.object(slug, 'desk', entryId);
      if (view?.header === undefined || view.object === undefined) return;
      const now = commandTime(store.now(), view.changedAt);
      const context = { actor: CLOCK, mayPublish: true, secondPerson: false, now, newId: () => '' };
      const decision = publishDue(deskStory(view.header), deskEntry(view.object), context);
      if (decision === undefined) return;
      const { expected, writes, outbox } = decision;
      await store.commit(audited({ stream: slug, at: now, expected, writes, outbox }, { by: BY_SERVER }));
      const lateMs = Date.parse(now) - Date.parse(due);
      logger.info({ slug, entryId, due, lateMs }, `a scheduled entry is ${decision.answer.workflow}`);
    });
    await followEntry(store, slug, entryId);
  }

  const running = run();
  return {
    async followEntry(slug, entryId) {
      await followEntry(store, slug, entryId);
      wake();
    },
    async close() {
      stopped = true;
      awake();
      await running;
    },
  };
}

import type { Auditor } from '../audit/auditor.js';
import { isFailure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { OutboxItem, StoryStore } from '../store/story-store.js';
import { decodeNote } from '../story/outbox-item.js';
import { breakingFollower, makeBreakingStream } from './breaking.js';

export interface RelayParts {
  readonly store: StoryStore;
  readonly logger: Logger;
  /** Who is told of each note beside `@breaking`. */
  readonly alerts?: NoteFollower;
  /** Who takes the notes that are for the audit log. */
  readonly auditor?: Auditor;
  /** Who is told of entries that are to be published at another time than until now. */
  readonly schedule?: Pick<NoteFollower, 'followEntry'>;
}

/** What is kept in step with stories by the notes of their commits. Doing so late, or twice, MUST change nothing. */
export interface NoteFollower {
  followEntry(slug: string, entryId: string): Promise<void>;
  followStory(slug: string): Promise<void>;
}

export interface OutboxRelay {
  /**
   * Resolves after the first try to make the stream. A server that takes readers earlier tells them that there is no
   * `@breaking`, and they go for good; one that waited for a store that is away would not start.
   */
  readonly ready: Promise<void>;
  /** Finishes the note in hand. What is left is done at the next start, or by another instance. */
  close(): Promise<void>;
}

/** Milliseconds between two looks into the outbox: what another instance left behind is found by looking only. */
const SWEEP = 2_000;
/** Milliseconds to wait after an error of the store; doubles from the one to the other. */
const RETRY_FROM = 250;
const RETRY_TO = 10_000;
/** Items read at a time. */
const BATCH = 200;
/**
 * Milliseconds in which notes for the audit log are gathered, so that a busy desk has one more commit now and then and not
 * one for each of its own; so many are not waited for.
 */
const GATHER = 200;
const GATHERED_MOST = 100;
/** Tries at a note that fails though the store is well. After them it is dropped, so that it does not block the rest. */
const TRIES_MOST = 5;

/**
 * Hands on what commits left in the outbox: to `@breaking`, alerts, the schedule and the audit log, by the topic of each
 * note. A note says only where to look: what is there is read as it then is, so notes may come late, twice, and on several
 * instances at once, and a crash at any point costs a repetition.
 */
export function startOutboxRelay({ store, logger, alerts, auditor, schedule }: RelayParts): OutboxRelay {
  const breaking = breakingFollower(store);
  const tries = new Map<string, number>();
  let stopped = false;
  let hasNews = false;
  let failures = 0;
  let wake = (): void => {};
  let gathered = 0;
  let gathering: NodeJS.Timeout | undefined;
  let tellReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    tellReady = resolve;
  });

  const unsubscribe = store.onOutbox((payloads) => {
    if (auditor === undefined || !payloads.every(auditor.takes)) return look();
    gathered += payloads.length;
    if (gathered >= GATHERED_MOST) look();
    else gathering ??= setTimeout(look, GATHER);
  });

  function look(): void {
    clearTimeout(gathering);
    gathering = undefined;
    gathered = 0;
    hasNews = true;
    // While the store is away, its commits are no reason to press it harder.
    if (failures === 0) wake();
  }

  async function run(): Promise<void> {
    let exists = false;
    while (!stopped) {
      hasNews = false;
      try {
        if (!exists) await makeBreakingStream(store);
        exists = true;
        tellReady();
        await drain();
        failures = 0;
      } catch (error) {
        tellReady();
        failures += 1;
        if (failures === 1) logger.warn({ err: error }, 'what commits left to be done has to wait for the store');
      }
      await pause();
    }
  }

  async function pause(): Promise<void> {
    if (stopped || (hasNews && failures === 0)) return;
    const ms = failures === 0 ? SWEEP : Math.min(RETRY_FROM * 2 ** (failures - 1), RETRY_TO);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function drain(): Promise<void> {
    for (;;) {
      const items = await store.outbox(BATCH);
      const isForAudit = ({ payload }: OutboxItem) => auditor?.takes(payload) ?? false;
      const followed = await follow(items.filter((item) => !isForAudit(item)));
      const recorded = await auditor?.record(items.filter(isForAudit));
      const done = [...followed, ...(recorded ?? [])];
      await store.outboxDone(done);
      if (done.length === 0 || stopped) return;
    }
  }

  /** Answers the items that are done with. Notes that say the same are one look. */
  async function follow(items: readonly OutboxItem[]): Promise<readonly OutboxItem[]> {
    const outcomes = new Map<string, boolean>();
    const done: OutboxItem[] = [];
    for (const item of items) {
      if (stopped) break;
      const key = `${item.stream} ${item.payload}`;
      let isDone = outcomes.get(key);
      if (isDone === undefined) {
        isDone = await act(key, item);
        outcomes.set(key, isDone);
      }
      if (isDone) done.push(item);
    }
    return done;
  }

  /** Rejects only when the store is away: then nothing else would work either. */
  async function act(key: string, { stream, payload }: OutboxItem): Promise<boolean> {
    const note = decodeNote(payload);
    if (note === undefined) {
      logger.warn({ stream, payload }, 'an unknown note was passed over');
      return true;
    }
    try {
      if (note.topic === 'schedule') {
        await schedule?.followEntry(stream, note.entryId);
      } else if (note.topic === 'entry') {
        await breaking.followEntry(stream, note.entryId);
        await alerts?.followEntry(stream, note.entryId);
      } else {
        await breaking.followStory(stream);
        await alerts?.followStory(stream);
      }
      tries.delete(key);
      return true;
    } catch (error) {
      if (isFailure(error, 'store_unavailable')) throw error;
      const tried = (tries.get(key) ?? 0) + 1;
      const isLast = tried >= TRIES_MOST;
      if (isLast) tries.delete(key);
      else tries.set(key, tried);
      logger.error({ err: error, stream, payload, tried }, isLast ? 'a note was given up' : 'a note failed');
      return isLast;
    }
  }

  const running = run();
  return {
    ready,
    async close() {
      stopped = true;
      unsubscribe();
      clearTimeout(gathering);
      wake();
      await running;
    },
  };
}

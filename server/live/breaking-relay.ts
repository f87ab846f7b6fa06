import { BREAKING_SLUG } from '@slugline/client/protocol';
import type { Auditor } from '../audit/auditor.js';
import { isFailure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { OutboxItem, Page, StoryStore } from '../store/story-store.js';
import { decodeNote } from '../story/outbox-item.js';
import { deskEntry, publicEntryOf, publicStoryOf } from '../story/stored.js';
import { breakingWrite } from './breaking-form.js';

export interface RelayParts {
  readonly store: StoryStore;
  readonly logger: Logger;
  /** Who else is to be told of each note. */
  readonly alerts?: NoteFollower;
  /** Who takes the notes that are for the audit log. */
  readonly auditor?: Auditor;
  /** Who is told of entries that are to be published at another time than until now. */
  readonly schedule?: Pick<NoteFollower, 'followEntry'>;
}

/** What is kept in step with stories by the notes of their commits. Doing so late, or twice, MUST change nothing. */
interface NoteFollower {
  followEntry(slug: string, entryId: string): Promise<void>;
  followStory(slug: string): Promise<void>;
}

export interface BreakingRelay {
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
/** Items and entries read at a time. */
const BATCH = 200;
/**
 * Milliseconds in which notes for the audit log are gathered, so that a busy desk has one more commit now and then and not
 * one for each of its own; so many are not waited for.
 */
const GATHER = 200;
const GATHERED_MOST = 100;
/** Tries at an object that others change at the same moment. */
const CONFLICTS_MOST = 20;
/** Tries at a note that fails though the store is well. After them it is dropped, so that it does not block the rest. */
const TRIES_MOST = 5;

/**
 * Keeps `@breaking` in step with the stories, from the notes that their commits left in the outbox. A note says
 * only where to look: the form is read as it then is, so notes may come late, twice, and on several instances at
 * once, and a crash at any point costs a repetition. Alerts are brought in step by the same notes, and the audit log has notes of its own among them. Also
 * makes the stream, so that it can be followed before there is any breaking news.
 */
export function startBreakingRelay({ store, logger, alerts, auditor, schedule }: RelayParts): BreakingRelay {
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
        if (!exists) await makeStream(store);
        exists = true;
        tellReady();
        await drain();
        failures = 0;
      } catch (error) {
        tellReady();
        failures += 1;
        if (failures === 1) logger.warn({ err: error }, 'breaking news has to wait for the store');
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
        await followEntry(store, stream, note.entryId);
        await alerts?.followEntry(stream, note.entryId);
      } else {
        await followStory(store, stream);
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

async function makeStream(store: StoryStore): Promise<void> {
  if ((await store.head(BREAKING_SLUG, 'public')) !== undefined) return;
  await store.commit({ stream: BREAKING_SLUG, at: new Date(store.now()).toISOString(), expected: [], writes: [] });
}

/**
 * Brings one entry in `@breaking` up to date. What is there is read first and expected at the commit: so the
 * entry's form is never older than one that was written meanwhile, and a late relay cannot bring a withdrawn text
 * back. Looks once more after each commit: another relay that found nothing to do in between has marked its note as
 * done, and will not come again.
 */
async function followEntry(store: StoryStore, slug: string, entryId: string): Promise<void> {
  for (let conflicts = 0; ; ) {
    const held = (await store.object(BREAKING_SLUG, 'public', entryId))?.object;
    const view = await store.object(slug, 'public', entryId);
    if (view?.object === undefined || view.header === undefined) return;
    const entry = publicEntryOf(view.object);
    const write = breakingWrite(
      {
        object: view.object,
        storyIsPublic: publicStoryOf(view.header).visibility === 'public',
        breaking: entry.status === 'usable' ? entry.breaking : await isMarked(store, slug, entryId),
      },
      held,
    );
    if (write === undefined) return;
    const expected = [{ objectId: entryId, version: held?.version ?? 0 }];
    try {
      await store.commit({ stream: BREAKING_SLUG, at: new Date(store.now()).toISOString(), expected, writes: [write] });
    } catch (error) {
      conflicts += 1;
      if (!isFailure(error, 'version_conflict') || conflicts > CONFLICTS_MOST) throw error;
    }
  }
}

async function isMarked(store: StoryStore, slug: string, entryId: string): Promise<boolean> {
  const object = (await store.object(slug, 'desk', entryId))?.object;
  return object !== undefined && deskEntry(object).breaking;
}

/** Brings all entries of a story that `@breaking` may concern up to date: its visibility changed. */
async function followStory(store: StoryStore, slug: string): Promise<void> {
  let before: string | undefined;
  do {
    const query = before === undefined ? { limit: BATCH } : { limit: BATCH, before };
    const page: Page | undefined = await store.page(slug, 'public', query);
    for (const object of page?.objects ?? []) {
      const entry = publicEntryOf(object);
      if (entry.status !== 'usable' || entry.breaking) await followEntry(store, slug, entry.id);
    }
    before = page?.older;
  } while (before !== undefined);
}

import type { Audience, EntryReach, RecallReach } from '@slugline/client/protocol';
import type { Logger } from '../logger.js';
import type { ChangedObject } from '../store/change-text.js';
import type { NoticeBoard } from '../store/notice-board.js';
import { addUp, changesText, DOORS, type ReadersByStory, readersText, readReaders } from './notes.js';
import { type DoorName, type Handed, RECALLS_KEPT_MS, type Reach } from './reach.js';
import { CHANGES_MOST, type SentChange, StoryReach } from './story-reach.js';

export interface ReachParts {
  readonly board: NoticeBoard;
  /** Milliseconds since 1970, by the store's clock: the same for all instances. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** Milliseconds between two times at which an instance tells what is new. */
const TELL_EVERY = 2_000;
/** Milliseconds for which readers are believed to be there: an instance that died tells no more of them. */
const READERS_KEPT = 3 * TELL_EVERY;
/** Stories of which an instance tells the readers: those with most. */
const TOLD_MOST = 500;
/** Stories of whose changes an instance remembers how far they came; one more, and the one longest without news goes. */
const STORIES_MOST = 500;

const READERS = 'readers';
const changesOf = (slug: string) => `changes:${slug}`;

/** The reach as one instance counts it, and adds it up with what the others tell. */
export function createReach({ board, now, logger }: ReachParts): Reach {
  const doors = new Map<DoorName, () => Iterable<readonly [string, number]>>();
  /** Longest without news first. */
  const stories = new Map<string, StoryReach>();
  const untold = new Set<string>();
  let hasToldReaders = false;
  let telling: Promise<void> | undefined;

  function readersHere(): ReadersByStory {
    const readers = new Map<string, number[]>();
    for (const [index, name] of DOORS.entries()) {
      for (const [slug, count] of doors.get(name)?.() ?? []) {
        const counts = readers.get(slug) ?? [0, 0, 0];
        counts[index] = (counts[index] ?? 0) + count;
        readers.set(slug, counts);
      }
    }
    if (readers.size <= TOLD_MOST) return readers;
    return new Map([...readers].sort(([, a], [, b]) => sum(b) - sum(a)).slice(0, TOLD_MOST));
  }

  async function tellReaders(readers: ReadersByStory): Promise<void> {
    // Nobody is told of once: after that there is nothing to tell.
    if (readers.size === 0 && !hasToldReaders) return;
    hasToldReaders = readers.size > 0;
    await board.put(READERS, readersText(readers), READERS_KEPT);
  }

  async function tellChanges(): Promise<void> {
    for (const slug of [...untold]) {
      untold.delete(slug);
      const story = stories.get(slug);
      if (story === undefined) continue;
      // To the end of those that may be forgotten.
      stories.delete(slug);
      stories.set(slug, story);
      await board.put(changesOf(slug), changesText(story.changes), RECALLS_KEPT_MS).catch((error: unknown) => {
        untold.add(slug);
        throw error;
      });
    }
  }

  /** One at a time, so that an older note cannot come behind a newer one. */
  function tell(): void {
    telling ??= Promise.all([tellReaders(readersHere()), tellChanges()])
      .then(
        () => undefined,
        (error: unknown) => logger.debug({ err: error }, 'the other instances could not be told of the readers here'),
      )
      .finally(() => {
        telling = undefined;
      });
  }
  const timer = setInterval(tell, TELL_EVERY);
  timer.unref();

  /** What all instances know of a story's changes, of this one as it is now. */
  async function changesEverywhere(slug: string): Promise<readonly SentChange[]> {
    const notes = new Map(await board.read(changesOf(slug)));
    const story = stories.get(slug);
    if (story !== undefined) notes.set(board.instance, changesText(story.changes));
    return addUp(notes.values());
  }

  return {
    door(name, readers) {
      doors.set(name, readers);
    },

    handed(slug: string, change: ChangedObject, door: DoorName, handed: Handed) {
      const known = stories.get(slug);
      const story = known ?? new StoryReach(now);
      story.handed(change, door, handed);
      untold.add(slug);
      if (known !== undefined) return;
      stories.set(slug, story);
      const [oldest] = stories.keys();
      if (stories.size > STORIES_MOST && oldest !== undefined) stories.delete(oldest);
    },

    confirmed(slug, after, seq) {
      const story = stories.get(slug);
      if (story === undefined) return;
      story.confirmed(after, seq);
      untold.add(slug);
    },

    async audience(slug): Promise<Audience> {
      const [notes, changes] = await Promise.all([board.read(READERS), changesEverywhere(slug)]);
      const readers = new Map([...notes].map(([instance, text]) => [instance, readReaders(text)]));
      readers.set(board.instance, readersHere());
      const byInstance = [...readers]
        .map(([instance, stories]) => ({ instance, counts: stories.get(slug) ?? [] }))
        .filter(({ counts }) => sum(counts) > 0);
      const at = (index: number) => sum(byInstance.map(({ counts }) => counts[index] ?? 0));
      const byTransport = { socket: at(0), sse: at(1), poll: at(2) };
      return {
        readers: byTransport.socket + byTransport.sse + byTransport.poll,
        byTransport,
        byInstance: byInstance
          .map(({ instance, counts }) => ({ instance, readers: sum(counts) }))
          .sort((a, b) => b.readers - a.readers),
        entries: changes.slice(0, CHANGES_MOST).map(entryReach),
        at: new Date(now()).toISOString(),
      };
    },

    async withdrawal(slug, entryId): Promise<RecallReach | undefined> {
      const changes = await changesEverywhere(slug);
      const newest = changes.find((change) => change.entryId === entryId && change.isWithdrawal);
      if (newest === undefined || newest.at < now() - RECALLS_KEPT_MS) return undefined;
      const { there, handed, asked, confirmed } = newest;
      return { there, handed, asked, confirmed };
    },

    async close() {
      clearInterval(timer);
      doors.clear();
      await telling;
      tell();
      await telling;
    },
  };
}

function entryReach({ entryId, version, at, handed, asked, confirmed, delays }: SentChange): EntryReach {
  const p50Ms = delays.within(0.5);
  const p95Ms = delays.within(0.95);
  return {
    entryId,
    version,
    at: new Date(at).toISOString(),
    reached: handed.socket + handed.sse + handed.poll,
    asked,
    confirmed,
    ...(p50Ms !== undefined && { p50Ms }),
    ...(p95Ms !== undefined && { p95Ms }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

import type { Audience, ByTransport, RecallReach } from '@slugline/client/protocol';
import type { ChangedObject } from '../store/change-text.js';

/** The ways on which readers follow, each a door of this instance. */
export type DoorName = keyof ByTransport;

/** What became of one change at one door. */
export interface Handed {
  /** Readers in the room when it came. */
  readonly there: number;
  /** Those of them to whom it was handed at once: the rest are behind, and are sent it or what replaced it later. */
  readonly handed: number;
  /** Those of them who are in the sample, and so are expected to confirm it. */
  readonly asked: number;
}

/**
 * How many follow, and how far each change comes: counted by each instance, told to the others over the board, added up
 * when somebody asks. Of public editions alone. All of it is for people to look at, and nothing depends on it.
 */
export interface Reach {
  /**
   * Makes a door known.
   *
   * @param readers the stories that are followed through it now, each with its readers. Asked for every few seconds.
   */
  door(name: DoorName, readers: () => Iterable<readonly [slug: string, readers: number]>): void;

  /** A change of a public edition went out. Called from within the feed, once per door: does not throw, does not wait. */
  handed(slug: string, change: ChangedObject, door: DoorName, handed: Handed): void;

  /** A sampled reader, who had confirmed all up to `after`, confirms all up to `seq`. */
  confirmed(slug: string, after: number, seq: number): void;

  /** Rejects with `store_unavailable`. Whether there is such a story is for the caller. */
  audience(slug: string): Promise<Audience>;

  /**
   * What became of the newest withdrawal of an entry; absent where no instance told it to anybody, or that is longer ago
   * than `RECALLS_KEPT_MS`. Rejects with `store_unavailable`.
   *
   * @param slug the story's, or `@breaking`.
   */
  withdrawal(slug: string, entryId: string): Promise<RecallReach | undefined>;

  /** Tells the others that this instance has no readers any more. */
  close(): Promise<void>;
}

/** Milliseconds for which what became of a withdrawal is known. */
export const RECALLS_KEPT_MS = 2 * 3_600_000;

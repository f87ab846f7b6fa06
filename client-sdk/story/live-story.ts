import type { LiveError } from '../live-error.js';
import type { ChangeKind, Snapshot } from '../protocol/change.js';
import type { Position } from '../protocol/position.js';
import type { TransportName } from '../transport/transport.js';

/**
 * - `connecting`: nothing has come through yet; what is shown came with the page, from storage, or is empty.
 * - `live`: everything up to `position` is here, and what comes next is on its way the moment it happens.
 * - `reconnecting`: the link was lost and is being made again; what is shown may be behind.
 * - `offline`: the device has no network, or no transport gets through. Still tried in the background.
 * - `refused`: the server will not show this story to this reader (`error` told why). Final, unless the story was
 *   shown before and now is not there, or not for this reader: it is asked for again, ever more rarely, and goes on
 *   should it come back.
 * - `closed`: `close()` was called. Final.
 */
export type LiveStatus = 'connecting' | 'live' | 'reconnecting' | 'offline' | 'refused' | 'closed';

/** What a reader sees at one moment. Never changes: what happens next makes a new one. */
export interface LiveSnapshot<S, E> {
  /** The header; absent until it came, and always in `@breaking`. */
  readonly story: S | undefined;
  /** In display order, newest first. Withdrawn ones stay as tombstones: tell them by `status`. */
  readonly entries: readonly E[];
  readonly status: LiveStatus;
  /** Whether `loadOlder()` would bring more. */
  readonly hasOlder: boolean;
}

/** One step of the timeline. */
export interface Update<S, E> {
  /**
   * - `live`: one change, as it happened.
   * - `catch-up`: what changed while we were away, each object once.
   * - `reset`: everything was replaced; the first snapshot comes as this too.
   * - `older`: `loadOlder()` brought a page.
   * - `trim`: `trim()` let go of the oldest entries.
   */
  readonly cause: 'live' | 'catch-up' | 'reset' | 'older' | 'trim';
  /** Where the reader stands with this step taken. */
  readonly position: Position;
  /** Of a `live` change. */
  readonly kind?: ChangeKind;
  /** The header, where it changed. */
  readonly story?: S;
  /** Entries that came or changed; on a reset all of them, on a trim none. */
  readonly entries: readonly E[];
}

export interface EntryChange<E> {
  readonly entry: E;
  /** What was shown until now; absent for one that is new here. */
  readonly previous?: E;
  /** Absent where it was caught up: then several things may have happened to it. */
  readonly kind?: ChangeKind;
}

export interface StoryEvents<S, E> {
  /** After each step that changed what is shown or where the reader stands. */
  readonly change: Update<S, E>;
  /**
   * For each entry that is new or changed, in order, live or caught up; also where it is older than what is
   * loaded. Not for what comes with a reset or an older page.
   */
  readonly entry: EntryChange<E>;
  /** For each entry that is newly breaking, live or caught up. Not for what comes with a reset. */
  readonly breaking: E;
  /** Everything that was held was replaced. */
  readonly reset: Update<S, E>;
  readonly status: LiveStatus;
  readonly error: LiveError;
}

/** What a server-rendered page hands over so that nothing is fetched twice: the answer of `GET /v1/stories/:slug`. */
export type InitialSnapshot<S, E> = Omit<Snapshot<S, E>, 'story'> & { readonly story?: S };

export interface StoryOptions<S, E> {
  /** Entries of a first page, 1–200 (default 30). */
  readonly limit?: number;
  /** Shown at once, and continued from its position. Takes precedence over storage. */
  readonly initial?: InitialSnapshot<S, E>;
}

/** A story that follows itself. Its values are of this moment; `on` and `subscribe` tell when they change. */
export interface LiveStory<S, E> {
  /** A story's slug or `@breaking`. */
  readonly slug: string;
  readonly story: S | undefined;
  readonly entries: readonly E[];
  readonly status: LiveStatus;
  /** Absent until a first snapshot came. */
  readonly position: Position | undefined;
  readonly hasOlder: boolean;
  /** By which way it follows at the moment, if by any. */
  readonly transport: TransportName | undefined;

  /** Calls back at each event of this name. What a listener throws becomes an `error` event. */
  on<Name extends keyof StoryEvents<S, E>>(
    name: Name,
    listener: (payload: StoryEvents<S, E>[Name]) => void,
  ): () => void;

  /**
   * Loads the next older page; at once where there is none. Calls that overlap share one request.
   * Rejects with `LiveError`.
   */
  loadOlder(): Promise<void>;

  /**
   * Lets go of the oldest entries beyond so many, so that a page that is open all day holds a bounded number.
   * `loadOlder()` brings them again, in the form that they have then. Nothing changes in `@breaking`, which is bounded.
   *
   * @param most whole number ≥ 1, else `TypeError`.
   */
  trim(most: number): void;

  /**
   * One entry by its id, as it is now: the one that is held, else asked of the server and not added to `entries`. For
   * links to entries, and pinned ones, that are further down than what is loaded. Waits for the first snapshot.
   * `undefined` where there is none, and for what is not held once the story was closed or refused, and in `@breaking`.
   *
   * What becomes of it is told by `entry` events; the first of them may be of a lower `version` than what came here. Ask
   * again after a `reset`. Rejects with `LiveError`.
   */
  load(id: string): Promise<E | undefined>;

  /** Calls back whenever `getSnapshot()` gives a new object; for `useSyncExternalStore` and its like. */
  subscribe(listener: () => void): () => void;
  /** The same object until something in it changes. */
  getSnapshot(): LiveSnapshot<S, E>;

  /** Stops following, for good. What was shown stays readable; listeners hear `closed` and nothing after it. */
  close(): void;
}

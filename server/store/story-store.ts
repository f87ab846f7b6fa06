import type { ChangeKind, Edition, Position } from '@slugline/client/protocol';

/**
 * The only durable thing in Slugline. It keeps *streams*: ordered sets of versioned objects in two editions.
 * A stream is a story (named by its slug) or one of the server's own (named with a leading `@`). The store knows
 * editions, objects and order; it knows nothing about news: forms go in and come out as JSON text, untouched.
 *
 * Per stream and edition, `seq` numbers the changes 1, 2, 3 … The store keeps, for each object, only its newest
 * form and the `seq` at which it got it, so "what changed since" is answered in net changes, and a text that was
 * withdrawn is in no answer. Older forms live on as revisions, which only the desk may ask for.
 *
 * Every method MUST reject with a `Failure` of one of the codes it names; `store_unavailable` may come from any.
 * A method given `stream` MUST answer `undefined` for a stream that was never committed to, unless it says else.
 */
export interface StoryStore {
  /**
   * Applies one commit as a whole or not at all, in this order: idempotency key → expected versions → the next
   * `seq` in each edition written → current objects, revisions, outbox, answer → announcement.
   *
   * MUST resolve only when the commit is durable (embedded: on disk; Redis: the script has run).
   * MUST number the writes of one edition in the order given. MUST NOT leave holes in `seq`.
   * MUST, when the idempotency key was seen in this stream within 24 h with the same fingerprint, change nothing
   * and resolve with the first receipt, `replayed: true`, even after a restart.
   * MUST start a new random epoch with a stream's first commit, and with the first after a moment at which the store
   * may have lost commits: `seq` goes on from what is there, and heads say what the new epoch `continues`.
   * MUST announce after the commit, once per edition written; a lost announcement is no failure of the commit.
   *
   * Rejects with `version_conflict` (`currentVersion` of the first object that differs; 0 where it does not
   * exist), `idempotency_key_reused` (same key, other fingerprint), `entry_too_large` (a form above
   * `LIMITS.objectBytes` in UTF-8), `store_unavailable` (it may or may not have been applied: the caller retries
   * under the same idempotency key).
   */
  commit(commit: Commit): Promise<Receipt>;

  /** The receipt kept for an idempotency key. Rejects with `idempotency_key_reused` like `commit`. */
  receipt(stream: string, idempotency: Idempotency): Promise<Receipt | undefined>;

  /** Where an edition stands, with its header object. One small read: feeds call it every few seconds. */
  head(stream: string, edition: Edition): Promise<Head | undefined>;

  /** One object in its newest form, read at one moment with the head. */
  object(stream: string, edition: Edition, objectId: string): Promise<ObjectView | undefined>;

  /**
   * A page of the objects that have an order key, greatest key first, read at one moment with the head.
   * `before` is an order key (exclusive) and need not exist. `limit` 1–500. `older` is the last object's key
   * when at least one more follows.
   */
  page(stream: string, edition: Edition, query: PageQuery): Promise<Page | undefined>;

  /**
   * Net changes after a position, by ascending `seq`: each object once, in its newest form, at its newest `seq`;
   * the header is among them when it changed. Read at one moment with the head.
   * MUST answer `reset: true` with no changes when the position is no `placeOf` this history (another epoch, or a
   * `seq` beyond the head or beyond what was continued), or when more than `most` objects changed.
   */
  changesSince(stream: string, edition: Edition, since: Position, most: number): Promise<NetChanges | undefined>;

  /** Forms that an object had in the desk edition, newest first. `before` is a version (exclusive). */
  revisions(stream: string, objectId: string, query: RevisionQuery): Promise<readonly Revision[]>;

  /**
   * Streams that are not the server's own, newest public change first, each with its header in the edition asked.
   * The order MAY be off by commits under way. `before` is a cursor from `older`; anything else is rejected with
   * `invalid_input`. A cursor MUST NOT tell the name of a stream: who gets it may not be allowed to know. `limit` 1–200.
   */
  streams(edition: Edition, query: PageQuery): Promise<StreamPage>;

  /**
   * Calls the listener for changes of one edition that anyone commits, on any instance, soon after. Resolves when
   * listening is in force: a commit begun after that is heard unless its announcement is lost.
   * MAY lose, repeat and reorder announcements; the listener MUST cope and MUST NOT throw. For use by the feed.
   */
  onCommitted(stream: string, edition: Edition, listener: AnnouncementListener): Promise<Unsubscribe>;

  /** Oldest outbox items not yet done, in order within a stream. */
  outbox(limit: number): Promise<readonly OutboxItem[]>;

  /** Marks items as done. Doing so twice changes nothing. An item not marked MUST come again, after any crash. */
  outboxDone(items: readonly OutboxItem[]): Promise<void>;

  /** Calls the listener with what a commit of *this* process put into the outbox, after it. A hint: sweep as well. */
  onOutbox(listener: OutboxListener): Unsubscribe;

  /**
   * Gives a stream a new epoch if it still has `stale`; else changes nothing. For one who saw the stream go back
   * in time. Answers the epoch in force. `seq` goes on from where it is. The new epoch continues the stale one only
   * where nothing can have been committed since the stream went back.
   */
  renewEpoch(stream: string, stale: string): Promise<string | undefined>;

  /** Everything in the store, stream by stream (the record `stream` first), the server's own streams too. */
  dump(): AsyncIterable<DumpRecord>;

  /**
   * Takes in what `dump` of any implementation gave. Streams get new epochs (positions held by readers do not
   * carry over) and keep their `seq`. Rejects with `story_exists` at a stream that is already here. A stream
   * MUST NOT be visible before its last record is in. Answers the number of streams.
   */
  restore(records: AsyncIterable<DumpRecord>): Promise<number>;

  /**
   * Milliseconds since 1970, by one clock for all instances on this store: where an entry is shown, and when a reader's
   * token ends, must not depend on which instance was asked. MUST answer at once, and MUST stay right when the clock of
   * the instance's own machine is wrong or jumps.
   */
  now(): number;

  /** Resolves when the store can be reached and written; rejects with `store_unavailable`. Takes ≤ 2 s. */
  check(): Promise<void>;

  /** Lets commits under way finish, then lets go of everything. */
  close(): Promise<void>;
}

/** The reserved object that heads a stream: a story's header. It has no order key. */
export const HEADER_ID = '@header';

export interface Commit {
  readonly stream: string;
  /** ISO 8601 UTC; goes into the changes as `at` and, where the public edition is written, orders `streams`. */
  readonly at: string;
  readonly idempotency?: Idempotency;
  readonly expected: readonly ExpectedVersion[];
  readonly writes: readonly Write[];
  /** Text to be handed to `outbox` readers, in order. */
  readonly outbox?: readonly string[];
  /** Text kept with the receipt, so that a retry answers as the first time. */
  readonly answer?: string;
}

export interface Idempotency {
  /** 1–255 characters; kept per stream for at least 24 h. */
  readonly key: string;
  /** Digest of the command: tells a retry from another command under the same key. */
  readonly fingerprint: string;
}

export interface ExpectedVersion {
  readonly objectId: string;
  /** The version that the object has in this stream, whatever the edition; 0: it does not exist. */
  readonly version: number;
}

export interface Write {
  readonly edition: Edition;
  readonly objectId: string;
  readonly version: number;
  readonly kind: ChangeKind;
  /** Display order; absent: the object is in no page (it is still in net changes). ≤ 100 ASCII characters. */
  readonly orderKey?: string;
  /** JSON text of the new form. */
  readonly form: string;
}

export interface Receipt {
  /** Where both editions stood right after the commit. `seq` is 0 in an edition never written. */
  readonly positions: Readonly<Record<Edition, Position>>;
  readonly answer?: string;
  readonly replayed: boolean;
}

export interface StoredObject {
  readonly objectId: string;
  readonly version: number;
  readonly seq: number;
  readonly kind: ChangeKind;
  readonly at: string;
  readonly orderKey?: string;
  readonly form: string;
}

export interface Head {
  readonly position: Position;
  /**
   * `at` of the newest commit that wrote to the public edition, or of the first of all. What only the desk has must not
   * show by the place of its story in a list either.
   */
  readonly changedAt: string;
  readonly header?: StoredObject;
  /** The last positions of earlier epochs that this one continues with the same numbers, newest first; see `placeOf`. */
  readonly continues?: readonly Position[];
}

export interface ObjectView extends Head {
  readonly object?: StoredObject;
}

export interface PageQuery {
  readonly limit: number;
  readonly before?: string;
}

export interface Page extends Head {
  readonly objects: readonly StoredObject[];
  readonly older?: string;
}

export interface NetChanges extends Head {
  readonly reset: boolean;
  readonly changes: readonly StoredObject[];
}

export interface RevisionQuery {
  readonly limit: number;
  readonly before?: number;
}

export interface Revision {
  readonly version: number;
  readonly kind: ChangeKind;
  readonly at: string;
  readonly form: string;
}

export interface StreamPage {
  readonly streams: readonly StreamSummary[];
  readonly older?: string;
}

export interface StreamSummary extends Head {
  readonly stream: string;
}

export interface OutboxItem {
  readonly stream: string;
  /** Unique and growing within the stream. */
  readonly id: string;
  readonly payload: string;
}

export type OutboxListener = (payloads: readonly string[]) => void;

export interface Announcement {
  readonly stream: string;
  readonly edition: Edition;
  readonly epoch: string;
  readonly changes: readonly AnnouncedChange[];
}

/** A change as it travels, encoded once by whoever committed it. */
export interface AnnouncedChange {
  readonly seq: number;
  readonly objectId: string;
  /** JSON text of the whole `Change`. */
  readonly json: string;
}

export type AnnouncementListener = (announcement: Announcement) => void;
export type Unsubscribe = () => void;

/** One line of an export. */
export type DumpRecord =
  | {
      readonly record: 'stream';
      readonly stream: string;
      readonly changedAt: string;
      readonly seqs: Readonly<Record<Edition, number>>;
    }
  | { readonly record: 'object'; readonly stream: string; readonly edition: Edition; readonly object: StoredObject }
  | { readonly record: 'revision'; readonly stream: string; readonly objectId: string; readonly revision: Revision }
  | {
      readonly record: 'receipt';
      readonly stream: string;
      readonly idempotency: Idempotency;
      readonly receipt: Pick<Receipt, 'positions' | 'answer'>;
      readonly expiresAt: string;
    }
  | { readonly record: 'outbox'; readonly stream: string; readonly payload: string };

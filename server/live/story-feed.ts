import type { Edition, Position } from '@slugline/client/protocol';
import type { ChangedObject } from '../store/change-text.js';

/**
 * One edition of one stream as this instance hears it, alive while someone listens. It turns announcements, which
 * may be lost, repeated or out of order, into a contiguous run of changes that any number of readers share.
 *
 * A feed MUST deliver changes in order, each at most once, without a silent hole: on a gap it reads net changes
 * from the store; where that is not possible it delivers a reset. It MUST compare itself with the store's head
 * every few seconds (one read per feed, never per reader) so that a quiet story notices a lost announcement
 * within 5 s. When the store's head is behind the feed in the same epoch, the store went back in time: the feed
 * MUST renew the epoch and reset its listeners. When the head is in another epoch that continues the feed's place, the
 * feed MUST go on, and the first change it delivers there says in its text which epoch it follows (`afterEpoch`).
 * When the stream has vanished the feed MUST reset its listeners, and reject `catchUp` with `story_not_found` until the
 * stream is there again; then it resets them once more.
 *
 * Where a feed has not been level with the store for more than a few seconds (its process was stopped, its link was
 * dead), it MUST NOT pass on what it hears or remembers before it has asked the store: a text may have been withdrawn
 * meanwhile.
 *
 * A listener is called synchronously, in order, and MUST NOT throw or block: one closure per *door* (the socket
 * gateway, the SSE door, the long-poll door), never per reader, where readers are many.
 */
export interface StoryFeed {
  readonly stream: string;
  readonly edition: Edition;
  /** The last change delivered. */
  readonly position: Position;
  /** Where those stand who heard everything: `position`, or the same place in the epoch that its epoch goes on from. */
  readonly told: Position;
  /**
   * The newest header known; absent in streams without one. As of `position`, or beyond it while a stretch that was
   * read from the store is delivered: an earlier header that shut readers out may be superseded and never come, so it
   * is by the newest that all of the stretch may be read or not.
   */
  readonly header: ChangedObject | undefined;

  listen(listener: FeedListener): () => void;

  /**
   * What a reader at `since` lacks up to some position not before the feed's own at the time of the call, from
   * the ring of recent changes where it reaches back far enough, else from the store. Reads for one story are
   * shared by all who ask at the same time. `since` absent, too far behind or no `placeOf` the stream's history: a reset
   * with the newest `limit` objects.
   *
   * The same question between two changes is answered with the same object, so that what is made of an answer can
   * be made once. Rejects with `store_unavailable`, and with `story_not_found` for a stream that vanished.
   */
  catchUp(since: Position | undefined, limit: number): Promise<FeedCatchUp>;
}

export type FeedListener = (event: FeedEvent) => void;

export type FeedEvent =
  | { readonly type: 'change'; readonly change: FeedChange }
  /** What was delivered so far can no longer be continued: readers MUST start again from `catchUp`. */
  | { readonly type: 'reset'; readonly position: Position };

/** A change ready to be sent. The texts are made once, for all readers, when first needed. */
export interface FeedChange {
  readonly epoch: string;
  readonly seq: number;
  /** Where those stand who heard everything before it. */
  readonly follows: Position;
  /** The `seq` up to which a run of net changes reaches that this one is in; `seq` for all others. */
  readonly through: number;
  readonly objectId: string;
  /** JSON text of the `Change`. */
  readonly json: string;
  readonly object: ChangedObject;
}

export interface FeedCatchUp {
  readonly position: Position;
  readonly reset: boolean;
  /** The header: on a reset always (where the stream has one), else only when it changed. */
  readonly header?: ChangedObject;
  /** On a reset the newest page in display order; else the net changes by ascending `seq`, without the header. */
  readonly objects: readonly ChangedObject[];
  /** As in the store's pages. Never in the server's own streams: those are their newest page and nothing behind it. */
  readonly older?: string;
}

/** The feeds of this instance: opened by the first who asks for a stream, closed some time after the last left. */
export interface StoryFeeds {
  /**
   * `undefined` when the stream does not exist. The caller MUST call `release` exactly once when done.
   * Rejects with `store_unavailable`.
   */
  open(stream: string, edition: Edition): Promise<FeedLease | undefined>;
  close(): Promise<void>;
}

export interface FeedLease {
  readonly feed: StoryFeed;
  release(): void;
}

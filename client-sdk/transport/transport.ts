import type { LiveError } from '../live-error.js';
import type { Position } from '../protocol/position.js';
import type { Edition } from '../protocol/story.js';

/** In the order in which they are preferred: each next one works where fewer things are allowed. */
export type TransportName = 'socket' | 'sse' | 'poll';

/** The stream to follow. */
export interface Target {
  /** A story's slug or `@breaking`. */
  readonly slug: string;
  readonly edition: Edition;
  /** Entries of a first page; absent leaves it to the server. */
  readonly limit: number | undefined;
}

/**
 * One way of following streams. It carries messages and knows nothing of order, duplicates or gaps: the timeline
 * sorts that out by position, so two transports may even deliver the same stream at the same time.
 */
export interface Transport {
  /**
   * Begins to follow a stream from where the sink stands. Returns at once and MUST NOT call the sink before it
   * has returned. Everything that goes wrong, however early, goes to `sink.lost`; nothing is thrown.
   *
   * MUST NOT try again by itself: when and where to try is decided in one place for all transports.
   */
  open(target: Target, sink: Sink): Channel;
}

/** One stream over one transport, from `open` to `lost` or `close`. */
export interface Channel {
  /**
   * Something is missing: bring what follows `sink.position()` once more. Messages under way may still arrive
   * before it. Asked again meanwhile, MAY do it once.
   */
  resync(): void;
  /** Stops. MUST let go of timers, requests and sockets, and MUST NOT call the sink any more. */
  close(): void;
}

/** The reader's end of a channel. Takes messages as they came: they are checked behind it. */
export interface Sink {
  /** Where the reader stands now; `undefined`: it holds nothing that counts and needs a snapshot. */
  position(): Position | undefined;
  /** The server is there, and what it sends from now on follows on the position. Implied by `caughtUp`. */
  up(): void;
  /** @param since the position that was sent with the question; `undefined` where none was. */
  caughtUp(answer: unknown, since: Position | undefined): void;
  change(change: unknown): void;
  /** The server can no longer vouch for what it sent: nothing is to be taken until the next `caughtUp`. */
  distrust(): void;
  /** The server is about to go and wants its readers elsewhere, now. The channel goes on until it is closed. */
  goaway(use: 'poll' | undefined): void;
  /** The channel ended and MUST NOT call the sink again. */
  lost(loss: Loss): void;
}

/**
 * - `link`: no connection, or something that does not speak our protocol. Another transport may get through.
 * - `unsupported`: this transport cannot work here, however often it is tried.
 * - `answer`: the server itself said no; whether for good is in the error.
 */
export type Loss = { readonly why: 'link' | 'unsupported' | 'answer'; readonly error: LiveError };

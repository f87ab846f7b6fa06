import type { ReaderLog } from './reader-log.js';

/** What the readers of a process have in common, and tell of themselves. */
export interface ReadersInCommon {
  /** For all sockets. */
  readonly buffer: Buffer;
  /** Where links lead. */
  port: number;
  /** Milliseconds: bound of the wait before a first try to come back; it doubles with each further one, up to 30 s. */
  withinMs: number;
  joined(answer: { readonly reset: boolean }, isFirst: boolean): void;
  lost(why: string): void;
}

/** One reader of one story over a connection of its own, from its making until `close`. */
export interface PoolReader {
  readonly slug: string;
  readonly log: ReaderLog;
  /** Where it stands; 0 until it holds anything. */
  readonly seq: number;
  /** Whether it was answered on the link that it has. */
  readonly isJoined: boolean;
  /** Stops reading the link that it has, or reads on. */
  stall(): void;
  drain(): void;
  close(): void;
}

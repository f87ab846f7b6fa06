import type { PublicEntry } from '@slugline/client/protocol';

/** How the readers of a pool follow: over WebSockets, or by long polls. */
export type PoolDoor = 'socket' | 'poll';

/** What the run asks of a process of readers, over its IPC channel. Each question is answered once. */
export type PoolQuestion =
  /** Adds readers, so many to each story, and waits until they have joined. */
  | {
      readonly ask: 'follow';
      readonly door: PoolDoor;
      readonly port: number;
      readonly slugs: readonly string[];
      readonly each: number;
    }
  /** From now on, who loses its link comes back to this port, for its first try within so many milliseconds. */
  | { readonly ask: 'come back'; readonly port: number; readonly withinMs: number }
  /** Waits until all readers of each story stand at its number or beyond. */
  | { readonly ask: 'reach'; readonly seqs: Readonly<Record<string, number>>; readonly withinMs: number }
  /** All readers stop reading the links that they have, or read on. */
  | { readonly ask: 'stall' | 'drain' }
  /** Closes all readers and tells what they saw. */
  | { readonly ask: 'finish' };

export type PoolAnswer =
  | { readonly done: 'follow' | 'come back' | 'stall' | 'drain' }
  /** When each reader was found to be there; as many as made it in time. */
  | { readonly done: 'reach'; readonly at: readonly number[] }
  | { readonly done: 'finish'; readonly told: PoolTold }
  | { readonly failed: string };

/** All moments are milliseconds since 1970, by the clock of the process that tells them. */
export interface PoolTold {
  readonly readers: readonly ReaderTold[];
  /** What stands in the logs by its index. */
  readonly epochs: readonly string[];
  readonly forms: readonly RawForm[];
  /** When links were joined in place of others, for all readers together. */
  readonly movedAt: readonly number[];
  /** Times that a reader was turned away or lost a link, by why. */
  readonly losses: Readonly<Record<string, number>>;
  /** Answers to joins, by whether they were resets. */
  readonly resumed: number;
  readonly reset: number;
}

interface ReaderTold {
  readonly slug: string;
  /** `LogLine`s one after the other. */
  readonly log: readonly number[];
}

/** [moment, kind, epoch, seq, after or -1, number of forms, form …], see `SEEN_KINDS`. */
export const SEEN_KINDS = ['change', 'catch-up', 'whole reset', 'reset'] as const;
export type SeenKind = (typeof SEEN_KINDS)[number];

/** What the checker wants to know of a header or an entry. */
export type RawForm =
  | { readonly kind: 'story'; readonly version: number; readonly headline: string }
  | ({ readonly kind: 'entry'; readonly headline?: string } & Pick<
      PublicEntry,
      'id' | 'version' | 'status' | 'publishedAt'
    >);

import { memoryLimiters } from '../limits/memory-limiters.js';
import type { RateLimiters } from '../limits/rate-limiter.js';
import { memoryBoard } from './memory-board.js';
import type { NoticeBoard } from './notice-board.js';
import type { StoryStore } from './story-store.js';

/** Where a server keeps its stories: a Redis that instances share, or a directory of its own. */
export type StoreLocation = { readonly redisUrl: string } | { readonly dataDir: string };

/** A store, limiters that hold for all who use it, and their board. These need no closing of their own. */
export interface ServerStore {
  readonly store: StoryStore;
  readonly limiters: RateLimiters;
  readonly board: NoticeBoard;
}

/**
 * Opens the store at a location. Rejects with `invalid_input` where the location cannot be used as it is written,
 * and with `store_unavailable` where it cannot be reached, or another process has the directory.
 */
export async function openStore(where: StoreLocation): Promise<StoryStore> {
  const { store } = await openServerStore(where);
  return store;
}

/**
 * The same for a server, which also has to know how much its readers and editors did elsewhere. Only the store that is
 * asked for is loaded: each comes with a database's client or engine, and a start is a time without service.
 */
export async function openServerStore(where: StoreLocation): Promise<ServerStore> {
  if ('redisUrl' in where) {
    const { openRedisStore } = await import('./redis/redis-store.js');
    const store = await openRedisStore({ url: where.redisUrl });
    return { store, limiters: store.limiters, board: store.board };
  }
  const { openEmbeddedStore } = await import('./embedded/embedded-store.js');
  const store = await openEmbeddedStore({ directory: where.dataDir });
  return { store, limiters: memoryLimiters(), board: memoryBoard() };
}

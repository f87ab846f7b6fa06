import { openEmbeddedStore } from './embedded/embedded-store.js';
import { openRedisStore } from './redis/redis-store.js';
import type { StoryStore } from './story-store.js';

/** Where a server keeps its stories: a Redis that instances share, or a directory of its own. */
export type StoreLocation = { readonly redisUrl: string } | { readonly dataDir: string };

/**
 * Opens the store at a location. Rejects with `invalid_input` where the location cannot be used as it is written,
 * and with `store_unavailable` where it cannot be reached, or another process has the directory.
 */
export function openStore(where: StoreLocation): Promise<StoryStore> {
  return 'redisUrl' in where
    ? openRedisStore({ url: where.redisUrl })
    : openEmbeddedStore({ directory: where.dataDir });
}

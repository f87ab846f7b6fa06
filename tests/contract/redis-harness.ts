import { onTestFinished } from 'vitest';
import { openRedisStore } from '../../server/store/redis/redis-store.js';
import type { StoryStore } from '../../server/store/story-store.js';
import type { SharedStoreSetup } from './store-harness.js';

let namespaces = 0;

/** Empty stores on one Redis, kept apart by the beginning of their keys. */
export function storesOn(url: () => string): SharedStoreSetup {
  return async () => {
    namespaces += 1;
    const keyPrefix = `contract-${namespaces}`;
    const opened: StoryStore[] = [];
    const open = async (): Promise<StoryStore> => {
      const store = await openRedisStore({ url: url(), keyPrefix });
      opened.push(store);
      return store;
    };
    let store = await open();
    return {
      store,
      reopen: async () => {
        await store.close();
        store = await open();
        return store;
      },
      second: open,
      teardown: async () => {
        await Promise.all(opened.map((one) => one.close()));
      },
    };
  };
}

/** A store for one test, closed when that is over. */
export async function redisStoreForTest(url: string, keyPrefix?: string): Promise<StoryStore> {
  const store = await openRedisStore(keyPrefix === undefined ? { url } : { url, keyPrefix });
  onTestFinished(() => store.close());
  return store;
}

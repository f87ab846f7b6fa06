import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.js';
import { describeStoryStore } from './store-contract.js';

describeStoryStore('embedded store', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'slugline-store-'));
  let open = await openEmbeddedStore({ directory });
  return {
    store: open,
    reopen: async () => {
      await open.close();
      open = await openEmbeddedStore({ directory });
      return open;
    },
    teardown: async () => {
      await open.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
});

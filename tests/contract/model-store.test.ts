import { randomUUID } from 'node:crypto';
import { ModelStore, modelBase } from '../helpers/model-store.js';
import { describeSharedStoryStore } from './store-contract.js';

// What simulations are run over, and measured by, owes the same as what is run in earnest.
describeSharedStoryStore('the store of the simulations', async () => {
  const base = modelBase(() => randomUUID());
  let store = new ModelStore(base);
  return {
    store,
    reopen: async () => {
      await store.close();
      store = new ModelStore(base);
      return store;
    },
    second: async () => new ModelStore(base),
    teardown: () => store.close(),
  };
});

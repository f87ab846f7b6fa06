import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ModelStore, modelBase } from '../helpers/model-store.js';
import { describeSharedStoryStore } from './store-contract.js';
import { creating, publishing } from './store-harness.js';

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

test('the store of the simulations begins a new epoch in each life, and goes on in it with whoever lost nothing', async () => {
  const base = modelBase(() => randomUUID());
  const store = new ModelStore(base);
  const commit = async (id: string) => (await store.commit(publishing('flood', id))).positions.public;
  await store.commit(creating('flood'));
  const kept = await commit('a');
  const copy = base.data.copy();
  const lost = await commit('lost');
  base.data = copy;
  copy.life += 1;
  expect((await store.head('flood', 'public'))?.position).toEqual(kept);
  const next = await commit('b');
  expect(next.seq).toBe(lost.seq);
  expect(next.epoch).not.toBe(lost.epoch);
  expect(await store.head('flood', 'public')).toMatchObject({ position: next, continues: [kept] });
  expect(await store.changesSince('flood', 'public', kept, 10)).toMatchObject({ reset: false, position: next });
  expect(await store.changesSince('flood', 'public', lost, 10)).toMatchObject({ reset: true });
  expect((await commit('c')).epoch).toBe(next.epoch);
});

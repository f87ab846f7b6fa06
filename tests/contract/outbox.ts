import { describe, expect, test } from 'vitest';
import type { OutboxItem, StoryStore } from '../../server/store/story-store.js';
import { commitOf, entryWrite, eventually, openStore, publishing, type StoreSetup } from './store-harness.js';

const payloads = (items: readonly OutboxItem[]): string[] => items.map((item) => item.payload);

async function payloadsOf(store: StoryStore, stream: string): Promise<string[]> {
  return payloads((await store.outbox(1_000)).filter((item) => item.stream === stream));
}

export function describeOutbox(setup: StoreSetup): void {
  describe('outbox', () => {
    test('hands out what commits put in, in order within each stream', async () => {
      const { store } = await openStore(setup);
      expect(await store.outbox(10)).toEqual([]);
      await store.commit(publishing('a', 'one', { outbox: ['a1', 'a2'] }));
      await store.commit(publishing('a-b', 'one', { outbox: ['b1'] }));
      await store.commit(publishing('a', 'two', { outbox: ['a3'] }));
      await store.commit(publishing('a', 'three'));
      const items = await store.outbox(10);
      expect(items).toHaveLength(4);
      expect(payloads(items.filter((item) => item.stream === 'a'))).toEqual(['a1', 'a2', 'a3']);
      expect(payloads(items.filter((item) => item.stream === 'a-b'))).toEqual(['b1']);
      expect(new Set(items.filter((item) => item.stream === 'a').map((item) => item.id)).size).toBe(3);
    });

    test('keeps its order past ten and past a hundred, and its limit', async () => {
      const { store } = await openStore(setup);
      const expected = Array.from({ length: 130 }, (_, index) => `note ${index}`);
      for (let index = 0; index < expected.length; index += 5) {
        const outbox = expected.slice(index, index + 5);
        await store.commit(commitOf('flood', [entryWrite('desk', `e${index}`)], { outbox }));
      }
      expect(await payloadsOf(store, 'flood')).toEqual(expected);
      expect(payloads(await store.outbox(7))).toEqual(expected.slice(0, 7));
    });

    test('items that are done do not come again, others do, also after a restart', async () => {
      const { store, reopen } = await openStore(setup);
      await store.commit(publishing('flood', 'one', { outbox: ['1', '2', '3', '4'] }));
      await store.commit(publishing('storm', 'one', { outbox: ['s'] }));
      const items = (await store.outbox(10)).filter((item) => item.stream === 'flood');
      const done = items.filter((item) => item.payload === '1' || item.payload === '3');
      await store.outboxDone(done);
      await store.outboxDone(done);
      await store.outboxDone([]);
      expect(await payloadsOf(store, 'flood')).toEqual(['2', '4']);
      const again = await reopen();
      expect(await payloadsOf(again, 'flood')).toEqual(['2', '4']);
      expect(await payloadsOf(again, 'storm')).toEqual(['s']);
      await again.outboxDone(await again.outbox(10));
      expect(await again.outbox(10)).toEqual([]);
    });

    test('an id is not used again after its item was done and the store restarted', async () => {
      const { store, reopen } = await openStore(setup);
      await store.commit(publishing('flood', 'one', { outbox: ['old'] }));
      const old = await store.outbox(10);
      await store.outboxDone(old);
      const again = await reopen();
      await again.commit(publishing('flood', 'two', { outbox: ['new'] }));
      // Someone slow marks the old item a second time: the new one must not go with it.
      await again.outboxDone(old);
      expect(await payloadsOf(again, 'flood')).toEqual(['new']);
    });

    test('keeps any text', async () => {
      const { store } = await openStore(setup);
      const texts = ['', ' ', '{"topic":"entry","entryId":"_-"}', '🚨\u2028"\\', '0'];
      await store.commit(publishing('flood', 'one', { outbox: texts }));
      expect(await payloadsOf(store, 'flood')).toEqual(texts);
    });

    test('a busy stream does not hide another one for good', async () => {
      const { store } = await openStore(setup);
      const many = Array.from({ length: 20 }, (_, index) => `${index}`);
      await store.commit(publishing('a', 'one', { outbox: many }));
      await store.commit(publishing('z', 'one', { outbox: ['last'] }));
      for (let turn = 0; turn < 10; turn += 1) {
        const items = await store.outbox(5);
        if (items.some((item) => item.stream === 'z')) return;
        await store.outboxDone(items);
      }
      throw new Error('The other stream never had its turn');
    });

    test('tells this process after a commit that put something in', async () => {
      const { store } = await openStore(setup);
      let told = 0;
      const stop = store.onOutbox(() => {
        told += 1;
      });
      await store.commit(publishing('flood', 'quiet'));
      expect(told).toBe(0);
      await store.commit(publishing('flood', 'loud', { outbox: ['note'] }));
      await eventually('the outbox hint', () => told > 0);
      stop();
      const before = told;
      await store.commit(publishing('flood', 'later', { outbox: ['note'] }));
      expect(told).toBe(before);
    });
  });
}

import { describe, expect, test } from 'vitest';
import { eventually, listenTo, openStore, present, publishing, type SharedStoreSetup } from './store-harness.js';

/** What a store owes that several instances have open at the same time. */
export function describeSharing(setup: SharedStoreSetup): void {
  describe('two instances', () => {
    test('hear of each other’s commits', async () => {
      const { store, second } = await openStore(setup);
      const other = await second();
      const here = await listenTo(store, 'flood', 'public');
      const there = await listenTo(other, 'flood', 'public');
      await store.commit(publishing('flood', 'one'));
      await other.commit(publishing('flood', 'two'));
      await here.upTo(2);
      await there.upTo(2);
      await there.upTo(1);
      expect(new Set(here.seqs())).toEqual(new Set([1, 2]));
    });

    test('committing at once share one row of numbers', async () => {
      const { store, second } = await openStore(setup);
      const instances = [store, await second()] as const;
      const readers = await listenTo(instances[1], 'flood', 'public');
      const receipts = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          present(instances[index % 2], 'an instance').commit(publishing('flood', `e${index}`)),
        ),
      );
      const seqs = receipts.map((receipt) => receipt.positions.public.seq).sort((one, two) => one - two);
      expect(seqs).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      expect(new Set(receipts.map((receipt) => receipt.positions.public.epoch)).size).toBe(1);
      await eventually('announcements of both instances', () => new Set(readers.seqs()).size === 100);
      const command = publishing('flood', 'once', { idempotency: { key: 'k', fingerprint: 'f' } });
      const twice = await Promise.all(instances.map((instance) => instance.commit(command)));
      expect(twice.map((receipt) => receipt.replayed).sort()).toEqual([false, true]);
    });
  });
}

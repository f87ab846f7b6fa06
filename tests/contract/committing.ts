import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../client-sdk/protocol/index.js';
import type { Receipt } from '../../server/store/story-store.js';
import {
  commitOf,
  creating,
  entryWrite,
  everythingOf,
  failureOf,
  headerWrite,
  moment,
  openStore,
  present,
  publishing,
  type StoreSetup,
} from './store-harness.js';

/** A JSON text of exactly so many bytes in UTF-8. */
function formOfBytes(bytes: number): string {
  const frame = JSON.stringify({ text: '' });
  const euro = '€'; // three bytes: counting characters instead would let three times too much in
  const room = bytes - frame.length;
  return JSON.stringify({ text: euro.repeat(Math.floor(room / 3)) + 'x'.repeat(room % 3) });
}

export function describeCommits(setup: StoreSetup): void {
  describe('commit', () => {
    test('numbers the writes of each edition 1, 2, 3 in the order given', async () => {
      const { store } = await openStore(setup);
      const receipt = await store.commit(
        commitOf('flood', [
          headerWrite('public'),
          entryWrite('desk', 'draft'),
          entryWrite('public', 'one'),
          headerWrite('desk'),
          entryWrite('public', 'two'),
        ]),
      );
      expect(receipt).toMatchObject({ replayed: false, positions: { public: { seq: 3 }, desk: { seq: 2 } } });
      expect(receipt.positions.public.epoch).toBe(receipt.positions.desk.epoch);
      const epoch = receipt.positions.public.epoch;
      const changes = await store.changesSince('flood', 'public', { epoch, seq: 0 }, 10);
      expect(changes?.changes.map((change) => [change.seq, change.objectId])).toEqual([
        [1, '@header'],
        [2, 'one'],
        [3, 'two'],
      ]);
      const next = await store.commit(publishing('flood', 'three'));
      expect(next.positions).toEqual({ public: { epoch, seq: 4 }, desk: { epoch, seq: 3 } });
    });

    test('writing one object twice in a commit keeps the last form at the last number', async () => {
      const { store } = await openStore(setup);
      const { positions } = await store.commit(
        commitOf('flood', [entryWrite('desk', 'a'), entryWrite('desk', 'b'), entryWrite('desk', 'a', { version: 2 })]),
      );
      expect(positions.desk.seq).toBe(3);
      const since = { epoch: positions.desk.epoch, seq: 0 };
      const changes = await store.changesSince('flood', 'desk', since, 10);
      expect(changes?.changes.map((change) => [change.seq, change.objectId, change.version])).toEqual([
        [2, 'b', 1],
        [3, 'a', 2],
      ]);
      expect(await store.revisions('flood', 'a', { limit: 10 })).toHaveLength(2);
    });

    test('an edition never written stands at 0', async () => {
      const { store } = await openStore(setup);
      const receipt = await store.commit(commitOf('flood', [entryWrite('desk', 'draft')]));
      expect(receipt.positions.public.seq).toBe(0);
      const head = present(await store.head('flood', 'public'), 'a head');
      expect(head).toEqual({ position: { epoch: receipt.positions.desk.epoch, seq: 0 }, changedAt: moment(0) });
      expect(await store.page('flood', 'public', { limit: 5 })).toMatchObject({ objects: [] });
    });

    test('a commit without writes moves nothing but is kept', async () => {
      const { store } = await openStore(setup);
      const { positions } = await store.commit(creating('flood'));
      const idempotency = { key: 'k', fingerprint: 'f' };
      const receipt = await store.commit(commitOf('flood', [], { idempotency, outbox: ['note'], answer: 'done' }));
      expect(receipt).toEqual({ positions, answer: 'done', replayed: false });
      expect(await store.receipt('flood', idempotency)).toEqual({ positions, answer: 'done', replayed: true });
      expect((await store.outbox(5)).map((item) => item.payload)).toEqual(['note']);
    });

    test('a first commit without writes makes the stream, at 0 in both editions', async () => {
      const { store } = await openStore(setup);
      const { positions } = await store.commit(commitOf('@own', []));
      const { epoch } = positions.public;
      expect(positions).toEqual({ public: { epoch, seq: 0 }, desk: { epoch, seq: 0 } });
      const head = { position: { epoch, seq: 0 }, changedAt: moment(0) };
      expect(await store.head('@own', 'public')).toEqual(head);
      expect(await store.page('@own', 'public', { limit: 5 })).toEqual({ ...head, objects: [] });
      await store.commit(commitOf('@own', []));
      expect((await store.head('@own', 'public'))?.position).toEqual({ epoch, seq: 0 });
    });

    test('refuses a stale version and says where the object is', async () => {
      const { store } = await openStore(setup);
      await store.commit(publishing('flood', 'one'));
      const edit = (version: number) =>
        commitOf('flood', [entryWrite('desk', 'one', { version: version + 1 })], {
          expected: [{ objectId: 'one', version }],
        });
      await store.commit(edit(1));
      const stale = await failureOf(store.commit(edit(1)), 'version_conflict');
      expect(stale.details.currentVersion).toBe(2);
      const taken = await failureOf(store.commit(publishing('flood', 'one')), 'version_conflict');
      expect(taken.details.currentVersion).toBe(2);
      await store.commit(edit(2));
    });

    test('refuses to change an object that does not exist, and to create a stream by such a try', async () => {
      const { store } = await openStore(setup);
      const commit = commitOf('flood', [entryWrite('desk', 'one', { version: 2 })], {
        expected: [{ objectId: 'one', version: 1 }],
      });
      const failure = await failureOf(store.commit(commit), 'version_conflict');
      expect(failure.details.currentVersion).toBe(0);
      expect(await store.head('flood', 'desk')).toBeUndefined();
      expect((await store.streams('desk', { limit: 10 })).streams).toEqual([]);
    });

    test('an object has one version in its stream, even when it is in the desk edition only', async () => {
      const { store } = await openStore(setup);
      await store.commit(commitOf('flood', [entryWrite('desk', 'draft')]));
      const failure = await failureOf(store.commit(publishing('flood', 'draft')), 'version_conflict');
      expect(failure.details.currentVersion).toBe(1);
      const released = entryWrite('public', 'draft', { version: 2 });
      await store.commit(
        commitOf('flood', [released, entryWrite('desk', 'draft', { version: 2 })], {
          expected: [{ objectId: 'draft', version: 1 }],
        }),
      );
      // From here the desk edits on its own: the public form keeps its version, the object does not.
      const edit = (version: number) =>
        commitOf('flood', [entryWrite('desk', 'draft', { version })], {
          expected: [{ objectId: 'draft', version: version - 1 }],
        });
      await store.commit(edit(3));
      expect((await failureOf(store.commit(edit(3)), 'version_conflict')).details.currentVersion).toBe(3);
      expect((await store.object('flood', 'public', 'draft'))?.object?.version).toBe(2);
    });

    test('reports the first of several expectations that differs', async () => {
      const { store } = await openStore(setup);
      await store.commit(commitOf('flood', [entryWrite('desk', 'a'), entryWrite('desk', 'b', { version: 7 })]));
      const commit = commitOf('flood', [entryWrite('desk', 'c')], {
        expected: [
          { objectId: 'a', version: 1 },
          { objectId: 'b', version: 6 },
          { objectId: 'a', version: 9 },
        ],
      });
      expect((await failureOf(store.commit(commit), 'version_conflict')).details.currentVersion).toBe(7);
    });

    test('a refused commit leaves no trace', async () => {
      const { store } = await openStore(setup);
      await store.commit(creating('flood'));
      await store.commit(publishing('flood', 'one', { outbox: ['first'] }));
      const before = await everythingOf(store, 'flood', ['one', 'two', '@header']);
      const idempotency = { key: 'refused', fingerprint: 'f' };
      const commit = commitOf(
        'flood',
        [entryWrite('public', 'two'), entryWrite('desk', 'two'), headerWrite('desk', 2)],
        {
          expected: [
            { objectId: 'two', version: 0 },
            { objectId: 'one', version: 5 },
          ],
          at: '2027-01-01T00:00:00.000Z',
          outbox: ['second'],
          idempotency,
          answer: 'never',
        },
      );
      await failureOf(store.commit(commit), 'version_conflict');
      expect(await everythingOf(store, 'flood', ['one', 'two', '@header'])).toEqual(before);
      expect(await store.receipt('flood', idempotency)).toBeUndefined();
      // The key of a refused command is free: the retry that is right takes effect.
      const retried = await store.commit({ ...commit, expected: [{ objectId: 'two', version: 0 }] });
      expect(retried.replayed).toBe(false);
      expect(retried.positions.public.seq).toBe(3);
    });

    test('two hundred editors at once get two hundred numbers without a hole', async () => {
      const { store } = await openStore(setup);
      const ids = Array.from({ length: 200 }, (_, index) => `e${index}`);
      const receipts = await Promise.all(ids.map((id) => store.commit(publishing('flood', id))));
      expect(contiguous(receipts)).toEqual(ids.map((_, index) => index + 1));
      expect(new Set(receipts.map((receipt) => receipt.positions.public.epoch)).size).toBe(1);
      const epoch = present(receipts[0], 'a receipt').positions.public.epoch;
      const changes = present(await store.changesSince('flood', 'public', { epoch, seq: 0 }, 500), 'changes');
      expect(changes.changes.map((change) => change.seq)).toEqual(ids.map((_, index) => index + 1));
      expect(new Set(changes.changes.map((change) => change.objectId))).toEqual(new Set(ids));
    });

    test('of many editors changing one version only one succeeds', async () => {
      const { store } = await openStore(setup);
      await store.commit(publishing('flood', 'one'));
      const edit = (name: string) =>
        store.commit(
          commitOf('flood', [entryWrite('desk', 'one', { version: 2, form: JSON.stringify({ name }) })], {
            expected: [{ objectId: 'one', version: 1 }],
          }),
        );
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => edit(`editor ${index}`)));
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
      expect((await store.head('flood', 'desk'))?.position.seq).toBe(2);
      expect(await store.revisions('flood', 'one', { limit: 50 })).toHaveLength(2);
    });

    test('streams do not disturb each other', async () => {
      const { store } = await openStore(setup);
      const slugs = ['a', 'a-b', 'a-b-c', 'ab', 'a-b0'];
      await Promise.all(
        slugs.flatMap((slug, extra) => [
          store.commit(publishing(slug, 'x')),
          ...Array.from({ length: extra }, (_, index) => store.commit(publishing(slug, `x-${index}`))),
        ]),
      );
      for (const [extra, slug] of slugs.entries()) {
        const page = present(await store.page(slug, 'public', { limit: 50 }), `a page of ${slug}`);
        expect(page.objects).toHaveLength(1 + extra);
        expect(page.position.seq).toBe(1 + extra);
      }
      const epochs = await Promise.all(slugs.map(async (slug) => (await store.head(slug, 'desk'))?.position.epoch));
      expect(new Set(epochs).size).toBe(slugs.length);
    });

    test('takes a form of exactly the allowed size, counted in bytes', async () => {
      const { store } = await openStore(setup);
      const form = formOfBytes(LIMITS.objectBytes);
      expect(Buffer.byteLength(form)).toBe(LIMITS.objectBytes);
      await store.commit(commitOf('flood', [entryWrite('desk', 'large', { form })]));
      expect((await store.object('flood', 'desk', 'large'))?.object?.form === form).toBe(true);
    });

    test.each([LIMITS.objectBytes + 1, 200 * 1024])(
      'refuses a form of %i bytes and does no half of it',
      async (bytes) => {
        const { store } = await openStore(setup);
        await store.commit(creating('flood'));
        const before = await everythingOf(store, 'flood', ['small', 'large']);
        const writes = [entryWrite('public', 'small'), entryWrite('public', 'large', { form: formOfBytes(bytes) })];
        const idempotency = { key: 'large', fingerprint: 'f' };
        await failureOf(store.commit(commitOf('flood', writes, { idempotency, outbox: ['x'] })), 'entry_too_large');
        expect(await everythingOf(store, 'flood', ['small', 'large'])).toEqual(before);
        expect(await store.receipt('flood', idempotency)).toBeUndefined();
      },
    );

    test('survives a restart', async () => {
      const { store, reopen } = await openStore(setup);
      await store.commit(creating('flood'));
      const { positions } = await store.commit(publishing('flood', 'one', { outbox: ['note'] }));
      const before = await everythingOf(store, 'flood', ['one', '@header']);
      const again = await reopen();
      expect(await everythingOf(again, 'flood', ['one', '@header'])).toEqual(before);
      const next = await again.commit(publishing('flood', 'two'));
      expect(next.positions.public).toEqual({ epoch: positions.public.epoch, seq: positions.public.seq + 1 });
    });

    test('commits under way finish before the store closes', async () => {
      const { store, reopen } = await openStore(setup);
      const commits = Array.from({ length: 30 }, (_, index) => store.commit(publishing('flood', `e${index}`)));
      const again = await reopen();
      expect(contiguous(await Promise.all(commits))).toHaveLength(30);
      expect((await again.head('flood', 'public'))?.position.seq).toBe(30);
    });
  });

  describe('epoch', () => {
    test('is new for each stream and the same after a restart', async () => {
      const { store, reopen } = await openStore(setup);
      const first = (await store.commit(creating('first'))).positions.public.epoch;
      const second = (await store.commit(creating('second'))).positions.public.epoch;
      expect(first).not.toBe(second);
      expect(first).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
      expect((await (await reopen()).head('first', 'public'))?.position.epoch).toBe(first);
    });

    test('is renewed once by all who saw the same one go stale', async () => {
      const { store, reopen } = await openStore(setup);
      await store.commit(creating('flood'));
      const { positions } = await store.commit(publishing('flood', 'one'));
      const stale = positions.public.epoch;
      const renewed = await Promise.all([1, 2, 3, 4].map(() => store.renewEpoch('flood', stale)));
      expect(new Set(renewed).size).toBe(1);
      const epoch = present(renewed[0], 'an epoch');
      expect(epoch).not.toBe(stale);
      expect(await store.renewEpoch('flood', stale)).toBe(epoch);
      expect(await store.renewEpoch('flood', 'never-was')).toBe(epoch);
      for (const edition of ['public', 'desk'] as const) {
        expect((await store.head('flood', edition))?.position).toEqual({ epoch, seq: 2 });
        expect(await store.changesSince('flood', edition, { epoch: stale, seq: 1 }, 10)).toMatchObject({
          reset: true,
          changes: [],
        });
      }
      const next = await (await reopen()).commit(publishing('flood', 'two'));
      expect(next.positions.public).toEqual({ epoch, seq: 3 });
    });

    test('of a stream that does not exist cannot be renewed', async () => {
      const { store } = await openStore(setup);
      expect(await store.renewEpoch('nowhere', 'stale')).toBeUndefined();
      expect(await store.head('nowhere', 'public')).toBeUndefined();
    });
  });

  describe('check and close', () => {
    test('an open store is well, a closed one says that it is not there', async () => {
      const { store } = await openStore(setup);
      await store.check();
      await store.close();
      await store.close();
      await failureOf(store.check(), 'store_unavailable');
      await failureOf(store.head('flood', 'public'), 'store_unavailable');
      await failureOf(store.commit(creating('flood')), 'store_unavailable');
    });
  });
}

function contiguous(receipts: readonly Receipt[]): number[] {
  return receipts.map((receipt) => receipt.positions.public.seq).sort((one, other) => one - other);
}

import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../client-sdk/protocol/index.js';
import type { DumpRecord, StoryStore } from '../../server/store/story-store.js';
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
  recordsOf,
  type StoreSetup,
  wholeDump,
} from './store-harness.js';

const COMMAND = { key: 'import/export', fingerprint: 'f' };

/** What a dump gives, by way of NDJSON as an export is kept. */
async function dumped(store: StoryStore): Promise<DumpRecord[]> {
  const lines: string[] = [];
  for await (const record of store.dump()) lines.push(JSON.stringify(record));
  return lines.map((line): DumpRecord => JSON.parse(line));
}

/** One more object of the stream of `wholeDump`, under a number that it already has. */
function objectOf(objectId: string, form = '{}'): DumpRecord {
  const object = { objectId, version: 1, seq: 2, kind: 'entry.published', at: moment(0), form } as const;
  return { record: 'object', stream: 'flood', edition: 'public', object };
}

function receiptUntil(expiresAt: string): DumpRecord {
  const position = { epoch: 'e', seq: 2 };
  const receipt = { positions: { public: position, desk: position } };
  return { record: 'receipt', stream: 'flood', idempotency: COMMAND, receipt, expiresAt };
}

async function fill(store: StoryStore): Promise<void> {
  await store.commit(creating('a', { at: moment(1) }));
  for (let index = 0; index < 12; index += 1) {
    const outbox = index % 3 === 0 ? [`a note ${index}`] : [];
    await store.commit(publishing('a', `e${index}`, { at: moment(2 + index), outbox }));
  }
  const writes = [entryWrite('public', 'e3', { version: 2 }), entryWrite('desk', 'e3', { version: 2 })];
  await store.commit(commitOf('a', writes, { at: moment(20), idempotency: COMMAND, answer: '{"ok":true}' }));
  await store.commit(commitOf('a', [headerWrite('desk', 2)], { at: moment(21) }));
  await store.commit(creating('a-b', { at: moment(30), outbox: ['b note'] }));
  const draft = entryWrite('desk', 'draft', { form: '{"text":"🚨\\u0000\u2028"}', orderKey: undefined });
  await store.commit(commitOf('a-b', [draft], { at: moment(31) }));
  await store.commit(commitOf('@breaking', [entryWrite('public', 'e3')], { at: moment(32) }));
}

const IDS = ['@header', 'e3', 'e11', 'draft'];

/** All that must be the same in the store a dump was restored into: everything but the epochs and outbox ids. */
async function comparable(store: StoryStore) {
  const streams = await Promise.all(
    ['a', 'a-b', '@breaking'].map(async (stream) => {
      const { outbox, ...rest } = await everythingOf(store, stream, IDS);
      return { ...rest, outbox: outbox.filter((item) => item.stream === stream).map((item) => item.payload) };
    }),
  );
  const text = JSON.stringify(streams, (key, value: unknown) => (key === 'epoch' ? 'any' : value));
  return JSON.parse(text) as unknown;
}

export function describeDumps(setup: StoreSetup): void {
  describe('dump and restore', () => {
    test('an empty store gives nothing, and nothing restores nothing', async () => {
      const { store } = await openStore(setup);
      expect(await dumped(store)).toEqual([]);
      expect(await store.restore(recordsOf([]))).toBe(0);
    });

    test('carry everything into another store, under new epochs', async () => {
      const { store: source } = await openStore(setup);
      const { store: target, reopen } = await openStore(setup);
      await fill(source);
      expect(await target.restore(recordsOf(await dumped(source)))).toBe(3);
      expect(await comparable(target)).toEqual(await comparable(source));

      const kept = present(await source.receipt('a', COMMAND), 'the receipt');
      expect(await target.receipt('a', COMMAND)).toEqual(kept);
      const old = present(await source.head('a', 'public'), 'the head').position;
      const now = present(await target.head('a', 'public'), 'the head').position;
      expect(now.epoch).not.toBe(old.epoch);
      expect(now.seq).toBe(old.seq);
      expect(await target.changesSince('a', 'public', old, 100)).toMatchObject({ reset: true });

      // And it goes on from there.
      const next = await target.commit(publishing('a', 'after', { outbox: ['after'] }));
      expect(next.positions.public).toEqual({ epoch: now.epoch, seq: now.seq + 1 });
      const notes = (await target.outbox(100)).filter((item) => item.stream === 'a').map((item) => item.payload);
      expect(notes).toEqual(['a note 0', 'a note 3', 'a note 6', 'a note 9', 'after']);
      const again = await reopen();
      expect((await again.head('a', 'public'))?.position).toEqual(next.positions.public);
    });

    test('a dump names each stream once, before all that belongs to it', async () => {
      const { store } = await openStore(setup);
      await fill(store);
      let current = '';
      const begun: string[] = [];
      for (const record of await dumped(store)) {
        if (record.record === 'stream') {
          current = record.stream;
          begun.push(current);
        }
        expect(record.stream).toBe(current);
      }
      expect(begun.sort()).toEqual(['@breaking', 'a', 'a-b']);
    });

    test('expected versions hold in the restored store', async () => {
      const { store: source } = await openStore(setup);
      const { store: target } = await openStore(setup);
      await fill(source);
      await target.restore(recordsOf(await dumped(source)));
      expect((await failureOf(target.commit(publishing('a', 'e3')), 'version_conflict')).details.currentVersion).toBe(
        2,
      );
      const draft = await failureOf(target.commit(publishing('a-b', 'draft')), 'version_conflict');
      expect(draft.details.currentVersion).toBe(1);
      const header = commitOf('a', [headerWrite('desk', 3)], { expected: [{ objectId: '@header', version: 2 }] });
      await target.commit(header);
    });

    test('refuse a stream that is already there and leave it alone', async () => {
      const { store: source } = await openStore(setup);
      const { store: target } = await openStore(setup);
      await fill(source);
      await target.commit(creating('a-b'));
      const before = await everythingOf(target, 'a-b', IDS);
      await failureOf(
        target.restore(recordsOf((await dumped(source)).filter((one) => one.stream === 'a-b'))),
        'story_exists',
      );
      expect(await everythingOf(target, 'a-b', IDS)).toEqual(before);
    });

    test('a dump that breaks off shows nothing of the stream it broke off in, and can be taken in later', async () => {
      const { store: source } = await openStore(setup);
      const { store: target, reopen } = await openStore(setup);
      await fill(source);
      const records = (await dumped(source)).filter((record) => record.stream === 'a');
      async function* breakingOff(): AsyncIterable<DumpRecord> {
        yield* records.slice(0, -1);
        expect(await target.head('a', 'public'), 'half a stream').toBeUndefined();
        throw new Error('the file ended here');
      }
      await expect(target.restore(breakingOff())).rejects.toThrow('the file ended here');
      const lookInVain = async (reader: StoryStore) => {
        expect(await reader.head('a', 'public')).toBeUndefined();
        expect(await reader.page('a', 'desk', { limit: 5 })).toBeUndefined();
        expect(await reader.revisions('a', 'e3', { limit: 5 })).toEqual([]);
        expect(await reader.receipt('a', COMMAND)).toBeUndefined();
        expect(await reader.outbox(10)).toEqual([]);
        expect(await reader.streams('public', { limit: 5 })).toEqual({ streams: [] });
        expect(await dumped(reader)).toEqual([]);
      };
      await lookInVain(target);
      await lookInVain(await reopen());
      const { store: whole, reopen: reopenWhole } = await openStore(setup);
      await expect(whole.restore(breakingOff())).rejects.toThrow();
      expect(await whole.restore(recordsOf(records))).toBe(1);
      const restored = await reopenWhole();
      expect((await restored.page('a', 'public', { limit: 50 }))?.objects).toHaveLength(12);
      expect((await restored.outbox(50)).map((item) => item.payload)).toHaveLength(4);
    });

    test('receipts of a dump that broke off say nothing of the story that was begun instead', async () => {
      const { store: source } = await openStore(setup);
      const { store: target } = await openStore(setup);
      await fill(source);
      const records = (await dumped(source)).filter((record) => record.stream === 'a');
      async function* breakingOff(): AsyncIterable<DumpRecord> {
        yield* records;
        // Fills batches, so that what came before was written.
        for (let version = 1; version <= 600; version += 1) {
          const revision = { version, kind: 'entry.updated', at: moment(0), form: '{}' } as const;
          yield { record: 'revision', stream: 'a', objectId: 'e1', revision };
        }
        throw new Error('the file ended here');
      }
      await expect(target.restore(breakingOff())).rejects.toThrow('the file ended here');
      await target.commit(creating('a'));
      expect(await target.receipt('a', COMMAND)).toBeUndefined();
      const receipt = await target.commit(publishing('a', 'anew', { idempotency: COMMAND }));
      expect(receipt.replayed).toBe(false);
      expect((await target.object('a', 'public', 'anew'))?.object).toBeDefined();
    });

    test.each<[string, readonly DumpRecord[], ErrorCode?]>([
      ['begins in the middle', wholeDump.slice(1)],
      ['ends before its newest change', wholeDump.slice(0, -1)],
      ['mixes two streams', [...wholeDump, { record: 'outbox', stream: 'storm', payload: 'note' }]],
      ['has an id that no key can hold', [...wholeDump, objectOf('e\u00003')]],
      ['has an object that is too large', [...wholeDump, objectOf('e3', 'x'.repeat(200_000))], 'entry_too_large'],
      ['has a receipt that never ends', [...wholeDump, receiptUntil('never')]],
      ['has a name that no key can hold', [{ ...present(wholeDump[0], 'a record'), stream: 'x'.repeat(500) }]],
    ])('refuses a dump that %s', async (_, records, code = 'invalid_input') => {
      const { store } = await openStore(setup);
      await failureOf(store.restore(recordsOf(records)), code);
      expect(await store.head('flood', 'public')).toBeUndefined();
      expect(await store.outbox(5)).toEqual([]);
      expect(await store.restore(recordsOf(wholeDump))).toBe(1);
    });

    test('a stream of many large objects comes over whole', async () => {
      const { store: source } = await openStore(setup);
      const { store: target } = await openStore(setup);
      const form = (index: number) => JSON.stringify({ index, text: 'x'.repeat(20_000) });
      const ids = Array.from({ length: 300 }, (_, index) => `e${String(index).padStart(3, '0')}`);
      const writes = ids.map((id, index) => entryWrite('desk', id, { form: form(index) }));
      for (let start = 0; start < writes.length; start += 50) {
        await source.commit(commitOf('large', writes.slice(start, start + 50)));
      }
      expect(await target.restore(source.dump())).toBe(1);
      const page = present(await target.page('large', 'desk', { limit: 500 }), 'a page');
      expect(page.objects.map((object) => object.objectId)).toEqual([...ids].reverse());
      expect(page.objects.every((object, index) => object.form === form(299 - index))).toBe(true);
    });
  });
}

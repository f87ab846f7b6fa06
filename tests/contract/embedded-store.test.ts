import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.js';
import type { DumpRecord, StoryStore } from '../../server/store/story-store.js';
import { describeStoryStore } from './store-contract.js';
import {
  commitOf,
  creating,
  entryWrite,
  failureOf,
  present,
  publishing,
  recordsOf,
  type StoreUnderTest,
  wholeDump,
} from './store-harness.js';
import { startStoreProcess } from './store-process.js';

async function newDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'slugline-store-'));
}

async function embeddedStore(): Promise<StoreUnderTest & { readonly directory: string }> {
  const directory = await newDirectory();
  let open = await openEmbeddedStore({ directory });
  return {
    directory,
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
}

describeStoryStore('embedded store', embeddedStore);

async function emptyDirectory(): Promise<string> {
  const directory = await newDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function embeddedStoreHere() {
  const underTest = await embeddedStore();
  onTestFinished(() => underTest.teardown());
  return underTest;
}

async function opened(directory: string): Promise<StoryStore> {
  const store = await openEmbeddedStore({ directory });
  onTestFinished(() => store.close());
  return store;
}

/** Everything that a process said was acknowledged is there, at the number it said, and nothing is half there. */
async function expectAllRecovered(store: StoryStore, lines: readonly string[]): Promise<void> {
  const head = present(await store.head('flood', 'public'), 'the stream');
  for (const line of lines) {
    const [word, id, seq] = line.split(' ');
    if (word !== 'acknowledged' || id === undefined) continue;
    const object = (await store.object('flood', 'public', id))?.object;
    expect(object?.seq, `${id}, which was acknowledged`).toBe(Number(seq));
  }
  let objects = 0;
  let before: string | undefined;
  do {
    const page = present(
      await store.page('flood', 'public', before ? { limit: 500, before } : { limit: 500 }),
      'a page',
    );
    for (const { objectId, seq } of page.objects) {
      const receipt = await store.receipt('flood', { key: objectId, fingerprint: objectId });
      expect(receipt?.positions.public.seq, `the receipt of ${objectId}`).toBe(seq);
      expect(await store.revisions('flood', objectId, { limit: 2 })).toHaveLength(1);
    }
    objects += page.objects.length;
    before = page.older;
  } while (before !== undefined);
  expect(objects).toBe(head.position.seq);
  expect((await store.head('flood', 'desk'))?.position).toEqual(head.position);
  expect(await store.outbox(objects + 1)).toHaveLength(objects);
}

describe('data directory', () => {
  test('is made when it is not there', async () => {
    const directory = join(await emptyDirectory(), 'a', 'data.v1');
    const store = await opened(directory);
    await store.commit(creating('flood'));
    expect(existsSync(join(directory, 'slugline.mdb'))).toBe(true);
  });

  test('takes one store at a time, also within a process', async () => {
    const directory = await emptyDirectory();
    const first = await opened(directory);
    const refused = await failureOf(openEmbeddedStore({ directory }), 'store_unavailable');
    expect(refused.message).toContain(directory);
    expect(refused.message).toContain(`process ${process.pid}`);
    await first.commit(creating('flood'));
    await first.close();
    const next = await opened(directory);
    expect((await next.head('flood', 'public'))?.position.seq).toBe(1);
  });

  test('refuses a second process in one clear line, and is free once the first was killed', async () => {
    const directory = await emptyDirectory();
    const first = startStoreProcess(directory, 'hold');
    await first.reports('open');
    const refused = await failureOf(openEmbeddedStore({ directory }), 'store_unavailable');
    expect(refused.message).not.toContain('\n');
    expect(refused.message).toContain(directory);
    expect(refused.message).toContain(`process ${first.child.pid}`);
    expect(refused.message).toContain('REDIS_URL');
    const second = startStoreProcess(directory, 'hold');
    await second.reports('failed store_unavailable');
    await second.ended;
    expect(second.child.exitCode).toBe(1);
    await first.kill();
    await (await opened(directory)).check();
  });

  test('that cannot be one is named', async () => {
    const file = join(await emptyDirectory(), 'file');
    await writeFile(file, '');
    const refused = await failureOf(openEmbeddedStore({ directory: file }), 'store_unavailable');
    expect(refused.message).toContain(file);
    expect(refused.details.cause).toBeDefined();
  });

  test.each<[string, (file: string) => Promise<unknown>]>([
    ['no database', (file) => writeFile(file, 'not a database'.repeat(1_000))],
    ['cut off', (file) => writeFile(file, 'short')],
    ['a directory', (file) => mkdir(file)],
  ])('whose data file is %s is named and let go of', async (_, spoil) => {
    const directory = await emptyDirectory();
    const file = join(directory, 'slugline.mdb');
    await spoil(file);
    const refused = await failureOf(openEmbeddedStore({ directory }), 'store_unavailable');
    expect(refused.message).toContain(directory);
    await rm(file, { recursive: true });
    await (await opened(directory)).check();
  });

  test('has files that only their owner can read', async () => {
    const directory = await emptyDirectory();
    await chmod(directory, 0o755);
    await opened(directory);
    for (const file of await readdir(directory)) {
      expect((await stat(join(directory, file))).mode & 0o777, file).toBe(0o600);
    }
  });
});

// Processes start and stop here, which takes its time on a busy machine.
describe('a crash', { timeout: 60_000 }, () => {
  test('five kills in the middle of commits lose nothing that was acknowledged', async () => {
    const directory = await emptyDirectory();
    const lines: string[] = [];
    for (let round = 1; round <= 5; round += 1) {
      const running = startStoreProcess(directory, 'commit');
      await running.reports('acknowledged', 50 * round);
      await running.kill();
      lines.push(...running.lines);
      const store = await openEmbeddedStore({ directory });
      await expectAllRecovered(store, lines);
      await store.commit(commitOf('between', [entryWrite('desk', `round-${round}`)]));
      await store.close();
    }
    const store = await opened(directory);
    expect((await store.head('between', 'desk'))?.position.seq).toBe(5);
  });

  test('a full disk refuses commits, keeps what it acknowledged and ends no process', async () => {
    const directory = await emptyDirectory();
    // A limit on the size of a file does to a write what a full disk does, and needs no disk of its own.
    const running = startStoreProcess(directory, 'commit', 'ulimit -f 6000;');
    await running.reports('refused store_unavailable', 160);
    await running.reports('stands');
    await running.ended;
    expect(running.child.exitCode).toBe(0);
    const acknowledged = running.lines.filter((line) => line.startsWith('acknowledged'));
    expect(acknowledged.length).toBeGreaterThan(50);
    const store = await opened(directory);
    await expectAllRecovered(store, running.lines);
    await store.commit(publishing('flood', 'after'));
  });

  test('more commits at once than there is room for are refused, and all others are kept', async () => {
    const { store } = await embeddedStoreHere();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8_000 }, (_, index) => store.commit(commitOf('flood', [entryWrite('public', `e${index}`)]))),
    );
    const kept = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(kept).toBeGreaterThan(1_000);
    expect(kept).toBeLessThan(outcomes.length);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'store_unavailable' });
    }
    expect((await store.head('flood', 'public'))?.position.seq).toBe(kept);
    await store.commit(publishing('flood', 'later'));
  });
});

describe('receipts', () => {
  const DAY_MS = 24 * 3_600_000;
  const commandOf = (id: string) =>
    publishing('flood', id, { idempotency: { key: id, fingerprint: id }, expected: [] });

  async function keptReceipts(store: StoryStore): Promise<number> {
    let kept = 0;
    for await (const record of store.dump()) if (record.record === 'receipt') kept += 1;
    return kept;
  }

  test('are in force for a day, then swept a few at a time', async () => {
    const { store } = await embeddedStoreHere();
    const start = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    onTestFinished(() => void vi.useRealTimers());
    const ids = Array.from({ length: 100 }, (_, index) => `e${index}`);
    await Promise.all(ids.map((id) => store.commit(commandOf(id))));

    vi.setSystemTime(start + DAY_MS - 1);
    expect((await store.commit(commandOf('e7'))).replayed).toBe(true);
    expect(await keptReceipts(store)).toBe(100);

    vi.setSystemTime(start + DAY_MS + 60_000);
    expect(await store.receipt('flood', { key: 'e7', fingerprint: 'another' })).toBeUndefined();
    expect((await store.commit(commandOf('e99'))).replayed).toBe(false);
    const left = await keptReceipts(store);
    expect(left).toBeGreaterThan(50);
    for (let index = 0; index < 10; index += 1) await store.commit(publishing('other', `o${index}`));
    expect(await keptReceipts(store)).toBe(1);
    // The key that was used again has a receipt of its own, which its predecessor's end did not take along.
    expect((await store.commit(commandOf('e99'))).replayed).toBe(true);
  });
});

describe('dump of a store in use', () => {
  test('is of the moment at which it began', async () => {
    const { store } = await embeddedStoreHere();
    for (let index = 0; index < 50; index += 1) await store.commit(publishing('flood', `e${index}`));
    const records: DumpRecord[] = [];
    for await (const record of store.dump()) {
      if (records.length % 25 === 0) {
        const version = records.length + 2;
        const moved = { version, orderKey: undefined };
        const writes = [entryWrite('public', 'e1', moved), entryWrite('desk', 'e1', moved)];
        await store.commit(commitOf('flood', writes, { idempotency: { key: `k${version}`, fingerprint: 'f' } }));
        await store.commit(publishing(`later-${records.length}`, 'one'));
      }
      records.push(record);
    }
    const count = (kind: DumpRecord['record']) => records.filter((record) => record.record === kind).length;
    expect([count('stream'), count('object'), count('revision'), count('receipt')]).toEqual([1, 100, 50, 0]);
    const { store: copy } = await embeddedStoreHere();
    async function* taken() {
      yield* records;
    }
    expect(await copy.restore(taken())).toBe(1);
    expect((await copy.page('flood', 'public', { limit: 500 }))?.objects).toHaveLength(50);
  });

  test('fails when the store closes before it is read to its end', async () => {
    const { store } = await embeddedStoreHere();
    for (let index = 0; index < 5; index += 1) await store.commit(publishing('flood', `e${index}`));
    const read = async () => {
      let count = 0;
      for await (const _ of store.dump()) {
        count += 1;
        if (count === 3) await store.close();
      }
      return count;
    };
    await failureOf(read(), 'store_unavailable');
  });
});

describe('a copy of the directory', () => {
  test('is another history: it starts new epochs, and what goes on in its place trusts no position of the original', async () => {
    const { store, directory, reopen } = await embeddedStoreHere();
    const backup = await emptyDirectory();
    const { positions } = await store.commit(creating('flood'));
    await store.close();
    await cp(directory, backup, { recursive: true });

    // The original goes on as before; a reader gets to know changes that the copy never had.
    const original = await reopen();
    const ahead = (await original.commit(publishing('flood', 'lost'))).positions.public;
    expect(ahead.epoch).toBe(positions.public.epoch);

    const copy = await opened(backup);
    for (const id of ['one', 'two']) await copy.commit(publishing('flood', id));
    expect(await copy.changesSince('flood', 'public', ahead, 10)).toMatchObject({ reset: true });
    const { position } = present(await copy.head('flood', 'public'), 'the head');
    await copy.close();
    // Once only: from now on it is the original of its own history.
    expect((await (await opened(backup)).head('flood', 'public'))?.position).toEqual(position);
  });
});

describe('restore', () => {
  test('that the process did not live to end is undone at the next opening', async () => {
    const { store, reopen } = await embeddedStoreHere();
    async function* closingInTheMiddle() {
      yield* wholeDump;
      // Fills a batch, so that there is something on disk to be undone.
      for (let version = 1; version <= 300; version += 1) {
        const revision = { version, kind: 'entry.updated', at: '2026', form: '{}' } as const;
        yield { record: 'revision', stream: 'flood', objectId: 'e1', revision } as const;
      }
      await store.close();
    }
    await failureOf(store.restore(closingInTheMiddle()), 'store_unavailable');
    const again = await reopen();
    expect(await again.head('flood', 'public')).toBeUndefined();
    await again.commit(creating('flood'));
    expect(await again.revisions('flood', 'e1', { limit: 5 })).toEqual([]);
    expect((await again.page('flood', 'public', { limit: 5 }))?.objects).toEqual([]);
  });

  test('keeps its stream to itself until it is done', async () => {
    const { store } = await embeddedStoreHere();
    async function* meddledWith() {
      yield* wholeDump;
      await failureOf(store.commit(creating('flood')), 'store_unavailable');
      await failureOf(store.restore(recordsOf(wholeDump)), 'story_exists');
    }
    expect(await store.restore(meddledWith())).toBe(1);
    expect((await store.page('flood', 'public', { limit: 5 }))?.objects).toHaveLength(2);
  });
});

describe('announcements in this process', () => {
  test('come in the order of the commits, once each, before the commit is acknowledged', async () => {
    const { store } = await embeddedStoreHere();
    const heard: number[] = [];
    await store.onCommitted('flood', 'public', ({ changes }) => heard.push(...changes.map((change) => change.seq)));
    await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const { positions } = await store.commit(publishing('flood', `e${index}`));
        expect(heard).toContain(positions.public.seq);
      }),
    );
    expect(heard).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  test('a listener that throws is warned of and fails no commit', async () => {
    const { store } = await embeddedStoreHere();
    const warning = once(process, 'warning');
    await store.onCommitted('flood', 'public', () => {
      throw new Error('a defect of the listener');
    });
    expect((await store.commit(publishing('flood', 'one'))).positions.public.seq).toBe(1);
    expect(String((await warning)[0])).toContain('a defect of the listener');
  });
});

import { copyFile, cp, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { commitOf, creating, entryWrite, failureOf, present, publishing } from './store-harness.js';
import { startStoreProcess } from './store-process.js';

/** A store of one stream with one entry, as the last version with format 1 left it (Brotli, Base64). */
const OF_FORMAT_1 = [
  'G//vAC4KbGPjYqzS17Ia2zTFsA33eSkCbNlmy7XyT1UECwohERah6K4ajUI2Z1D0eBRCIfxfrK09pImVppq4yNAYkriFQvSu1ojq',
  '7yF/BzQ4PMgHI+Dyfff5v1c16yYiAYnI2KbRsYeFJg0aa7VYLrfHt0IBC9KK9PiY9gEfYAGxpnPUKyFx0EQdgOUn7m1P7G17kazB',
  '30UAgAjM1IcACACACBgBQB90GHqN938VBwB7x+gT/DcGDkCeDSo0VMgBwGCInCEnyt6cyd4BwN/gZQXIohPueMBLCwCUQga4iCQw',
  'cpWTkwOAG/LNXnEOgIm4otcBofpV4OR/xZSNfjqBmMrRC+zPtuLOaDulQaZpTfQj+tNqZ7Y9pzc2e0UQZJZlwLA4APMyGUaQzRNe',
  'ePlanlzB49E4F+fpmn5+M1/EcQDk5ADgw8leKc6PYJNdeFygrwCXfDwAvVN/BwC/EQD1vPbRpyz/eCYAsGl/GMt42vD/Il35L0NO',
  'vucCKg4QtSQO1VJ1/LGtTtpRJiuf6mu14cxmV3VfilEhWX9jASunEknE3d+SBGxx1cJTeqi9HSOcSXYV/gV8NYm89hw6WT/B6NRJ',
  'BeEpvGVhcyn3EVD4VfUH9ACAA0BkR+U1oM/JHq2+kmcCgMh3//p/OcDzYxvUekAEJEBuK65Dhdi/0QBMPljtVMcBgIcDeHrugtoA',
  'SIASUJRR1lxB/1YDgAQeAPy42YMhgCUdAJefv+/fQscBkKEDgHslKz0CQDGDv/crpqx0nJGw3dOOO6PxwSICrkIT40gw55CZHRo0',
  'EJG2jKLl7lzf3F60wmKINwHoT+AAyNABwKuVtQGXFMCOub+WUohvYSg/TQYAGgBNStmhrYMm+yPXQ/NjINVD80BfD80DXRuBsdeY',
  'A5AKOQBYGrYxIqIaSdO2HbkCAQ==',
].join('');

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'slugline-data-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function opened(directory: string): Promise<StoryStore> {
  const store = await openEmbeddedStore({ directory });
  onTestFinished(() => store.close());
  return store;
}

const dataFile = (directory: string) => join(directory, 'slugline.mdb');

/** A directory with a story of this many entries, closed in good order. */
async function filled(entries: number): Promise<string> {
  const directory = await emptyDirectory();
  const store = await openEmbeddedStore({ directory });
  await store.commit(creating('flood'));
  for (let entry = 0; entry < entries; entry += 1) await store.commit(publishing('flood', `e${entry}`));
  await store.close();
  return directory;
}

async function positionIn(directory: string) {
  const store = await openEmbeddedStore({ directory });
  const { position } = present(await store.head('flood', 'public'), 'the head');
  await store.close();
  return position;
}

/** Writes over the very same file, as `cp` does onto one that is there. */
async function putBack(from: string, onto: string): Promise<void> {
  const before = await stat(onto);
  await copyFile(from, onto);
  expect((await stat(onto)).ino, 'the same file').toBe(before.ino);
}

/** Changes a byte of the one place in the data file where a text stands. */
async function spoil(directory: string, text: string): Promise<void> {
  const content = await readFile(dataFile(directory));
  const at = content.indexOf(text);
  expect(at, `${text} is in the file`).toBeGreaterThan(0);
  const file = await open(dataFile(directory), 'r+');
  await file.write(Buffer.from([(content[at] ?? 0) ^ 0x01]), 0, 1, at);
  await file.close();
}

describe('data that is not what was written', () => {
  test('is refused at the opening in one line that says what to do', async () => {
    const directory = await filled(3);
    const store = await openEmbeddedStore({ directory });
    const form = JSON.stringify({ text: 'The weir at Tolme holds' });
    await store.commit(commitOf('flood', [entryWrite('public', 'told', { form })]));
    await store.close();
    await spoil(directory, 'weir at Tolme');
    const refused = await failureOf(openEmbeddedStore({ directory }), 'store_unavailable');
    expect(refused.message).toMatch(
      /^The data in \S+ is damaged: a record of the table objects is not what was written\./,
    );
    expect(refused.message).toContain(directory);
    expect(refused.message).toContain('`slugline import`');
    expect(refused.message).not.toContain('\n');
  });

  test('is not served when it goes bad while the store is open, and the store says so from then on', async () => {
    const directory = await emptyDirectory();
    const store = await opened(directory);
    const form = JSON.stringify({ text: 'The weir at Tolme holds' });
    await store.commit(commitOf('flood', [entryWrite('public', 'told', { form }), entryWrite('public', 'other')]));
    await store.check();
    await spoil(directory, 'weir at Tolme');
    for (const question of [
      store.object('flood', 'public', 'told'),
      store.page('flood', 'public', { limit: 5 }),
      store.check(),
    ]) {
      expect((await failureOf(question, 'store_unavailable')).message).toContain('damaged');
    }
    expect((await store.object('flood', 'public', 'other'))?.object).toBeDefined();
  });

  test('is refused when nothing of it is left', async () => {
    const directory = await filled(1);
    await truncate(dataFile(directory), 0);
    expect((await failureOf(openEmbeddedStore({ directory }), 'store_unavailable')).message).toContain('is empty');
  });

  test('of an earlier format is named with the way to bring it over', async () => {
    const directory = await emptyDirectory();
    await writeFile(dataFile(directory), brotliDecompressSync(Buffer.from(OF_FORMAT_1, 'base64')));
    const refused = await failureOf(openEmbeddedStore({ directory }), 'store_unavailable');
    expect(refused.message).toMatch(/format 1, .* reads 2: `slugline export` .* `slugline import`/);
  });
});

describe('data that is what was written', () => {
  test('is taken for it after all that a store does to its file', async () => {
    const directory = await emptyDirectory();
    for (let life = 1; life <= 3; life += 1) {
      const store = await openEmbeddedStore({ directory });
      const sizes = [90_000, 20_000, 300, 60_000, 5_000];
      for (const [at, size] of sizes.entries()) {
        // One transaction, so that LMDB writes each over the one before where it has room.
        const writes = sizes.map((length, step) =>
          entryWrite('desk', `e${at}`, { version: life * 10 + step, form: JSON.stringify('x'.repeat(length - step)) }),
        );
        await store.commit(commitOf('flood', writes, { outbox: ['a note'], answer: 'x'.repeat(size) }));
      }
      const dump = store.dump()[Symbol.asyncIterator]();
      await dump.next();
      // The pages of the dump's moment are kept meanwhile, and freed afterwards.
      for (let entry = 0; entry < 30; entry += 1)
        await store.commit(publishing(`flood-${entry % 4}`, `${life}-${entry}`));
      await dump.return?.();
      await store.outboxDone(await store.outbox(10));
      await store.close();
    }
    expect((await (await opened(directory)).page('flood', 'desk', { limit: 10 }))?.objects).toHaveLength(5);
  });
});

describe('a past that is put back over the very same file', () => {
  test('starts new epochs when the whole directory is put back', async () => {
    const directory = await filled(2);
    const before = await positionIn(directory);
    const backup = await emptyDirectory();
    await cp(directory, backup, { recursive: true });
    const store = await openEmbeddedStore({ directory });
    await store.commit(publishing('flood', 'later'));
    await store.close();
    for (const file of ['slugline.mdb', 'slugline.closed', 'slugline.mdb-lock']) {
      await putBack(join(backup, file), join(directory, file));
    }
    const after = await positionIn(directory);
    expect(after.seq).toBe(before.seq);
    expect(after.epoch).not.toBe(before.epoch);
    expect(await positionIn(directory), 'and once only').toEqual(after);
  });

  test('starts new epochs when the data file alone is put back after a crash', async () => {
    const directory = await filled(2);
    const before = await positionIn(directory);
    const backup = join(await emptyDirectory(), 'backup');
    await copyFile(dataFile(directory), backup);
    const running = startStoreProcess(directory, 'commit');
    await running.reports('acknowledged', 5);
    await running.kill();
    await putBack(backup, dataFile(directory));
    expect((await positionIn(directory)).epoch).not.toBe(before.epoch);
  });

  test('does not start them where nothing was put back', async () => {
    const directory = await filled(2);
    const before = await positionIn(directory);
    const running = startStoreProcess(directory, 'commit');
    await running.reports('acknowledged', 5);
    await running.kill();
    expect((await positionIn(directory)).epoch, 'after a crash').toBe(before.epoch);
    expect((await positionIn(directory)).epoch, 'after a good end').toBe(before.epoch);
  });
});

/*
 * The last write of a commit, the one that makes it count, is to one page of the file through a descriptor of its
 * own. The process puts one in its place that cannot be written.
 */
describe.runIf(process.platform === 'linux')('a commit whose last write fails', () => {
  test('is refused, readers read on, and the next commit works', async () => {
    const directory = await filled(1);
    const running = startStoreProcess(directory, 'last-write-fails');
    await running.reports('reads');
    await running.reports('acknowledged after');
    await running.ended;
    expect(running.child.exitCode).toBe(0);
    expect(running.lines.filter((line) => line === 'refused store_unavailable')).toHaveLength(8);
    expect(running.lines).toContain('reads 3');
    const store = await opened(directory);
    expect((await store.head('flood', 'public'))?.position.seq).toBe(4);
    expect((await store.page('flood', 'public', { limit: 9 }))?.objects.map((object) => object.objectId)).toEqual([
      'e0',
      'before',
      'after',
    ]);
  });

  test('and a kill before the next one leave a store that opens with all that was acknowledged', async () => {
    const directory = await filled(1);
    const { epoch } = await positionIn(directory);
    const running = startStoreProcess(directory, 'last-write-fails-and-hold');
    await running.reports('reads 3');
    await running.kill();
    expect(await positionIn(directory)).toEqual({ epoch, seq: 3 });
  });
});

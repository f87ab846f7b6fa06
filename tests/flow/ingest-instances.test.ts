import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Failure } from '../../server/errors.js';
import { openStore } from '../../server/store/open-store.js';
import { apiOverStore } from '../helpers/api-over-store.js';
import { runCli, scratchDirectory } from '../helpers/cli.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { type Api, directoryForTest, serverForTest } from '../helpers/server.js';
import { ingest } from '../helpers/wire.js';

const PATH = '/v1/ingest/ninjs';

const item = (name: string, version: number, fields: object = {}) => ({
  uri: `urn:wire:${name}`,
  version: String(version),
  versionCreated: `2026-03-01T09:0${version}:00Z`,
  slugline: name,
  headlines: [{ value: `Version ${version}` }],
  ...fields,
});

describe('items of a wire, on several instances', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('make one entry each, which follows the newest version, whichever instance gets what and when', async () => {
    const env = { REDIS_URL: redis.url };
    const servers = [await serverForTest({ env }), await serverForTest({ env })];
    const names = Array.from({ length: 10 }, (_, at) => `item-${at + 1}`);
    const sent = names.flatMap((name) =>
      servers.flatMap(({ api }) => [3, 1, 2].map((version) => ingest(api, `${PATH}?story=all`, item(name, version)))),
    );
    const taken = (await Promise.all(sent)).map(({ item: one }) => one);
    expect(taken.filter(({ outcome }) => outcome === 'created')).toHaveLength(names.length);
    const read = (await servers[0]?.api.get<Snapshot>('/v1/stories/all?limit=100'))?.body.entries ?? [];
    expect(read.map((entry) => entry.status === 'usable' && entry.headline)).toEqual(names.map(() => 'Version 3'));
    expect(new Set(taken.map(({ entryId }) => entryId)).size).toBe(names.length);
  });

  it('leave nothing to be seen where their withdrawal crosses them on the way', async () => {
    const env = { REDIS_URL: redis.url };
    const [one, two] = [await serverForTest({ env }), await serverForTest({ env })];
    for (let round = 1; round <= 10; round += 1) {
      const name = `crossing-${round}`;
      const gone = item(name, 2, { pubStatus: 'canceled' });
      await Promise.all([ingest(one.api, PATH, item(name, 1)), ingest(two.api, PATH, gone)]);
      const { body } = await one.api.get<Partial<Snapshot>>(`/v1/stories/${name}`);
      expect(
        (body.entries ?? []).filter(({ status }) => status === 'usable'),
        name,
      ).toEqual([]);
    }
  });
});

describe('items of a wire, after a restart', () => {
  it('are known again, and what was withdrawn before it came', async () => {
    const dataDir = await directoryForTest();
    const before = await serverForTest({ dataDir });
    const { item: made } = await ingest(before.api, PATH, item('kept', 2));
    await ingest(before.api, PATH, item('never', 2, { pubStatus: 'canceled' }));
    await before.close();
    const { api } = await serverForTest({ dataDir });
    expect((await ingest(api, PATH, item('kept', 1))).item).toMatchObject({ outcome: 'ignored', reason: 'older' });
    expect((await ingest(api, PATH, item('kept', 2))).item).toMatchObject({
      outcome: 'unchanged',
      entryId: made.entryId,
    });
    expect((await ingest(api, PATH, item('kept', 3))).item).toMatchObject({
      outcome: 'updated',
      entryId: made.entryId,
    });
    expect((await ingest(api, PATH, item('never', 1))).item.outcome).toBe('ignored');
    expect((await api.get('/v1/stories/never')).status).toBe(404);
  });

  it('are known after an import, also into a store that has taken in others', async () => {
    const first = await directoryForTest();
    const one = await serverForTest({ dataDir: first });
    const { item: made } = await ingest(one.api, PATH, item('exported', 2));
    await one.close();
    const file = join(await scratchDirectory(), 'export.ndjson');
    const written = await runCli(['export', '--data-dir', first, '-']);
    expect(written.code, written.stderr).toBe(0);
    await writeFile(file, written.stdout);

    const second = await directoryForTest();
    const two = await serverForTest({ dataDir: second });
    await ingest(two.api, PATH, item('local', 1));
    await two.close();
    const imported = await runCli(['import', '--data-dir', second, file]);
    expect(imported.code, imported.stderr).toBe(0);
    const { api } = await serverForTest({ dataDir: second });
    expect((await ingest(api, PATH, item('exported', 3))).item).toMatchObject({
      outcome: 'updated',
      entryId: made.entryId,
    });
    expect((await ingest(api, PATH, item('local', 1))).item.outcome).toBe('unchanged');
  });
});

describe('items of a wire, between their name and their entry', () => {
  /** The API over one store, and over the same one with something done before each commit to the story. */
  async function withBefore(slug: string, before: (api: Api) => Promise<unknown>) {
    const store = await openStore({ dataDir: await directoryForTest() });
    onTestFinished(() => store.close());
    const api = await apiOverStore(store, {});
    const slow = await apiOverStore(store, {
      async commit(commit) {
        if (commit.stream === slug) await before(api);
        return store.commit(commit);
      },
    });
    return { api, slow };
  }

  it('are withdrawn at once where their withdrawal came in that moment', async () => {
    let withdrawn: string | undefined;
    const { api, slow } = await withBefore('between', async (other) => {
      if (withdrawn !== undefined) return;
      withdrawn = '';
      withdrawn = (await ingest(other, PATH, item('between', 2, { pubStatus: 'canceled' }))).item.outcome;
    });
    const { item: taken } = await ingest(slow, PATH, item('between', 1));
    expect([withdrawn, taken.outcome]).toEqual(['canceled', 'canceled']);
    const { entries } = (await api.get<Snapshot>('/v1/stories/between')).body;
    expect(entries).toEqual([expect.objectContaining({ id: taken.entryId, status: 'canceled' })]);
  });

  it('become the entry that was named, when they are sent again after a failure', async () => {
    let failures = 0;
    const { api, slow } = await withBefore('broken', async () => {
      failures += 1;
      if (failures === 1) throw new Failure('store_unavailable');
    });
    const first = await slow.request('POST', PATH, { body: item('broken', 1) });
    expect([first.status, first.body.code]).toEqual([503, 'store_unavailable']);
    expect((await api.get('/v1/stories/broken')).status).toBe(404);
    const [one, two] = await Promise.all([ingest(slow, PATH, item('broken', 1)), ingest(api, PATH, item('broken', 1))]);
    expect([one.item.outcome, two.item.outcome].sort()).toEqual(['created', 'unchanged']);
    expect((await api.get<Snapshot>('/v1/stories/broken')).body.entries).toHaveLength(1);
  });
});

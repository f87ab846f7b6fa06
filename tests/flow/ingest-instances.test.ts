import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, scratchDirectory } from '../helpers/cli.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { directoryForTest, serverForTest } from '../helpers/server.js';
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

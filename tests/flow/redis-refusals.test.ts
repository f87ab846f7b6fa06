import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStream } from '../helpers/event-stream.js';
import { redisForTest, untilDone } from '../helpers/redis-for-test.js';
import type { RedisServer } from '../helpers/redis-server.js';
import { serverForTest } from '../helpers/server.js';

const SLUG = 'full-house';

interface Trouble {
  readonly what: string;
  /** What Redis says to a write. */
  readonly says: RegExp;
  /** Whether reads are answered meanwhile. */
  readonly reads: boolean;
  readonly begin: (redis: RedisServer, dir: string) => Promise<unknown>;
  readonly end: (redis: RedisServer, dir: string) => Promise<unknown>;
}

const set = (name: string, value: string) => (redis: RedisServer) => redis.command('CONFIG', 'SET', name, value);

/** In the place where a snapshot would go, so that it cannot be saved. */
const obstacle = (dir: string) => path.join(dir, 'dump.rdb');

const saved = (redis: RedisServer, status: 'ok' | 'err') =>
  untilDone(`a snapshot: ${status}`, async () => {
    await redis.command('BGSAVE').catch(() => undefined);
    expect(String(await redis.command('INFO', 'persistence'))).toContain(`rdb_last_bgsave_status:${status}`);
  });

const TROUBLES: readonly Trouble[] = [
  { what: 'is full', says: /OOM/, reads: true, begin: set('maxmemory', '1'), end: set('maxmemory', '0') },
  {
    what: 'became a replica that may only be read',
    says: /READONLY/,
    reads: true,
    begin: (redis) => redis.command('REPLICAOF', '127.0.0.1', '1'),
    end: (redis) => redis.command('REPLICAOF', 'NO', 'ONE'),
  },
  {
    what: 'has fewer replicas than it is to have',
    says: /NOREPLICAS/,
    reads: true,
    begin: set('min-replicas-to-write', '1'),
    end: set('min-replicas-to-write', '0'),
  },
  {
    what: 'cannot write to its disk',
    says: /MISCONF/,
    reads: true,
    begin: async (redis, dir) => {
      await mkdir(obstacle(dir));
      await writeFile(path.join(obstacle(dir), 'in-the-way'), '');
      await saved(redis, 'err');
    },
    end: async (redis, dir) => {
      await rm(obstacle(dir), { recursive: true });
      await saved(redis, 'ok');
    },
  },
  {
    what: 'is loading its files',
    says: /LOADING/,
    reads: false,
    begin: async (redis) => {
      await redis.command('BGREWRITEAOF');
      await untilDone('a rewritten file', async () =>
        expect(String(await redis.command('INFO', 'persistence'))).toContain('aof_rewrite_in_progress:0'),
      );
      await redis.kill9();
      await redis.restart(['--key-load-delay', '250000', '--loading-process-events-interval-bytes', '1024']);
    },
    end: (redis) => redis.restart(),
  },
];

test.each(TROUBLES)('a Redis that $what is told of, takes nothing by halves, and is used again', async (trouble) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'slugline-redis-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const redis = await redisForTest({ appendonly: true, dir, args: ['--save', '3600', '1'] });
  const server = await serverForTest({ env: { REDIS_URL: redis.url } });
  const { id } = await (async () => {
    await server.api.createStory({ slug: SLUG });
    return server.api.publish(SLUG, { headline: 'Before' });
  })();
  const all = async () => [
    (await server.api.get(`/v1/stories/${SLUG}?edition=desk`)).body,
    (await server.api.get(`/v1/stories/${SLUG}?edition=public`)).body,
    (await server.api.get(`/v1/stories/${SLUG}/entries/${id}/revisions`)).body,
  ];
  const before = await all();
  const stream = await openStream(`${server.url}/v1/stories/${SLUG}/stream`);
  await stream.received(1);

  await trouble.begin(redis, dir);
  await expect(redis.command('SET', 'anything', 'x')).rejects.toThrow(trouble.says);
  const headers = { 'idempotency-key': 'only-once' };
  const body = { headline: 'Meanwhile' };
  const publish = () => server.api.request('POST', `/v1/stories/${SLUG}/entries`, { body, headers });
  const edit = () => server.api.request('PATCH', `/v1/stories/${SLUG}/entries/${id}`, { body: { headline: 'Edited' } });
  const answers = await Promise.all([publish(), edit(), server.api.get('/readyz')]);
  for (const { status, body: problem } of answers) {
    expect({ status, code: problem.code, retryable: problem.retryable }).toEqual({
      status: 503,
      code: 'store_unavailable',
      retryable: true,
    });
  }
  if (trouble.reads) expect(await all()).toEqual(before);

  await trouble.end(redis, dir);
  await untilDone('readiness', async () => expect((await server.api.get('/readyz')).status).toBe(200));
  expect(await all()).toEqual(before);
  expect((await publish()).status).toBe(201);
  await stream.received(2);
  expect(stream.events[1]).toMatchObject({ event: 'change', data: { seq: 3, entry: body } });
});

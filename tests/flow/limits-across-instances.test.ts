import type { Snapshot } from '@slugline/client/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { type Instance, startInstance } from '../helpers/instance.js';
import { startRedisCluster } from '../helpers/redis-cluster.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import type { Api } from '../helpers/server.js';

const SLUG = 'harbour-fire';
const ENTRIES = `/v1/stories/${SLUG}/entries`;
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });

async function redisForTest(): Promise<RedisServer> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return redis;
}

async function twoInstances(env: Readonly<Record<string, string>>): Promise<[Instance, Instance]> {
  const [one, other] = await Promise.all([startInstance({ env }), startInstance({ env })]);
  return [one, other];
}

const publish = async (api: Api, key: string): Promise<number> =>
  (await api.request('POST', ENTRIES, { key, body: { headline: 'Quay' } })).status;

/** Asks at once, at the instances in turn, and counts the answers by status. */
async function inTurn(apis: readonly Api[], times: number, ask: (api: Api) => Promise<number>) {
  const asked = Array.from({ length: times }, (_, turn) => {
    const api = apis[turn % apis.length];
    if (api === undefined) throw new Error('there is no instance');
    return ask(api);
  });
  const statuses = await Promise.all(asked);
  return (status: number) => statuses.filter((one) => one === status).length;
}

it.each([
  ['on one Redis', async () => (await redisForTest()).url],
  [
    'on a Redis Cluster',
    async () => {
      const cluster = await startRedisCluster();
      onTestFinished(() => cluster.stop());
      return cluster.url;
    },
  ],
])('a limit of commands holds exactly for two instances together %s', { timeout: 60_000 }, async (_where, start) => {
  const n = 40;
  const REDIS_URL = await start();
  const [one, other] = await twoInstances({ REDIS_URL, COMMANDS_PER_KEY: String(n), COMMANDS_PER_STORY: '1000000' });
  await one.api.createStory({ slug: SLUG });
  const [first, second] = [await one.api.createKey('editor'), await one.api.createKey('editor')];
  const apis = [one.api, other.api];

  const before = await inTurn(apis, n - 1, (api) => publish(api, first));
  expect(before(201)).toBe(n - 1);
  const after = await inTurn(apis, 20, (api) => publish(api, first));
  expect([after(201), after(429)]).toEqual([1, 19]);
  expect(await publish(other.api, second)).toBe(201);
  const { entries } = (await one.api.get<Snapshot>(`/v1/stories/${SLUG}?limit=200`)).body;
  expect(entries).toHaveLength(n + 1);
});

it('a limit of commands to a story holds exactly for two instances together', async () => {
  const n = 40;
  const { url: REDIS_URL } = await redisForTest();
  const [one, other] = await twoInstances({ REDIS_URL, COMMANDS_PER_STORY: String(n) });
  // The first of them.
  await one.api.createStory({ slug: SLUG });
  const keys = [await one.api.createKey('editor'), await one.api.createKey('editor')];
  const count = await inTurn([one.api, other.api], n + 19, (api) => publish(api, keys[api === one.api ? 0 : 1] ?? ''));
  expect([count(201), count(429)]).toEqual([n - 1, 20]);
});

it.each([
  ['requests', 'REQUESTS_PER_ADDRESS', null, 200],
  ['bad keys', 'AUTH_FAILURES_PER_ADDRESS', `sl_testadmin_${'x'.repeat(43)}`, 401],
] as const)('%s from an address count at the other instance within seconds', async (_what, limit, key, usual) => {
  const n = 30;
  const { url: REDIS_URL } = await redisForTest();
  const [one, other] = await twoInstances({ REDIS_URL, [limit]: String(n) });
  await one.api.request('POST', '/v1/stories', { body: { slug: SLUG, headline: 'H' }, headers: from('198.51.100.1') });
  const ask = async (api: Api): Promise<number> =>
    (await api.get(`/v1/stories/${SLUG}`, { key, headers: from('192.0.2.7') })).status;

  const spent = await inTurn([one.api], n, ask);
  expect(spent(usual)).toBe(n);
  // A tenth may pass before it tells, and what comes until it is told.
  let passed = 0;
  const deadline = Date.now() + 15_000;
  while ((await ask(other.api)) === usual) {
    passed += 1;
    if (Date.now() > deadline) throw new Error('the other instance never learned that the limit is used up');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(passed).toBeLessThan(n);
  const elsewhere = await other.api.get(`/v1/stories/${SLUG}`, { key, headers: from('192.0.2.8') });
  expect(elsewhere.status).toBe(usual);
});

it('readers below a tenth of their limit cost Redis nothing', async () => {
  const redis = await redisForTest();
  const { api } = await startInstance({ env: { REDIS_URL: redis.url, REQUESTS_PER_ADDRESS: '1000' } });
  await api.createStory({ slug: SLUG });
  for (let reader = 0; reader < 200; reader += 1) {
    await api.get(`/v1/stories/${SLUG}`, { key: null, headers: from(`192.0.2.${reader}`) });
  }
  // Two settlements go by.
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  expect(await redis.command('KEYS', 'sl:limit:requests*')).toEqual([]);
});

it('while Redis is away, each instance goes on counting by itself', async () => {
  const n = 8;
  const redis = await redisForTest();
  const env = { REDIS_URL: redis.url, COMMANDS_PER_KEY: String(n), REQUESTS_PER_ADDRESS: '200' };
  const { api } = await startInstance({ env });
  await api.createStory({ slug: SLUG });
  const editor = await api.createKey('editor');
  await redis.kill9();

  const commands = await inTurn([api], n + 2, (each) => publish(each, editor));
  expect([commands(503), commands(429)]).toEqual([n, 2]);

  const requests = await inTurn([api], 210, async () => {
    const { status } = await api.get('/nothing/here', { key: null, headers: from('192.0.2.7') });
    return status;
  });
  expect([requests(404), requests(429)]).toEqual([200, 10]);
});

import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createKey } from '../../server/access/api-keys.js';
import { openKeyRing } from '../../server/access/key-ring.js';
import { createLogger } from '../../server/logger.js';
import { openStore } from '../../server/store/open-store.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { createApi, serverForTest } from '../helpers/server.js';
import { unreliable } from '../helpers/unreliable-store.js';

describe('API keys on several instances', () => {
  let redis: RedisServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    redis = await startRedis();
    env = { REDIS_URL: redis.url };
  });
  beforeEach(() => redis.command('FLUSHALL'));
  afterAll(() => redis.stop());

  it('count everywhere as soon as they are made', async () => {
    const one = await serverForTest({ env });
    const two = await serverForTest({ env });
    const key = await one.api.createKey('editor');
    expect((await two.api.get('/v1/stories', { key })).status).toBe(200);
  });

  it('count for all who come at once with a key whose announcement was lost', async () => {
    const real = await openStore({ redisUrl: redis.url });
    onTestFinished(() => real.close());
    const ring = await openKeyRing(
      { ...unreliable(real).store, onCommitted: async () => () => {} },
      createLogger('silent'),
    );
    onTestFinished(() => ring.close());
    const { key, credential } = await createKey(real, { name: 'CMS', role: 'editor' }, { name: 'a test' });
    const found = await Promise.all([1, 2, 3].map(() => ring.find(credential)));
    expect(found.map((record) => record?.id)).toEqual([key.id, key.id, key.id]);
  });

  it.each([
    ['soon', false],
    ['within seconds, though every announcement is lost', true],
  ])('are refused everywhere %s after they were revoked', async (_when, lost) => {
    const one = await serverForTest({ env });
    const two = await serverForTest({ env });
    const key = await one.api.createKey('editor');
    expect((await two.api.get('/v1/stories', { key })).status).toBe(200);
    const id = key.split('_')[1];
    const revoking = one.api.request('DELETE', `/v1/keys/${id}`);
    // Killed over and over while the revocation goes through, so that no link is up when it is announced.
    while (lost && !(await settled(revoking))) await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    expect((await revoking).status).toBe(204);
    await expect
      .poll(async () => (await two.api.get('/v1/stories', { key })).status, {
        timeout: lost ? 5_000 : 2_000,
        interval: 20,
        message: 'the other instance refuses the key',
      })
      .toBe(401);
  });

  it('tell of their revocation on every instance', async () => {
    const one = await serverForTest({ env });
    const store = await openStore({ redisUrl: redis.url });
    const ring = await openKeyRing(store, createLogger('silent'));
    onTestFinished(async () => {
      await ring.close();
      await store.close();
    });
    const key = await one.api.createKey('reader');
    const id = key.split('_')[1] ?? '';
    expect(await ring.find(key)).toMatchObject({ id, role: 'reader' });
    const revoked = new Promise<string>((resolve) => ring.onRevoked(resolve));
    await one.api.request('DELETE', `/v1/keys/${id}`);
    expect(await revoked).toBe(id);
    expect(ring.get(id)).toBeUndefined();
  });

  it('are made once by instances that start together on an empty store', async () => {
    const fresh = { ...env, SLUGLINE_ADMIN_KEY: '' };
    const servers = await Promise.all(Array.from({ length: 4 }, () => serverForTest({ env: fresh })));
    const made = servers.flatMap(({ server }) => server.firstAdminKey ?? []);
    expect(made).toHaveLength(1);
    for (const { url } of servers) {
      const answer = await createApi(url, made[0]).get<{ keys: object[] }>('/v1/keys');
      expect([answer.status, answer.body.keys?.length]).toEqual([200, 1]);
    }
  });

  it('are kept in force while the store is away, and commands say that it is', async () => {
    const own = await startRedis();
    onTestFinished(() => own.stop());
    const { api } = await serverForTest({ env: { REDIS_URL: own.url } });
    await own.kill9();
    const answer = await api.request('POST', '/v1/stories', { body: { slug: 'away', headline: 'H' } });
    expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([503, 'store_unavailable', true]);
    expect(answer.headers.get('retry-after')).toBe('1');
    const ready = await api.get('/readyz', { key: null });
    expect([ready.status, ready.body.code]).toEqual([503, 'store_unavailable']);
    expect((await api.get('/healthz', { key: null })).status).toBe(200);
    await own.restart();
    await expect
      .poll(async () => (await api.get('/readyz', { key: null })).status, { timeout: 10_000, message: 'ready again' })
      .toBe(200);
  });
});

async function settled(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);
}

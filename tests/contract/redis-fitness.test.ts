import { describe, expect, onTestFinished, test } from 'vitest';
import { openRedisStore } from '../../server/store/redis/redis-store.js';
import { startRedisCluster } from '../helpers/redis-cluster.js';
import { redisForTest } from '../helpers/redis-for-test.js';
import type { RedisServer } from '../helpers/redis-server.js';
import { redisStoreForTest } from './redis-harness.js';
import { creating, failureOf } from './store-harness.js';

/** Sets up a user who may do everything but what the rules take away. Answers the address under that name. */
async function addressFor(redis: RedisServer, ...rules: readonly string[]): Promise<string> {
  await redis.command('ACL', 'SETUSER', 'desk', 'reset', 'on', '>secret', '~*', '&*', '+@all', ...rules);
  return redis.url.replace('redis://', 'redis://desk:secret@');
}

describe('a Redis that', () => {
  test.each([
    // The first is asked for in the middle of a commit, when others have written already.
    { rules: ['-xadd'], named: ['XADD'] },
    { rules: ['-xadd', '-zremrangebyscore', '-unlink', '-zscan'], named: ['XADD', 'UNLINK', 'ZSCAN'] },
    { rules: ['-info'], named: ['INFO'] },
    { rules: ['resetchannels'], named: ['PUBLISH'] },
  ])('does not permit $named is refused, with all that it must permit', async ({ rules, named }) => {
    const redis = await redisForTest();
    const failure = await failureOf(openRedisStore({ url: await addressFor(redis, ...rules) }), 'invalid_input');
    expect(failure.message).not.toContain('\n');
    for (const name of named) expect(failure.message).toContain(`${name}: `);
    expect(failure.message.match(/[A-Z]+: /g)).toHaveLength(named.length);
  });

  test('permits what is needed and nothing else is fit, and keeps nothing of having been asked', async () => {
    const redis = await redisForTest();
    const needed = [
      '@string',
      '@hash',
      '@sortedset',
      '@stream',
      '@scripting',
      '@keyspace',
      '@connection',
      '@pubsub',
      'info',
    ];
    const url = await addressFor(
      redis,
      '-@all',
      'resetkeys',
      '~sl:*',
      'resetchannels',
      '&sl:*',
      ...needed.map((one) => `+${one}`),
    );
    const store = await redisStoreForTest(url);
    expect(await redis.command('KEYS', '*')).toEqual(['sl:{@}:check']);
    await store.commit(creating('flood', { outbox: ['a note'] }));
    expect((await store.outbox(10)).map(({ payload }) => payload)).toEqual(['a note']);
  });

  test('is a Cluster is asked at each of its masters', async () => {
    const cluster = await startRedisCluster();
    onTestFinished(() => cluster.stop());
    for (const [index, node] of cluster.nodes.entries()) {
      await addressFor(node, ...(index === 2 ? ['-zadd'] : []));
    }
    const url = cluster.url.replace('redis+cluster://', 'redis+cluster://desk:secret@');
    const failure = await failureOf(openRedisStore({ url }), 'invalid_input');
    expect(failure.message).toContain('ZADD: ');
    await cluster.nodes[2]?.command('ACL', 'SETUSER', 'desk', '+zadd');
    for (const node of cluster.nodes) {
      await node.command('CONFIG', 'SET', 'maxmemory', '100mb', 'maxmemory-policy', 'allkeys-lru');
      expect((await failureOf(openRedisStore({ url }), 'invalid_input')).message).toContain('allkeys-lru');
      await node.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    }
    await redisStoreForTest(url);
  });
});

import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Failure } from '../../server/errors.js';
import { createLogger } from '../../server/logger.js';
import { openRedisStore } from '../../server/store/redis/redis-store.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { startRedisCluster } from '../helpers/redis-cluster.js';
import { redisForTest, replicaForTest, sentinelForTest, sentinelTrusts, untilDone } from '../helpers/redis-for-test.js';
import { tcpProxy } from '../helpers/tcp-proxy.js';
import { redisStoreForTest } from './redis-harness.js';
import { commitOf, creating, entryWrite, everythingOf, failureOf, moment, publishing } from './store-harness.js';

/** Commits until one is heard: proof that announcements flow again, whichever were lost meanwhile. */
async function hearsAgain(store: StoryStore, stream: string, heard: () => number): Promise<void> {
  const before = heard();
  let count = 0;
  await untilDone('an announcement after the links were cut', async () => {
    count += 1;
    await store.commit(commitOf(stream, [entryWrite('public', `e${heard()}-${count}`)]));
    if (heard() === before) throw new Error('nothing was heard yet');
  });
}

describe('links of pub/sub that are cut', () => {
  test('come back by themselves with all their subscriptions', async () => {
    const redis = await redisForTest();
    const store = await redisStoreForTest(redis.url);
    let flood = 0;
    let storm = 0;
    await store.onCommitted('flood', 'public', () => {
      flood += 1;
    });
    await store.onCommitted('storm', 'public', () => {
      storm += 1;
    });
    for (let round = 0; round < 3; round += 1) {
      expect(await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBe(1);
      await hearsAgain(store, 'flood', () => flood);
      await hearsAgain(store, 'storm', () => storm);
    }
    const mark = flood;
    expect(await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBe(1);
    // Asked for while the link is down: in force once it is up.
    let late = 0;
    await store.onCommitted('late', 'public', () => {
      late += 1;
    });
    await hearsAgain(store, 'late', () => late);
    await hearsAgain(store, 'flood', () => flood);
    expect(flood).toBeGreaterThan(mark);
  });

  test('come back on a Cluster too', async () => {
    const cluster = await startRedisCluster();
    onTestFinished(() => cluster.stop());
    const store = await redisStoreForTest(cluster.url);
    const streams = ['flood', 'storm', 'vote', 'fire', 'strike', 'match'];
    const heard = new Map(streams.map((stream) => [stream, 0]));
    for (const stream of streams) {
      await store.onCommitted(stream, 'public', () => heard.set(stream, (heard.get(stream) ?? 0) + 1));
    }
    for (let round = 0; round < 3; round += 1) {
      const killed = await Promise.all(
        cluster.nodes.map((node) => node.command('CLIENT', 'KILL', 'TYPE', 'pubsub').then(Number)),
      );
      expect(killed.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
      await Promise.all(streams.map((stream) => hearsAgain(store, stream, () => heard.get(stream) ?? 0)));
    }
  });
});

describe('links of commands that are cut', () => {
  test('make no commit take effect twice, also those without an idempotency key', async () => {
    const redis = await redisForTest();
    const store = await redisStoreForTest(redis.url);
    let cutting = true;
    const cuts = (async () => {
      for (let count = 0; count < 25 && cutting; count += 1) {
        await redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    })();
    const commits = 400;
    for (let start = 0; start < commits; start += 10) {
      const batch = Array.from({ length: 10 }, (_, index) => entryWrite('public', `e${start + index}`));
      await Promise.all(batch.map((write) => store.commit(commitOf('flood', [write]))));
    }
    cutting = false;
    await cuts;
    expect((await store.head('flood', 'public'))?.position.seq).toBe(commits);
  });
});

describe('a Redis that goes away', () => {
  test('is told of within 2 s, and what it acknowledged is there when it is back, with no step by hand', async () => {
    const redis = await redisForTest({ appendonly: true });
    const store = await redisStoreForTest(redis.url);
    let heard = 0;
    await store.onCommitted('flood', 'public', () => {
      heard += 1;
    });
    const acknowledged: string[] = [];
    let publishing_ = true;
    const publisher = (async () => {
      for (let count = 0; publishing_; count += 1) {
        const id = `e${count}`;
        const idempotency = { key: id, fingerprint: id };
        await untilDone(`commit ${id}`, () => store.commit(publishing('flood', id, { idempotency })));
        acknowledged.push(id);
      }
    })();
    await untilDone('fifty commits', async () => {
      if (acknowledged.length < 50) throw new Error('not yet');
    });
    await redis.kill9();

    const start = Date.now();
    await Promise.all([
      failureOf(store.head('flood', 'public'), 'store_unavailable'),
      failureOf(store.commit(creating('other')), 'store_unavailable'),
      failureOf(store.check(), 'store_unavailable'),
      failureOf(
        store.onCommitted('other', 'public', () => undefined),
        'store_unavailable',
      ),
    ]);
    expect(Date.now() - start).toBeLessThan(4_000);
    const before = acknowledged.length;

    await redis.restart();
    await untilDone('commits after the restart', async () => {
      if (acknowledged.length < before + 20) throw new Error('not yet');
    });
    publishing_ = false;
    await publisher;
    for (const id of acknowledged) {
      expect((await store.object('flood', 'public', id))?.object, `acknowledged ${id}`).toBeDefined();
    }
    expect((await store.head('flood', 'public'))?.position.seq).toBe(acknowledged.length);
    await hearsAgain(store, 'flood', () => heard);
  });

  test('is written to as soon as it has loaded, however long it expected to take', async () => {
    const redis = await redisForTest({ appendonly: true });
    const store = await redisStoreForTest(redis.url);
    await store.commit(creating('flood'));
    // Small keys, which are made slow to load, before large ones: seen from the former, the rest would take minutes.
    const script = `for n = 1, 5000 do redis.call('SET', 'small' .. n, n) end
      for n = 1, 8 do redis.call('SET', 'large' .. n, string.rep('x', 2000000)) end`;
    await redis.command('EVAL', script, '0');
    await redis.kill9();
    await redis.restart(['--key-load-delay', '400']);
    await untilDone('Redis to have loaded', () => redis.command('PING'));
    await store.check();
  });

  test('or hangs without a word is given up on in the same time, and heard again when it wakes', async () => {
    const redis = await redisForTest();
    const store = await redisStoreForTest(redis.url);
    await store.commit(creating('flood'));
    const command = publishing('flood', 'one', { idempotency: { key: 'k', fingerprint: 'f' } });
    process.kill(redis.pid, 'SIGSTOP');
    try {
      const start = Date.now();
      await Promise.all([
        failureOf(store.commit(command), 'store_unavailable'),
        failureOf(store.head('flood', 'desk'), 'store_unavailable'),
      ]);
      expect(Date.now() - start).toBeLessThan(4_000);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await untilDone('the same commit again', () => store.commit(command));
    expect((await store.head('flood', 'public'))?.position.seq).toBe(2);
  });

  test('before the store is opened is a refusal to open', async () => {
    const redis = await redisForTest();
    await redis.kill9();
    const start = Date.now();
    await failureOf(openRedisStore({ url: redis.url }), 'store_unavailable');
    expect(Date.now() - start).toBeLessThan(6_000);
  });
});

describe('a master behind sentinels', () => {
  test('is found, and so is the one that takes its place', async () => {
    const master = await redisForTest();
    const replica = await replicaForTest(master);
    const sentinel = await sentinelForTest('news', master);
    const store = await redisStoreForTest(`redis+sentinel://127.0.0.1:${sentinel.port}/news?db=0`);
    let heard = 0;
    await store.onCommitted('flood', 'public', () => {
      heard += 1;
    });
    await store.commit(creating('flood'));
    await untilDone('the replica has it', async () =>
      expect(String(await replica.command('GET', 'sl:{@}:check'))).toContain('T'),
    );
    await sentinelTrusts(sentinel, 'news', replica);
    await master.kill9();
    await hearsAgain(store, 'flood', () => heard);
    expect(String(await replica.command('ROLE'))).toContain('master');
    expect((await store.head('flood', 'public'))?.header?.version).toBe(1);
  });

  test('is looked for again when word of a failover comes just while it is being asked for', async () => {
    const master = await redisForTest();
    const replica = await replicaForTest(master);
    const sentinel = await sentinelForTest('news', master);
    const proxy = await tcpProxy({ host: '127.0.0.1', port: sentinel.port });
    const store = await redisStoreForTest(`redis+sentinel://127.0.0.1:${proxy.port}/news`);
    let heard = 0;
    await store.onCommitted('flood', 'public', () => {
      heard += 1;
    });
    const waitFor = async () =>
      String(await sentinel.command('CLIENT', 'LIST', 'TYPE', 'PUBSUB')).match(/^id=/gm)?.length;
    await untilDone('both links to listen for a failover', async () => expect(await waitFor()).toBe(2));
    await sentinelTrusts(sentinel, 'news', replica);

    // Questions that come from now on are not answered; word of the failover passes.
    const asked = proxy.accepted;
    proxy.turn('black hole');
    proxy.turnOpen('pass');
    await master.command('CLIENT', 'KILL', 'TYPE', 'NORMAL');
    await master.command('CLIENT', 'KILL', 'TYPE', 'PUBSUB');
    await untilDone('both links to ask for the master', async () =>
      expect(proxy.accepted).toBeGreaterThanOrEqual(asked + 2),
    );
    await sentinel.command('SENTINEL', 'FAILOVER', 'news');
    await untilDone('both links to have been told', async () => expect(await waitFor()).toBeUndefined());
    proxy.turn('pass');

    await hearsAgain(store, 'flood', () => heard);
    expect(String(await replica.command('ROLE'))).toContain('master');
  });
});

describe('a Redis that forgot', () => {
  test('everything: a stream written again has a new epoch', async () => {
    const redis = await redisForTest();
    const store = await redisStoreForTest(redis.url);
    const old = (await store.commit(creating('flood', { outbox: ['old'] }))).positions.public;
    await redis.command('FLUSHALL');
    expect(await store.head('flood', 'public')).toBeUndefined();
    expect(await store.outbox(10)).toEqual([]);
    const { public: now } = (await store.commit(creating('flood', { outbox: ['new'] }))).positions;
    expect(now.seq).toBe(1);
    expect(now.epoch).not.toBe(old.epoch);
    expect((await store.outbox(10)).map((item) => item.payload)).toEqual(['new']);
    expect((await store.streams('public', { limit: 5 })).streams.map(({ stream }) => stream)).toEqual(['flood']);
  });

  test('its scripts: nobody notices', async () => {
    const redis = await redisForTest();
    const store = await redisStoreForTest(redis.url);
    for (let round = 0; round < 5; round += 1) {
      const commits = Array.from({ length: 20 }, (_, index) => store.commit(publishing('flood', `e${round}-${index}`)));
      await redis.command('SCRIPT', 'FLUSH');
      await Promise.all(commits);
      await redis.command('SCRIPT', 'FLUSH');
      expect((await store.head('flood', 'public'))?.position.seq).toBe(20 * (round + 1));
    }
  });
});

describe('the lists that span streams', () => {
  test('are put right at the next start where a crash left them behind the commits', async () => {
    const redis = await redisForTest();
    const store = await redisStoreForTest(redis.url, 'sl');
    await store.commit(creating('flood', { at: moment(1), outbox: ['of the flood'] }));
    await store.commit(creating('storm', { at: moment(2) }));
    await store.commit(publishing('flood', 'one', { at: moment(3) }));
    await store.check();
    // As if the process had died before it could mark the outbox and raise the time.
    expect(await redis.command('ZREM', 'sl:{@}:outbox', 'flood')).toBe(1);
    await redis.command('ZADD', 'sl:{@}:streams', String(Date.parse(moment(1))), 'flood');
    expect(await store.outbox(10)).toEqual([]);

    const next = await redisStoreForTest(redis.url, 'sl');
    await untilDone('the sweep at the start', async () => {
      expect((await next.outbox(10)).map((item) => item.payload)).toEqual(['of the flood']);
      const { streams } = await next.streams('public', { limit: 5 });
      expect(streams.map(({ stream }) => stream)).toEqual(['flood', 'storm']);
    });
  });

  test('name no stream whose first commit was refused', async () => {
    const redis = await redisForTest();
    const store = await redisStoreForTest(redis.url);
    const refused = commitOf('ghost', [entryWrite('desk', 'one')], { expected: [{ objectId: 'one', version: 4 }] });
    await failureOf(store.commit(refused), 'version_conflict');
    await store.commit(creating('flood'));
    expect((await store.streams('desk', { limit: 5 })).streams.map(({ stream }) => stream)).toEqual(['flood']);
  });

  test('lose no outbox item to readers that come in the middle of commits, where marks are on another node', async () => {
    const cluster = await startRedisCluster();
    onTestFinished(() => cluster.stop());
    const store = await redisStoreForTest(cluster.url);
    const reader = await redisStoreForTest(cluster.url);
    // A stream for each item, so that no later commit's mark makes up for one that was lost.
    const names = Array.from({ length: 200 }, (_, index) => `story-${index}`);
    const seen = new Set<string>();
    const commits = (async () => {
      for (let start = 0; start < names.length; start += 4) {
        const batch = names.slice(start, start + 4);
        await Promise.all(
          batch.map((name) => store.commit(commitOf(name, [entryWrite('desk', 'one')], { outbox: [name] }))),
        );
      }
    })();
    await untilDone('every item', async () => {
      const items = await reader.outbox(50);
      for (const item of items) seen.add(item.payload);
      await reader.outboxDone(items);
      if (seen.size < names.length) throw new Error(`${seen.size} of ${names.length}`);
    });
    await commits;
    await untilDone('an empty outbox', async () => expect(await reader.outbox(10)).toEqual([]));
  });
});

describe('one Redis server for several', () => {
  test('databases and a password: each database is a store of its own', async () => {
    const redis = await redisForTest();
    await redis.command('CONFIG', 'SET', 'requirepass', 'pä ss');
    const url = (db: number): string => `redis://:${encodeURIComponent('pä ss')}@127.0.0.1:${redis.port}/${db}`;
    const [one, two] = [await redisStoreForTest(url(1)), await redisStoreForTest(url(2))];
    const heard: string[] = [];
    await one.onCommitted('flood', 'public', ({ changes }) => heard.push(...changes.map((change) => change.objectId)));
    await two.commit(publishing('flood', 'theirs'));
    await one.commit(publishing('flood', 'ours'));
    await untilDone('our own announcement', async () => expect(heard).toEqual(['ours']));
    expect((await one.object('flood', 'public', 'theirs'))?.object).toBeUndefined();
    const failure = await failureOf(
      openRedisStore({ url: `redis://:wrong@127.0.0.1:${redis.port}` }),
      'store_unavailable',
    );
    expect(failure.message).toContain(`127.0.0.1:${redis.port}`);
    expect(failure.message).toContain('WRONGPASS');
  });

  test('one that would throw keys away when it is full is refused', async () => {
    const redis = await redisForTest();
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await redisStoreForTest(redis.url);
    await redis.command('CONFIG', 'SET', 'maxmemory', '100mb');
    expect((await failureOf(openRedisStore({ url: redis.url }), 'invalid_input')).message).toContain('noeviction');
    // Of what may expire there are the receipts: without them a retried command would take effect again.
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru');
    expect((await failureOf(openRedisStore({ url: redis.url }), 'invalid_input')).message).toContain('noeviction');
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await redisStoreForTest(redis.url);
  });
});

describe('what Redis refuses', () => {
  /** All that a log could show of a failure. */
  const logged = (failure: Failure): string => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
    logger.error({ err: failure }, 'request failed');
    return lines.join('') + inspect(failure, { depth: 20 });
  };

  test('is told without the password', async () => {
    const redis = await redisForTest();
    await redis.command('CONFIG', 'SET', 'requirepass', 'right');
    const url = `redis://:guessed-in-vain@127.0.0.1:${redis.port}`;
    const failure = await failureOf(openRedisStore({ url }), 'store_unavailable');
    expect(logged(failure)).toContain('WRONGPASS');
    expect(logged(failure)).not.toContain('guessed-in-vain');
  });

  test('is told without the text that was to be written, of which nothing is written', async () => {
    const redis = await redisForTest();
    const store = await redisStoreForTest(redis.url);
    await store.commit(creating('flood'));
    const before = await everythingOf(store, 'flood', ['one']);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    const form = JSON.stringify({ body: 'not for anyone’s eyes' });
    const commit = commitOf('flood', [entryWrite('public', 'one', { form }), entryWrite('desk', 'one', { form })]);
    const failure = await failureOf(store.commit(commit), 'store_unavailable');
    expect(logged(failure)).toContain('OOM');
    expect(logged(failure)).not.toContain('anyone’s eyes');
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    expect(await everythingOf(store, 'flood', ['one'])).toEqual(before);
  });
});

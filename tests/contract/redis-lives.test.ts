import { describe, expect, onTestFinished, test } from 'vitest';
import type { Position } from '../../client-sdk/protocol/index.js';
import type { Head, StoryStore } from '../../server/store/story-store.js';
import { startRedisCluster } from '../helpers/redis-cluster.js';
import { inStep, redisForTest, replicaForTest, restorableRedisForTest, untilDone } from '../helpers/redis-for-test.js';
import { redisStoreForTest } from './redis-harness.js';
import { creating, present, publishing } from './store-harness.js';

const STORY = 'flood';

const commit = (store: StoryStore, id: string): Promise<Position> =>
  untilDone(`the commit of ${id}`, () => store.commit(publishing(STORY, id))).then(({ positions }) => positions.public);

const headOf = async (store: StoryStore): Promise<Head> =>
  present(await untilDone('a head', () => store.head(STORY, 'public')), 'a head');

/** What a reader at a position is told: the ids of what it lacks, or that it must start afresh. */
async function answerTo(store: StoryStore, since: Position): Promise<readonly string[] | 'reset'> {
  const net = present(await store.changesSince(STORY, 'public', since, 500), 'net changes');
  return net.reset ? 'reset' : net.changes.map(({ objectId }) => objectId);
}

describe('a Redis that was started again', () => {
  test('and had everything: a new epoch begins with the next commit, and continues the old one', async () => {
    const redis = await redisForTest({ appendonly: true });
    const store = await redisStoreForTest(redis.url);
    await store.commit(creating(STORY));
    const first = await commit(store, 'a');
    const last = await commit(store, 'b');
    expect(last.epoch).toBe(first.epoch);
    await redis.kill9();
    await redis.restart();

    // Nothing was numbered since, so nothing can be mistaken for anything else.
    expect((await headOf(store)).position).toEqual(last);
    const next = await commit(store, 'c');
    expect(next.seq).toBe(4);
    expect(next.epoch).not.toBe(last.epoch);
    expect(await headOf(store)).toMatchObject({ position: next, continues: [last] });
    expect((await store.head(STORY, 'desk'))?.continues).toEqual([last]);
    expect(await answerTo(store, first)).toEqual(['b', 'c']);
    expect(await answerTo(store, last)).toEqual(['c']);
    expect(await answerTo(store, next)).toEqual([]);
    // One change further there was nothing in the old epoch that is still there.
    expect(await answerTo(store, { epoch: last.epoch, seq: 4 })).toBe('reset');
    expect((await commit(store, 'd')).epoch).toBe(next.epoch);
  });

  test('from an older copy: positions beyond it are not trusted, whoever had seen them and whatever came since', async () => {
    const redis = await restorableRedisForTest();
    const store = await redisStoreForTest(redis.url);
    await store.commit(creating(STORY));
    const kept = await commit(store, 'a');
    const putBack = await redis.backUp();
    const lost = [await commit(store, 'lost-1'), await commit(store, 'lost-2')];
    await store.close();
    await putBack();

    // A process that has seen nothing of what was lost, and nobody looks before the numbers have passed it.
    const fresh = await redisStoreForTest(redis.url);
    for (const id of ['new-1', 'new-2', 'new-3']) await commit(fresh, id);
    expect((await headOf(fresh)).position.seq).toBe(5);
    for (const position of lost) expect(await answerTo(fresh, position)).toBe('reset');
    expect(await answerTo(fresh, kept)).toEqual(['new-1', 'new-2', 'new-3']);
  });

  test('and again: as many epochs are continued as can be remembered', async () => {
    const redis = await redisForTest({ appendonly: true });
    const store = await redisStoreForTest(redis.url);
    await store.commit(creating(STORY));
    const stations: Position[] = [];
    for (let life = 0; life < 10; life += 1) {
      stations.push(await commit(store, `e${life}`));
      await redis.restart();
    }
    const { seq } = await commit(store, 'last');
    const answers = await Promise.all(stations.map((position) => answerTo(store, position)));
    expect(answers.map((answer) => (answer === 'reset' ? 'reset' : answer.length))).toEqual([
      ...['reset', 'reset'],
      ...stations.slice(2).map((position) => seq - position.seq),
    ]);
  });

  test('and is found behind what was seen before: an epoch renewed for that continues what is left', async () => {
    const redis = await restorableRedisForTest();
    const store = await redisStoreForTest(redis.url);
    await store.commit(creating(STORY));
    const kept = await commit(store, 'a');
    const putBack = await redis.backUp();
    const lost = await commit(store, 'lost');
    await putBack();
    const renewed = await untilDone('a renewed epoch', () => store.renewEpoch(STORY, lost.epoch));
    expect(await headOf(store)).toMatchObject({ position: { epoch: renewed, seq: kept.seq }, continues: [kept] });
    expect((await commit(store, 'b')).epoch).toBe(renewed);
    expect(await answerTo(store, kept)).toEqual(['b']);
    expect(await answerTo(store, lost)).toBe('reset');

    // Found behind without any reason that Redis knows of: nothing of the epoch is to be trusted.
    const last = await commit(store, 'c');
    await store.renewEpoch(STORY, last.epoch);
    expect((await headOf(store)).continues).toBeUndefined();
    for (const position of [kept, last]) expect(await answerTo(store, position)).toBe('reset');
  });
});

describe('a replica that takes the place of its master', () => {
  test('with everything: readers go on', async () => {
    const master = await redisForTest();
    const store = await redisStoreForTest(master.url);
    await store.commit(creating(STORY));
    // With the first replica the master begins to count for replication: nobody need notice that either.
    const before = await commit(store, 'a');
    const replica = await replicaForTest(master);
    const last = await commit(store, 'b');
    expect(await answerTo(store, before)).toEqual(['b']);
    await inStep(master, replica);
    await replica.command('REPLICAOF', 'NO', 'ONE');
    const promoted = await redisStoreForTest(replica.url);
    const next = await commit(promoted, 'c');
    expect(next.epoch).not.toBe(last.epoch);
    expect(await answerTo(promoted, last)).toEqual(['c']);
    expect(await answerTo(promoted, before)).toEqual(['b', 'c']);
  });

  test('without the newest changes: who holds them starts afresh, though master and back again is one process', async () => {
    const master = await redisForTest();
    const store = await redisStoreForTest(master.url);
    await store.commit(creating(STORY));
    const kept = await commit(store, 'a');
    const replica = await replicaForTest(master);
    await inStep(master, replica);
    await replica.command('REPLICAOF', 'NO', 'ONE');
    const lost = await commit(store, 'lost');
    // The old master comes back as a replica of the new one, and takes over again before anything was written there.
    await master.command('REPLICAOF', '127.0.0.1', String(replica.port));
    await inStep(replica, master);
    await master.command('REPLICAOF', 'NO', 'ONE');
    const next = await commit(store, 'new');
    expect(next.seq).toBe(lost.seq);
    expect(await answerTo(store, lost)).toBe('reset');
    expect(await answerTo(store, kept)).toEqual(['new']);
  });
});

test('all instances and all streams of one life of Redis agree, also where a Cluster spreads them', async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.stop());
  const store = await redisStoreForTest(cluster.url);
  const other = await redisStoreForTest(cluster.url);
  for (const name of ['flood', 'storm', 'vote', 'fire']) {
    const { epoch } = (await store.commit(creating(name))).positions.public;
    for (const instance of [other, store, other]) {
      const { positions } = await instance.commit(publishing(name, `e${Math.random()}`));
      expect(positions.public.epoch).toBe(epoch);
    }
    expect((await store.head(name, 'public'))?.continues).toBeUndefined();
  }
});

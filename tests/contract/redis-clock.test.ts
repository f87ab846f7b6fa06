import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { startRedisCluster } from '../helpers/redis-cluster.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { redisStoreForTest, storesOn } from './redis-harness.js';
import { failureOf, openStore, publishing } from './store-harness.js';

let redis: RedisServer;
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(() => {
  vi.useRealTimers();
  return redis.stop();
});

const setup = storesOn(() => redis.url);
const HOUR_MS = 3_600_000;

/** Sets the clock of the machine; timers go on as they were. */
function setClock(at: number): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(at);
}

async function redisNow(): Promise<number> {
  const reply = await redis.command('TIME');
  const [seconds, microseconds] = Array.isArray(reply) ? reply.map(Number) : [];
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}

test('time is told by the clock of Redis, whatever the machine of the instance says', async () => {
  const right = await openStore(setup);
  setClock(Date.now() + HOUR_MS);
  const { store: wrong } = await openStore(setup);
  for (const jump of [HOUR_MS, -2 * HOUR_MS, 0]) {
    setClock(Date.now() + jump);
    const before = await redisNow();
    const told = [right.store.now(), wrong.now()];
    const after = await redisNow();
    for (const now of told) {
      expect(now).toBeGreaterThan(before - 250);
      expect(now).toBeLessThan(after + 250);
    }
  }
});

test('of a Cluster all instances look at one clock', async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.stop());
  for (let instance = 0; instance < 3; instance += 1) await redisStoreForTest(cluster.url);
  const asked = await Promise.all(cluster.nodes.map((node) => node.command('INFO', 'commandstats')));
  expect(asked.filter((stats) => String(stats).includes('cmdstat_time:'))).toHaveLength(1);
});

test('a clock that is set while a command is under way neither ends it nor keeps it waiting', async () => {
  const { store } = await openStore(setup);
  for (const jump of [HOUR_MS, -HOUR_MS]) {
    const commit = store.commit(publishing('flood', `e${jump}`));
    setClock(Date.now() + jump);
    expect((await commit).positions.public.seq).toBeGreaterThan(0);
  }
  // Stopped, so that the command is under way when the clock is set; gone, so that it is tried again after that.
  process.kill(redis.pid, 'SIGSTOP');
  const began = performance.now();
  const waiting = failureOf(store.check(), 'store_unavailable');
  await new Promise((resolve) => setTimeout(resolve, 200));
  setClock(Date.now() - HOUR_MS);
  await redis.kill9();
  await waiting;
  expect(performance.now() - began).toBeLessThan(10_000);
});

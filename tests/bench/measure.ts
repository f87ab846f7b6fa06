import { setTimeout as delay } from 'node:timers/promises';
import { nowMicros } from './marker.js';
import { SLUG } from './payload.js';
import { createPublisher, type PublishTarget } from './publisher.js';
import { createReaderPool, type ReaderPool } from './reader-pool.js';
import type { ServerProcess } from './server-process.js';

/** How much of everything: enough for stable figures, or just enough for a first look. */
export interface Scale {
  readonly rounds: number;
  /** Readers for memory, CPU and latency. */
  readonly readers: number;
  /** Readers for memory alone. */
  readonly manyReaders: number;
  /** Changes sent, one when the last has arrived everywhere, to measure CPU. */
  readonly changes: number;
  /** Changes sent at a steady pace to measure latency. */
  readonly pacedChanges: number;
  readonly paceMs: number;
  /** Seconds of publishing, for each number of publishers. */
  readonly publishSeconds: number;
}

/** CPU in microseconds per delivery, memory in bytes per reader, latency in milliseconds. */
export interface FanOutFigures {
  readonly user: number;
  readonly kernel: number;
  readonly bytes: number;
  readonly memory: number;
  readonly memoryOfMany: number;
  readonly p50: number;
  readonly p99: number;
}

/** Acknowledged commands per second. */
export interface PublishFigures {
  readonly one: number;
  readonly many: number;
}

export const MANY_PUBLISHERS = 64;
const WARM_UP = { readers: 50, changes: 100 };
/** Changes that the latency phase sends before it starts to count. */
const UNCOUNTED = 5;

export async function measureFanOut(
  server: ServerProcess,
  target: PublishTarget,
  scale: Scale,
): Promise<FanOutFigures> {
  const latencies: number[] = [];
  let counting = false;
  const pool = createReaderPool(server.port, SLUG, (marker) => {
    if (counting) latencies.push(nowMicros() - marker);
  });
  try {
    await pool.grow(WARM_UP.readers);
    await sendOneByOne(target, pool, WARM_UP.changes);

    const before = await server.settledUsage();
    const grown = async (size: number): Promise<number> => {
      await pool.grow(size);
      const after = await server.settledUsage();
      return (after.rss - before.rss) / (size - WARM_UP.readers);
    };
    const memory = await grown(scale.readers);
    const memoryOfMany = await grown(scale.manyReaders);
    pool.shrink(scale.readers);
    await server.settledUsage();

    const { user, kernel, bytes } = await measureCpu(server, target, pool, scale.changes);

    await sendAtPace(target, pool, UNCOUNTED, scale.paceMs);
    counting = true;
    await sendAtPace(target, pool, scale.pacedChanges, scale.paceMs);
    latencies.sort((a, b) => a - b);
    const quantile = (share: number): number => (latencies[Math.floor(latencies.length * share)] ?? Number.NaN) / 1_000;
    return { user, kernel, bytes, memory, memoryOfMany, p50: quantile(0.5), p99: quantile(0.99) };
  } finally {
    pool.shrink(0);
  }
}

async function measureCpu(
  server: ServerProcess,
  target: PublishTarget,
  pool: ReaderPool,
  changes: number,
): Promise<Pick<FanOutFigures, 'user' | 'kernel' | 'bytes'>> {
  await sendOneByOne(target, pool, UNCOUNTED);
  const from = { ...(await server.usage()), deliveries: pool.deliveries, bytes: pool.bytes };
  await sendOneByOne(target, pool, changes);
  const to = { ...(await server.usage()), deliveries: pool.deliveries, bytes: pool.bytes };
  const deliveries = to.deliveries - from.deliveries;
  return {
    user: (to.user - from.user) / deliveries,
    kernel: (to.kernel - from.kernel) / deliveries,
    bytes: (to.bytes - from.bytes) / deliveries,
  };
}

/** Publishes the next change when everyone has the last. */
async function sendOneByOne(target: PublishTarget, pool: ReaderPool, changes: number): Promise<void> {
  const publisher = createPublisher(target);
  try {
    for (let sent = 0; sent < changes; sent += 1) {
      const everyone = pool.reached(pool.deliveries + pool.size);
      await Promise.all([publisher.publish(), everyone]);
    }
  } finally {
    publisher.close();
  }
}

async function sendAtPace(target: PublishTarget, pool: ReaderPool, changes: number, paceMs: number): Promise<void> {
  const everyone = pool.reached(pool.deliveries + pool.size * changes);
  everyone.catch(() => undefined);
  const publisher = createPublisher(target);
  try {
    const start = performance.now();
    for (let sent = 0; sent < changes; sent += 1) {
      await publisher.publish();
      const pause = start + (sent + 1) * paceMs - performance.now();
      if (pause > 0) await delay(pause);
    }
    await everyone;
  } finally {
    publisher.close();
  }
}

export async function measurePublishing(target: PublishTarget, scale: Scale): Promise<PublishFigures> {
  await publishesPerSecond(target, MANY_PUBLISHERS, scale.publishSeconds / 2);
  return {
    one: await publishesPerSecond(target, 1, scale.publishSeconds),
    many: await publishesPerSecond(target, MANY_PUBLISHERS, scale.publishSeconds),
  };
}

async function publishesPerSecond(target: PublishTarget, publishers: number, seconds: number): Promise<number> {
  const start = performance.now();
  const end = start + seconds * 1_000;
  let acknowledged = 0;
  const work = async (): Promise<void> => {
    const publisher = createPublisher(target);
    try {
      while (performance.now() < end) {
        await publisher.publish();
        acknowledged += 1;
      }
    } finally {
      publisher.close();
    }
  };
  await Promise.all(Array.from({ length: publishers }, work));
  return acknowledged / ((performance.now() - start) / 1_000);
}

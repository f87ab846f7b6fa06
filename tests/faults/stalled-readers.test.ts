import { startInstance } from '../helpers/instance.js';
import { redisForTest } from '../helpers/redis-for-test.js';
import { LARGE_BODY, metric } from '../helpers/slow-readers.js';
import { addressOf } from '../helpers/tcp-proxy.js';
import { check } from './checker/check.js';
import { History } from './checker/history.js';
import { createStory, type Desk, type DeskOptions, startDesk } from './desk.js';
import { faultRun, percentile } from './fault-run.js';
import { readStore } from './forms.js';
import { COLLECTABLE, collectGarbage } from './garbage.js';
import { followStream } from './plain-stream.js';
import { startReaderPool } from './reader-pool.js';

const SLUG = 'crowd-in-the-tunnel';
const MIB = 2 ** 20;
/** Large entries that are published at least, of 100 KB each: as many when nobody stalls as when some do. */
const LARGE_LEAST = 40;
const LARGE_MOST = 400;
const EVERY_MS = 12;

/** A stretch of steady publishing in which times are taken. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What the instance holds, in MiB. */
interface Memory {
  readonly resident: number;
  /** Outside of V8's heap: what waits to be sent is among it. */
  readonly buffers: number;
}

interface Burst extends Stretch {
  /** At the end of its two parts. */
  readonly memory: readonly Memory[];
}

faultRun(
  'readers who do not read, during a burst',
  {
    short: { stalled: 6, others: 20, rounds: 1, updates: 50 },
    full: { stalled: 50, others: 100, rounds: 3, updates: 300 },
  },
  async ({ stalled, others, rounds, updates }, report) => {
    const history = new History();
    const redis = await redisForTest();
    const { api, pid, url } = await startInstance({
      env: { REDIS_URL: redis.url, ...COLLECTABLE },
    });
    await createStory(history, url, SLUG);

    const good = startReaderPool();
    await good.follow(addressOf(url).port, [SLUG], others);
    // Of those who will stall two thirds have sockets, the others streams.
    const bad = startReaderPool(1);
    const onSockets = Math.ceil((stalled * 2) / 3);
    await bad.follow(addressOf(url).port, [SLUG], onSockets);
    const streams = Array.from({ length: stalled - onSockets }, (_, at) =>
      followStream(history, { url, slug: SLUG, name: `stream ${at}` }),
    );
    await Promise.all(streams.map((stream) => stream.reaches(1, 20_000)));

    const stall = async () => {
      for (const stream of streams) stream.stall();
      await bad.stall();
    };
    const drain = async () => {
      for (const stream of streams) stream.drain();
      await bad.drain();
    };
    const figures = async (outcome: string) =>
      (await metric(api, `slow_readers_total{door="socket",outcome="${outcome}"}`)) +
      (await metric(api, `slow_readers_total{door="sse",outcome="${outcome}"}`));
    const behindNow = async () => (await figures('behind')) - (await figures('caught_up')) - (await figures('closed'));
    const memory = async (): Promise<Memory> => {
      await collectGarbage(pid);
      return {
        resident: (await metric(api, 'process_resident_memory_bytes')) / MIB,
        buffers: (await metric(api, 'nodejs_external_memory_bytes')) / MIB,
      };
    };

    let newest = 0;
    let fill = 0;
    const everyoneHas = async (pool: typeof good, count: number) => {
      const there = await pool.reach({ [SLUG]: newest }, 30_000);
      if (there.length < count) throw new Error(`${there.length} of ${count} readers came to ${newest} in 30 s`);
    };
    const desk = (name: string, everyMs: number, more: Partial<DeskOptions>): Desk =>
      startDesk(history, { slug: SLUG, name, urls: () => [url], everyMs, ...more });

    /** Publishes what fills the links of those who stall, and then steadily, with everyone else at hand. */
    async function burst(name: string, expected: number): Promise<Burst> {
      // One that was given up while it was behind stays counted.
      const before = await behindNow();
      const filling = desk(`${name}, large`, 0, { onlyPublishes: true, fields: { body: LARGE_BODY } });
      await filling.advance(LARGE_LEAST);
      while ((await behindNow()) - before < expected) {
        if (filling.counts.ok > LARGE_MOST)
          throw new Error(`${(await behindNow()) - before} of ${expected} readers are behind`);
        await filling.advance(5);
      }
      await filling.stop();
      fill = Math.max(fill, filling.counts.ok);
      newest = Math.max(newest, filling.acknowledged);
      await everyoneHas(good, others);
      const filled = await memory();

      const steady = desk(`${name}, steady`, EVERY_MS, { seed: calm.length + 2 });
      const from = history.now();
      await steady.advance(updates);
      await steady.stop();
      const to = history.now();
      newest = Math.max(newest, steady.acknowledged);
      await everyoneHas(good, others);
      return { from, to, memory: [filled, await memory()] };
    }

    const calm: Burst[] = [];
    const rough: Burst[] = [];
    // The first one only warms up: memory is taken that is never given back.
    await burst('warm', 0);
    for (let round = 1; round <= rounds; round += 1) {
      report.progress(`round ${round} of ${rounds}, all read`);
      calm.push(await burst(`calm ${round}`, 0));
      report.progress(`round ${round} of ${rounds}, ${stalled} do not read`);
      await stall();
      rough.push(await burst(`rough ${round}`, stalled));
      await drain();
      await everyoneHas(bad, onSockets);
      await Promise.all(streams.map((stream) => stream.reaches(newest, 30_000)));
    }

    const end = await readStore(history, url, SLUG);
    const summary = await good.finish({ [SLUG]: history });
    const isOther = new Set(history.subscribers.map(({ name }) => name));
    for (const { name } of streams.map(({ log }) => log)) isOther.delete(name);
    const measured = history.subscribers.filter(({ name }) => isOther.has(name));
    const took = timesOf(history, measured);
    const late = await bad.finish({ [SLUG]: history });
    for (const stream of streams) {
      stream.log.toTheEnd = true;
      stream.close();
    }
    const peak = (bursts: readonly Burst[], of: keyof Memory) =>
      Math.max(...bursts.flatMap(({ memory }) => memory.map((held) => held[of])));
    const forEach = (of: keyof Memory) => (peak(rough, of) - peak(calm, of)) / stalled;
    const p99 = (stretches: readonly Stretch[]) => percentile(stretches.flatMap(took), 99);
    report.figure('stalled', stalled);
    report.figure('rounds', rounds);
    report.figure('others', summary.readers);
    report.figure('changes', end.position.seq);
    report.figure('large entries until all who stall are behind, at most', fill);
    report.figure('memory for each who stalls, at most', forEach('resident'), 'MiB', { most: 1.5 });
    report.figure('buffers for each', forEach('buffers'), 'MiB', { most: 1.5 });
    report.figure('publish to receive of the others, p99, all read', p99(calm), 'ms');
    report.figure('while some stall', p99(rough), 'ms');
    report.figure('ratio', p99(rough) / p99(calm), undefined, { most: 1.1 });
    report.figure('closed for being slow', await figures('closed'), undefined, { most: 0 });
    report.figure('resets of the others', summary.reset, undefined, { most: 0 });
    report.figure('of those who stalled, too far behind for net changes', late.reset);
    report.anomalies(check(history, end));
  },
);

/** Answers the milliseconds from sending to receiving of all that was done in a stretch, at each of these readers. */
function timesOf({ commands }: History, subscribers: History['subscribers']): (stretch: Stretch) => readonly number[] {
  const sentAt = new Map(commands.flatMap(({ done, sentAt: at }) => (done ? [[done.position.seq, at] as const] : [])));
  const all = subscribers.flatMap(({ seen }) =>
    seen.flatMap(({ kind, at, position }) => {
      const sent = kind === 'change' ? sentAt.get(position.seq) : undefined;
      return sent === undefined ? [] : [{ sent, ms: at - sent }];
    }),
  );
  return ({ from, to }) => all.filter(({ sent }) => sent >= from && sent < to).map(({ ms }) => ms);
}

import type { TransportName } from '@slugline/client';
import { onTestFinished } from 'vitest';
import { startInstance } from '../helpers/instance.js';
import { startRedis } from '../helpers/redis-server.js';
import { startBalancer } from './balancer.js';
import { check } from './checker/check.js';
import { History } from './checker/history.js';
import { createStory, startDesk } from './desk.js';
import { faultRun, percentile } from './fault-run.js';
import { readStore } from './forms.js';
import { startReaderPool } from './reader-pool.js';
import { followStory } from './recorder.js';

const SLUG = 'night-of-the-new-version';
const PLACES = 3;
const TRANSPORTS: readonly TransportName[] = ['socket', 'sse', 'poll'];

faultRun(
  'a rolling restart of three instances behind a load balancer',
  {
    short: { bare: 120, bySdk: 6, drainMs: 1_500, probeMs: 100, everyMs: 100 },
    full: { bare: 1_940, bySdk: 60, drainMs: 15_000, probeMs: 1_000, everyMs: 250 },
    shortMs: 120_000,
  },
  async ({ bare, bySdk, drainMs, probeMs, everyMs }, report) => {
    const history = new History();
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const start = () => startInstance({ env: { REDIS_URL: redis.url, DRAIN_MS: String(drainMs) } });
    const instances = await Promise.all(Array.from({ length: PLACES }, start));
    const balancer = await startBalancer(() => instances.map(({ url }) => url), probeMs);
    const urls = () => [balancer.url];
    await createStory(history, balancer.url, SLUG);
    const desks = ['ada', 'ben', 'cleo'].map((name, seed) =>
      startDesk(history, { slug: SLUG, name, seed, urls, everyMs: everyMs * 3, tries: 5 }),
    );

    const pool = startReaderPool();
    await pool.follow(balancer.port, [SLUG], bare);
    const followers = Array.from({ length: bySdk }, (_, at) => {
      const transport = TRANSPORTS[at % TRANSPORTS.length] ?? 'socket';
      return followStory(history, {
        url: balancer.url,
        slug: SLUG,
        name: `${transport} ${at}`,
        transports: [transport],
      });
    });
    await Promise.all(followers.map((reader) => reader.live()));
    const interrupted = new Set<string>();
    for (const { name, story } of followers) {
      story.on('status', (status) => status === 'live' || status === 'closed' || interrupted.add(name));
    }

    const windows: { readonly from: number; readonly to: number }[] = [];
    for (const [place, instance] of instances.entries()) {
      report.progress(`restart ${place + 1} of ${PLACES}`);
      const from = history.now();
      await instance.stop();
      windows.push({ from, to: history.now() });
      instances[place] = await start();
      await balancer.ready(PLACES, 10_000);
    }

    await Promise.all(desks.map((desk) => desk.stop()));
    const end = await readStore(history, balancer.url, SLUG);
    await pool.reach({ [SLUG]: end.position.seq }, 30_000);
    await Promise.all(followers.map((reader) => reader.finish(end)));
    const { movedAt, losses, resumed, reset } = await pool.finish({ [SLUG]: history });

    const perSecond = windows.flatMap(({ from, to }) => {
      const moved = movedAt.filter((at) => at >= from && at <= to).map((at) => at - from);
      const all = moved.length;
      return all === 0 ? [] : [(100 * densest(moved)) / all];
    });
    const retried = desks.reduce((sum, desk) => sum + desk.retried, 0);
    const unknown = desks.reduce((sum, { counts }) => sum + counts.unknown, 0);
    report.figure('readers', bare + bySdk);
    report.figure('changes', end.position.seq);
    report.figure('moved with their position', resumed);
    report.figure('reset', reset, undefined, { most: 0 });
    report.figure('of an instance’s readers moved in its worst second', Math.max(...perSecond), '%', { most: 25 });
    report.figure('refused by an instance that was stopping', losses.shutting_down ?? 0);
    report.figure('links that broke', losses['a broken link'] ?? 0, undefined, { most: 0 });
    report.figure('readers by the SDK who noticed', interrupted.size);
    report.figure(
      'an instance took to stop',
      percentile(
        windows.map(({ from, to }) => to - from),
        100,
      ),
      'ms',
      {
        most: drainMs + 3_000,
      },
    );
    report.figure('commands sent again', retried);
    report.figure('never answered', unknown, undefined, { most: 0 });
    report.anomalies(check(history, end));
  },
);

/** The most moments within any second. Ascending. */
function densest(moments: readonly number[]): number {
  return Math.max(0, ...moments.map((at, first) => moments.findLastIndex((other) => other < at + 1_000) - first + 1));
}

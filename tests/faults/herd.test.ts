import { addressOf } from '../helpers/tcp-proxy.js';
import { check } from './checker/check.js';
import { History } from './checker/history.js';
import { createStory, startDesk } from './desk.js';
import { faultRun, percentile } from './fault-run.js';
import { readStore } from './forms.js';
import { startReaderPool } from './reader-pool.js';
import { monitorRedis, type StoreRead } from './redis-monitor.js';
import { startSite } from './site.js';

const SLUGS = ['herd-north', 'herd-east', 'herd-south', 'herd-west'] as const;
/** Milliseconds; what a story may be read for once. */
const SPACING = 100;

faultRun(
  'all readers of an instance that died come to another one at once',
  { short: { readers: 240, rounds: 1 }, full: { readers: 5_000, rounds: 4 }, shortMs: 120_000 },
  async ({ readers, rounds }, report) => {
    const histories = Object.fromEntries(SLUGS.map((slug) => [slug, new History()]));
    const site = await startSite(2);
    const [first = '', second = ''] = site.urls();
    let safe = second;
    const desks = await Promise.all(
      Object.entries(histories).map(async ([slug, history], seed) => {
        await createStory(history, first, slug);
        return startDesk(history, { slug, name: `desk of ${slug}`, seed, urls: () => [safe], everyMs: 500 });
      }),
    );
    const pool = startReaderPool();
    await pool.follow(addressOf(first).port, SLUGS, readers / SLUGS.length);
    const monitor = await monitorRedis(site.redis.port);
    const clock = new History();

    const currentAfter: number[] = [];
    const perSecond: number[] = [];
    let missing = 0;
    let mostInWindow = 0;
    for (let round = 0; round < rounds; round += 1) {
      const from = round % 2;
      const to = 1 - from;
      report.progress(`round ${round + 1} of ${rounds}`);
      const refuge = site.instances[to]?.url ?? '';
      await pool.comeBack(addressOf(refuge).port, 0);
      safe = refuge;
      const readsBefore = monitor.reads.length;
      const struckAt = clock.now();
      await site.instances[from]?.kill9();
      const seqs = Object.fromEntries(SLUGS.map((slug, at) => [slug, (desks[at]?.acknowledged ?? 0) + 1]));
      const arrived = await pool.reach(seqs, 60_000);
      const took = clock.now() - struckAt;
      missing += readers - arrived.length;
      currentAfter.push(...arrived.map((at) => at - struckAt));
      const reads = monitor.reads.slice(readsBefore);
      for (const slug of SLUGS) {
        const own = reads.filter(({ stream }) => stream === slug);
        perSecond.push(own.length / (took / 1_000));
        mostInWindow = Math.max(mostInWindow, densest(own));
      }
      await site.start(from);
    }

    await Promise.all(desks.map((desk) => desk.stop()));
    const ends = await Promise.all(
      Object.entries(histories).map(async ([slug, history]) => ({
        slug,
        history,
        end: await readStore(history, safe, slug),
      })),
    );
    await pool.reach(Object.fromEntries(ends.map(({ slug, end }) => [slug, end.position.seq])), 30_000);
    const { losses, resumed, reset } = await pool.finish(histories);
    report.figure('readers', readers);
    report.figure('rounds', rounds);
    report.figure('links beyond those cut that broke or were refused', sum(losses) - readers * rounds, undefined, {
      most: 0,
    });
    report.figure('resumed', resumed);
    report.figure('reset', reset);
    report.figure('not current', missing, undefined, { most: 0 });
    report.figure('current after, p50', percentile(currentAfter, 50), 'ms');
    report.figure('last one', Math.max(...currentAfter), 'ms', { most: 30_000 });
    report.figure(`store reads of a story, most in ${SPACING} ms`, mostInWindow, undefined, { most: 1 });
    report.figure('a second', Math.max(...perSecond), undefined, { most: 1_000 / SPACING });
    for (const { history, end } of ends) report.anomalies(check(history, end));
  },
);

/** The most reads of one instance within any such time. */
function densest(reads: readonly StoreRead[]): number {
  return Math.max(
    0,
    ...reads.map(
      ({ at, by }) => reads.filter((other) => other.by === by && other.at >= at && other.at < at + SPACING).length,
    ),
  );
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

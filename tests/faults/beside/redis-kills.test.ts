import { setTimeout as delay } from 'node:timers/promises';
import { redisForTest } from '../../helpers/redis-for-test.js';
import { ADMIN_KEY } from '../../helpers/server.js';
import { check } from '../checker/check.js';
import { History } from '../checker/history.js';
import { createStory, startDesk } from '../desk.js';
import { faultRun, percentile } from '../fault-run.js';
import { readStore } from '../forms.js';
import { readLives } from '../lives.js';
import { probe } from '../probe.js';
import { followStory } from '../recorder.js';
import { startSite } from '../site.js';

const SLUG = 'night-without-redis';
/** Published to for the sake of the answers alone. */
const ASIDE = 'aside';
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;
const BACK_WITHIN_MS = 60_000;
/**
 * Between two commands of a desk. After a minute without Redis a reader may wait for half a minute more before it asks
 * again, and must not by then be farther behind than net changes reach.
 */
const EVERY_MS = 100;

const times = (count: number, downMs: number): readonly number[] => Array.from({ length: count }, () => downMs);

faultRun(
  'kill -9 of a Redis that keeps everything on disk, and is down for 1, 10 or 60 s',
  {
    short: { downs: times(2, 1_000) },
    full: { downs: [...times(7, 1_000), ...times(2, 10_000), 60_000, ...times(7, 1_000), ...times(2, 10_000), 60_000] },
  },
  async ({ downs }, report) => {
    const history = new History();
    const redis = await redisForTest({ appendonly: true });
    const site = await startSite(2, undefined, redis);
    const [one = '', two = ''] = site.urls();
    await createStory(history, one, SLUG);
    await createStory(new History(), two, ASIDE);
    const desks = [
      startDesk(history, { slug: SLUG, name: 'ada', seed: 1, urls: site.urls, everyMs: EVERY_MS }),
      // Takes 503 for an answer, as many a CMS does.
      startDesk(history, { slug: SLUG, name: 'ben', seed: 2, urls: site.urls, everyMs: EVERY_MS, tries: 1 }),
    ];
    const readers = site.urls().flatMap((url, place) =>
      TRANSPORTS.map((transport) => {
        const name = `${transport} of instance ${place}`;
        return followStory(history, { url, slug: SLUG, name, transports: [transport] });
      }),
    );
    await Promise.all(readers.map((reader) => reader.live()));
    const readiness = site.urls().map((url) => probe('readiness', 100, (signal) => fetch(`${url}/readyz`, { signal })));
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
    const publishing = site.urls().map((url) =>
      probe('publishing', 200, (signal) => {
        const body = JSON.stringify({ headline: 'Is anybody there?' });
        return fetch(`${url}/v1/stories/${ASIDE}/entries`, { method: 'POST', headers, body, signal });
      }),
    );
    await Promise.all(publishing.map((asked) => asked.next(201, 0)));

    const acknowledged = () => Math.max(...desks.map((desk) => desk.acknowledged));
    const notReadyAfter: number[] = [];
    const readyAfter: number[] = [];
    const publishedAfter: number[] = [];
    const backAfter: number[] = [];
    const answeredWithin: number[] = [];
    let unexpected = 0;
    for (const [round, downMs] of downs.entries()) {
      report.progress(`kill ${round + 1} of ${downs.length}, at change ${acknowledged()}, down ${downMs} ms`);
      await redis.kill9();
      const killedAt = performance.now();
      const bar = acknowledged();
      await delay(downMs);
      await redis.restart();
      const upAt = performance.now();
      await Promise.all([
        ...readiness.map(async (asked) => {
          const { answeredAt } = await asked.next(200, upAt);
          readyAfter.push(answeredAt - upAt);
        }),
        ...publishing.map(async (asked) => {
          const { answeredAt } = await asked.next(201, upAt);
          publishedAfter.push(answeredAt - upAt);
        }),
        ...readers.map(async (reader) => {
          await reader.reaches(bar + 1, BACK_WITHIN_MS);
          backAfter.push(performance.now() - upAt);
        }),
      ]);
      for (const { answers } of readiness) {
        const told = answers.find(({ askedAt, status }) => askedAt >= killedAt && askedAt < upAt && status === 503);
        // What is over after a second need not be told.
        if (told !== undefined || downMs > 1_000) notReadyAfter.push((told?.answeredAt ?? Infinity) - killedAt);
      }
      for (const { askedAt, answeredAt, status } of publishing.flatMap(({ answers }) => answers)) {
        if (askedAt < killedAt || askedAt > upAt) continue;
        answeredWithin.push(answeredAt - askedAt);
        // Asked just before the end it may wait for it.
        if (status !== 503 && !(status === 201 && answeredAt > upAt - 1_000)) unexpected += 1;
      }
      await readLives(history, redis, SLUG);
    }

    await Promise.all(desks.map((desk) => desk.stop()));
    const end = await readStore(history, one, SLUG);
    await Promise.all(readers.map((reader) => reader.finish(end)));
    const resets = readers.reduce(
      (sum, { log }) => sum + log.seen.filter(({ kind }) => kind === 'reset').length - 1,
      0,
    );
    report.figure('kills', downs.length);
    report.figure('changes', end.position.seq);
    report.figure(
      'unknown commands',
      desks.reduce((sum, { counts }) => sum + counts.unknown, 0),
    );
    report.figure('told not to be ready, at most', percentile(notReadyAfter, 100), 'ms', { most: 2_000 });
    report.figure('ready again, at most', percentile(readyAfter, 100), 'ms', { most: 2_000 });
    report.figure('published again, at most', percentile(publishedAfter, 100), 'ms');
    report.figure('publishing answered meanwhile, at most', percentile(answeredWithin, 100), 'ms', { most: 4_000 });
    report.figure('with anything but 503', unexpected, undefined, { most: 0 });
    report.figure('readers up to date again, p50', percentile(backAfter, 50), 'ms');
    report.figure('p99', percentile(backAfter, 99), 'ms');
    report.figure('resets', resets, undefined, { most: 0 });
    report.anomalies(check(history, end));
  },
);

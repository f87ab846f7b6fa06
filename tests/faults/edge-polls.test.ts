import { setTimeout as delay } from 'node:timers/promises';
import { startEdge } from '../helpers/edge.js';
import { type Instance, startInstance } from '../helpers/instance.js';
import { redisForTest } from '../helpers/redis-for-test.js';
import { DOORS } from '../hostile/policy.js';
import { type Anomaly, check } from './checker/check.js';
import { History } from './checker/history.js';
import { createStory, startDesk } from './desk.js';
import { watchEdge } from './edge-watch.js';
import { faultRun, percentile } from './fault-run.js';
import { readStore } from './forms.js';
import { startReaderPool } from './reader-pool.js';

const SLUG = 'edge';
const DESK = 'Kestrel';
/** Milliseconds for which a cached answer may go on saying what was withdrawn. */
const WITHDRAWN_MOST = 5_000;
/** Entries that are watched one by one, the newest. */
const WATCHED_MOST = 3;
/** A question of the pool's readers as an instance logs it; the watch asks others. */
const POLL = new RegExp(`"/v1/stories/${SLUG}/changes\\?since=[\\w-]+:(\\d+)&wait=15&limit=30"`, 'g');

faultRun(
  'readers who poll through nginx in front of two instances',
  {
    short: { readers: 300, changes: 10, everyMs: 500, quietMs: 0 },
    full: { readers: 5_000, changes: 50, everyMs: 1_300, quietMs: 25_000 },
  },
  async ({ readers, changes, everyMs, quietMs }, report) => {
    const history = new History();
    const redis = await redisForTest();
    // Each logs what it is asked: that, and nothing nearer to the readers, is what is counted.
    const env = { REDIS_URL: redis.url, LOG_LEVEL: 'info' };
    const instances = await Promise.all([startInstance({ env }), startInstance({ env })]);
    const [first] = instances;
    const edge = await startEdge(instances.map(({ url }) => url));
    await createStory(history, first.url, SLUG);
    const { epoch } = (await readStore(history, first.url, SLUG)).position;

    const pool = startReaderPool();
    await pool.follow(edge.port, [SLUG], readers, 'poll');
    report.progress(`${readers} readers wait, and nothing changes`);
    const beforeQuiet = pollsAsked(instances).length;
    await delay(quietMs);
    const whileQuiet = pollsAsked(instances).length - beforeQuiet;

    const desk = startDesk(history, {
      slug: SLUG,
      name: DESK,
      // With nine withdrawals among fifty changes, and three among the first ten.
      seed: 2046,
      urls: () => [edge.url],
      everyMs,
      fields: { breaking: true },
    });
    const watch = watchEdge(history, {
      url: edge.url,
      slug: SLUG,
      desk: DESK,
      paths: () => outputs(history, edge.url, `${epoch}:`, desk.acknowledged),
    });
    while (desk.acknowledged <= changes) {
      report.progress(`change ${desk.acknowledged} of ${changes}`);
      await desk.advance(1);
    }
    await desk.stop();
    const end = await readStore(history, first.url, SLUG);
    const arrived = await pool.reach({ [SLUG]: end.position.seq }, 10_000);
    // Whoever still had the last withdrawn text would have it now.
    await delay(WITHDRAWN_MOST + 500);
    await watch.stop();
    const asked = pollsAsked(instances).slice(beforeQuiet + whileQuiet);
    const { losses, reset } = await pool.finish({ [SLUG]: history });

    const made = end.position.seq - 1;
    const late = delays(history);
    const lingering = watch.lingering();
    const longest = Math.max(...lingering.values());
    report.figure('readers', readers);
    report.figure('changes', made);
    report.figure('withdrawals', history.commands.filter(({ done }) => done && done.form.text === undefined).length);
    report.figure('news told', late.length);
    report.figure('asked of the instances, a change', asked.length / made, undefined, { most: 3 });
    report.figure('at most', mostOften(asked));
    if (quietMs > 0) {
      // One round of waiting ends in it, or two, and each is asked anew in two or three pieces.
      report.figure(`in ${quietMs / 1_000} s without changes`, whileQuiet, undefined, { most: 9 });
    }
    report.figure('current after, p50', percentile(late, 50), 'ms');
    report.figure('p99', percentile(late, 99), 'ms');
    report.figure('last one', percentile(late, 100), 'ms', { most: 3_000 });
    report.figure('not current', readers - arrived.length, undefined, { most: 0 });
    report.figure('links lost', sum(losses), undefined, { most: 0 });
    report.figure('resets', reset, undefined, { most: 0 });
    report.figure('outputs watched', lingering.size);
    report.figure('texts seen in them', watch.texts);
    report.figure('answers', sum(watch.statuses));
    report.figure('other than 200', sum(watch.statuses) - (watch.statuses[200] ?? 0), undefined, { most: 0 });
    report.figure('a withdrawn text was last given after', Math.max(0, longest), 'ms', { most: WITHDRAWN_MOST });
    report.anomalies(check(history, end));
    report.anomalies([...lingering].filter(([, ms]) => ms > WITHDRAWN_MOST).map(resurrected));
    if (edge.said() !== '') throw new Error(`nginx complained: ${edge.said()}`);
  },
);

/** Where the pool's readers stood who were passed on to an instance, one for each request. */
function pollsAsked(instances: readonly Instance[]): readonly number[] {
  return instances.flatMap(({ said }) => [...said().matchAll(POLL)].map(([, seq]) => Number(seq)));
}

/** Shows nothing of a story, or never ends. */
const NO_OUTPUT = /\*|\.js$|\/stream$|^\/(?:sign-in|pictures)\//;

/** All doors at which everybody may read, the news among them asked from some old positions. */
function outputs({ commands }: History, url: string, epoch: string, seq: number): readonly string[] {
  const entries = commands.flatMap(({ done }) => (done?.form.place === undefined ? [] : [done.form.id]));
  const ids = [...new Set(entries)].slice(-WATCHED_MOST);
  const old = [1, seq - 6, seq - 2, seq - 1].filter((one) => one >= 1);
  return [...DOORS].flatMap(([door, { 'public story': rule }]) => {
    const [method, path = ''] = door.split(' ');
    if (method !== 'GET' || rule !== 'anyone' || NO_OUTPUT.test(path)) return [];
    const ofStory = path.replace(':slug', SLUG);
    if (ofStory.includes(':entryId')) return ids.map((id) => ofStory.replace(':entryId', id));
    // The position of another stream is none of @breaking, and answered by a reset.
    if (ofStory.endsWith('/changes')) return [ofStory, ...old.map((at) => `${ofStory}?since=${epoch}${at}`)];
    return [ofStory === '/oembed' ? `/oembed?url=${encodeURIComponent(`${url}/s/${SLUG}`)}` : ofStory];
  });
}

function mostOften(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** Milliseconds from when each change was sent to the desk's door to when each reader stood at it or beyond. */
function delays({ commands, subscribers }: History): readonly number[] {
  const changes = commands
    .flatMap(({ by, sentAt, done }) => (done === undefined || by !== DESK ? [] : [{ sentAt, seq: done.position.seq }]))
    .sort((a, b) => a.seq - b.seq);
  return subscribers
    .filter(({ toTheEnd }) => toTheEnd)
    .flatMap(({ seen }) => {
      let at = 0;
      return changes.map(({ sentAt, seq }) => {
        while (at < seen.length && (seen[at]?.position.seq ?? 0) < seq) at += 1;
        return (seen[at]?.at ?? Number.POSITIVE_INFINITY) - sentAt;
      });
    });
}

function resurrected([path, ms]: readonly [string, number]): Anomaly {
  return { name: 'resurrected', who: path, what: `gave a withdrawn text for ${Math.round(ms)} ms` };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

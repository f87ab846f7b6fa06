import { setTimeout as delay } from 'node:timers/promises';
import type { Snapshot } from '@slugline/client/protocol';
import { createApi } from '../../helpers/server.js';
import { check } from '../checker/check.js';
import { History, type SubscriberLog } from '../checker/history.js';
import { createStory, startDesk } from '../desk.js';
import { faultRun, percentile } from '../fault-run.js';
import { formOfEntry, formOfStory, readStore } from '../forms.js';
import { followStream } from '../plain-stream.js';
import { followStory } from '../recorder.js';
import { startSite } from '../site.js';

const SLUG = 'long-sleep';
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;
/** Streams that are asked for while the instance cannot answer: it does so the moment it goes on. */
const KNOCKING = 5;

faultRun(
  'an instance stopped (SIGSTOP) while the others go on, and continued',
  { short: { freezes: [7_000] }, full: { freezes: [60_000, 8_000, 8_000, 8_000, 8_000] } },
  async ({ freezes }, report) => {
    const history = new History();
    const site = await startSite(2);
    const [sleeper, waker] = site.instances;
    if (sleeper === undefined || waker === undefined) throw new Error('two instances are needed');
    await createStory(history, waker.url, SLUG);
    const desks = [
      // This one goes on sending to both, and what it sent to the sleeper is carried out when that goes on, or not.
      startDesk(history, { slug: SLUG, name: 'ada', seed: 1, urls: site.urls, everyMs: 80, answerWithinMs: 1_000 }),
      startDesk(history, { slug: SLUG, name: 'ben', seed: 2, urls: () => [waker.url], everyMs: 80 }),
      startDesk(history, {
        slug: SLUG,
        name: 'cleo',
        seed: 3,
        urls: site.urls,
        everyMs: 80,
        answerWithinMs: 1_000,
        tries: 1,
      }),
    ];
    const bound = [sleeper, waker].flatMap(({ url }, place) =>
      TRANSPORTS.map((transport) => {
        const name = `${transport} of instance ${place}`;
        return followStory(history, { url, slug: SLUG, name, transports: [transport] });
      }),
    );
    const wandering = await Promise.all(
      TRANSPORTS.map(async (transport) => {
        const { proxy } = await site.way(0);
        return followStory(history, {
          url: proxy.url,
          slug: SLUG,
          name: `${transport} by the balancer`,
          transports: [transport],
        });
      }),
    );
    await Promise.all([...bound, ...wandering].map((reader) => reader.live()));
    const acknowledged = () => Math.max(...desks.map((desk) => desk.acknowledged));

    const repaired: number[] = [];
    for (const [at, freezeMs] of freezes.entries()) {
      report.progress(`stopped for ${freezeMs / 1_000} s, at change ${acknowledged()}`);
      const streams = [1, 2, 3].map((number) =>
        followStream(history, { url: sleeper.url, slug: SLUG, name: `plain stream ${at}.${number}` }),
      );
      await Promise.all(streams.map((stream) => stream.reaches(1, 10_000)));
      sleeper.freeze();
      await delay(freezeMs - 500);
      const late = Array.from({ length: KNOCKING }, (_, number) =>
        followStream(history, { url: sleeper.url, slug: SLUG, name: `knocking stream ${at}.${number}` }),
      );
      const pages = Array.from({ length: KNOCKING }, (_, number) => readPage(`knocking page ${at}.${number}`));
      await delay(500);
      const bar = acknowledged();
      const thawedAt = history.now();
      sleeper.thaw();
      await Promise.all(
        [...streams, ...late].map(async (stream) => {
          await stream.reaches(bar, 20_000);
          repaired.push(history.now() - thawedAt);
        }),
      );
      await Promise.all(pages);
      await Promise.all([...bound, ...wandering].map((reader) => reader.reaches(bar, 60_000)));
      for (const stream of [...streams, ...late]) stream.close();
    }

    async function readPage(name: string): Promise<void> {
      const log: SubscriberLog = history.subscriber(name);
      const { body } = await createApi(sleeper?.url ?? '').get<Snapshot>(`/v1/stories/${SLUG}`);
      const { position, story, entries, older } = body;
      const forms = [formOfStory(history, story), ...entries.map((entry) => formOfEntry(history, entry))];
      log.seen.push({ kind: 'page', whole: older === undefined, at: history.now(), position, forms });
    }

    await Promise.all(desks.map((desk) => desk.stop()));
    const end = await readStore(history, waker.url, SLUG);
    await Promise.all([...bound, ...wandering].map((reader) => reader.finish(end)));
    report.figure('times stopped', freezes.length);
    report.figure('for at most', Math.max(...freezes) / 1_000, 's');
    report.figure('changes', end.position.seq);
    report.figure(
      'unknown commands',
      desks.reduce((sum, { counts }) => sum + counts.unknown, 0),
    );
    report.figure('streams', repaired.length);
    report.figure('up to date after going on, p99', percentile(repaired, 99), 'ms', { most: 5_000 });
    report.anomalies(check(history, end));
  },
);

import { setTimeout as delay } from 'node:timers/promises';
import type { Snapshot } from '@slugline/client/protocol';
import { createApi } from '../helpers/server.js';
import { check } from './checker/check.js';
import { History } from './checker/history.js';
import { createStory, startDesk } from './desk.js';
import { faultRun } from './fault-run.js';
import { readStore } from './forms.js';
import { followStory } from './recorder.js';
import { startSite } from './site.js';

const SLUG = 'night-of-the-count';
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;
/** Steps that a reader takes after it is live before it leaves: a hole after the catch-up would be among them. */
const STEPS = { socket: 60, sse: 60, poll: 2 } as const;
/** Readers on their way in or following at a time: what one process can listen to at this rate. */
const AT_A_TIME = 16;
const DESKS = 12;

faultRun(
  'joins while hundreds of changes a second are published',
  {
    short: { joins: 40, desks: 2, everyMs: 20 },
    full: { joins: 1_000, desks: DESKS, everyMs: (DESKS * 1_000) / 540 },
  },
  async ({ joins, desks: count, everyMs }, report) => {
    const history = new History();
    const site = await startSite(2);
    const urls = site.urls();
    await createStory(history, urls[0] ?? '', SLUG);
    const began = history.now();
    const desks = Array.from({ length: count }, (_, seed) =>
      startDesk(history, { slug: SLUG, name: `desk ${seed}`, seed, urls: site.urls, everyMs }),
    );
    const toTheEnd = TRANSPORTS.map((transport, at) =>
      followStory(history, {
        url: urls[at % 2] ?? '',
        slug: SLUG,
        name: `${transport} throughout`,
        transports: [transport],
      }),
    );
    await Promise.all(toTheEnd.map((reader) => reader.live()));

    let started = 0;
    let resumed = 0;
    async function joinOneAfterTheOther(): Promise<void> {
      while (started < joins) {
        started += 1;
        const at = started;
        report.progress(`join ${at} of ${joins}, at change ${Math.max(...desks.map((desk) => desk.acknowledged))}`);
        const transport = TRANSPORTS[at % TRANSPORTS.length] ?? 'socket';
        const url = urls[at % urls.length] ?? '';
        // Every other one was handed a page a moment ago, by another instance, and goes on from there.
        const from = at % 4 < 2 ? undefined : await readPage(urls[(at + 1) % urls.length] ?? '');
        if (from !== undefined) resumed += 1;
        const reader = followStory(history, {
          url,
          slug: SLUG,
          name: `${transport} ${at}${from === undefined ? '' : ' from a page'}`,
          transports: [transport],
          ...(from === undefined ? {} : { from }),
        });
        await reader.live();
        await reader.steps(STEPS[transport]);
        reader.close();
      }
    }

    async function readPage(url: string): Promise<{ snapshot: Snapshot; readAt: number }> {
      const { body: snapshot } = await createApi(url).get<Snapshot>(`/v1/stories/${SLUG}`);
      const readAt = history.now();
      await delay(Math.random() * 500);
      return { snapshot, readAt };
    }

    await Promise.all(Array.from({ length: AT_A_TIME }, joinOneAfterTheOther));
    await Promise.all(desks.map((desk) => desk.stop()));
    const seconds = (history.now() - began) / 1_000;
    const end = await readStore(history, urls[0] ?? '', SLUG);
    await Promise.all(toTheEnd.map((reader) => reader.finish(end)));
    report.figure('joins', joins);
    report.figure('with a position', resumed);
    report.figure('changes', end.position.seq);
    report.figure('changes a second', end.position.seq / seconds, undefined, { least: 500 });
    report.figure(
      'changes seen',
      history.subscribers.reduce((sum, { seen }) => sum + seen.length, 0),
    );
    report.anomalies(check(history, end));
  },
);

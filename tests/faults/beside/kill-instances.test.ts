import { setTimeout as delay } from 'node:timers/promises';
import { check } from '../checker/check.js';
import { History } from '../checker/history.js';
import { createStory, startDesk } from '../desk.js';
import { faultRun, percentile } from '../fault-run.js';
import { readStore } from '../forms.js';
import { followStory, type Recorder } from '../recorder.js';
import { startSite } from '../site.js';

const SLUG = 'night-of-the-kills';
const PLACES = 3;
/** Milliseconds of a round at least: after two of them a link counts as settled, and its loss as a first one. */
const ROUND_MS = 3_000;
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;

faultRun(
  'kill -9 of one of three instances, its readers moving to the others',
  { short: { kills: 2, readers: 9 }, full: { kills: 20, readers: 60 } },
  async ({ kills, readers }, report) => {
    const history = new History();
    const site = await startSite(PLACES);
    await createStory(history, site.urls()[0] ?? '', SLUG);
    const desks = ['ada', 'ben', 'cleo'].map((name, seed) =>
      // One of them gives up at the first broken link, as many a CMS does.
      startDesk(history, { slug: SLUG, name, seed, urls: site.urls, everyMs: 25, tries: seed === 0 ? 1 : 3 }),
    );
    const followers = await Promise.all(
      Array.from({ length: readers }, async (_, at) => {
        const way = await site.way(at);
        const transport = TRANSPORTS[Math.floor(at / PLACES) % TRANSPORTS.length] ?? 'socket';
        const name = `${transport} ${at}`;
        const reader = followStory(history, { url: way.proxy.url, slug: SLUG, name, transports: [transport] });
        return { way, reader };
      }),
    );
    await Promise.all(followers.map(({ reader }) => reader.live()));

    const acknowledged = () => Math.max(...desks.map((desk) => desk.acknowledged));
    const backAfter: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      report.progress(`kill ${kill} of ${kills}, at change ${acknowledged()}`);
      // Readers move on to the next place. The one before is next, so that most have settled when they are struck again.
      const place = (kills - kill) % PLACES;
      const pause = delay(ROUND_MS);
      const struck = followers.filter(({ way }) => way.place === place).map(({ reader }) => reader);
      site.inService.delete(place);
      await site.instances[place]?.kill9();
      const killedAt = history.now();
      const bar = acknowledged();
      await Promise.all(struck.map((reader) => back(reader, bar, killedAt)));
      await site.start(place);
      await pause;
    }

    async function back(reader: Recorder, bar: number, since: number): Promise<void> {
      // Whatever was there at the kill, and one more: that one was published while it was on its way.
      await reader.reaches(bar + 1, 20_000);
      backAfter.push(history.now() - since);
    }

    await Promise.all(desks.map((desk) => desk.stop()));
    const end = await readStore(history, site.urls()[0] ?? '', SLUG);
    await Promise.all(followers.map(({ reader }) => reader.finish(end)));
    report.figure('kills', kills);
    report.figure('readers', readers);
    report.figure('changes', end.position.seq);
    report.figure(
      'unknown commands',
      desks.reduce((sum, { counts }) => sum + counts.unknown, 0),
    );
    report.figure('readers moved', backAfter.length);
    report.figure('up to date after a kill, p50', percentile(backAfter, 50), 'ms');
    report.figure('p99', percentile(backAfter, 99), 'ms');
    report.anomalies(check(history, end));
  },
);

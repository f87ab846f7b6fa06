import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EntryPage, Snapshot } from '@slugline/client/protocol';
import { expect, onTestFinished } from 'vitest';
import { openEmbeddedStore } from '../../../server/store/embedded/embedded-store.js';
import { expectWholeLog } from '../../helpers/audit-log.js';
import { type Api, createApi } from '../../helpers/server.js';
import { check } from '../checker/check.js';
import { History } from '../checker/history.js';
import { startClerk } from '../clerk.js';
import { createStory, startDesk } from '../desk.js';
import { startEmbeddedSite } from '../embedded-site.js';
import { faultRun, percentile } from '../fault-run.js';
import { readStore } from '../forms.js';
import { followStory } from '../recorder.js';
import { seeded } from '../seeded.js';
import { halfWritten } from '../whole-store.js';

const SLUG = 'night-of-the-crashes';
const CLERKS_SLUG = 'what-the-clerks-wrote';
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;
/** Kills between two looks into the data directory itself. */
const LOOK_EVERY = 10;
/** Milliseconds of a life at most, after something was acknowledged in it. */
const LONGEST_LIFE = 150;

faultRun(
  'kill -9 of the embedded server during commits',
  { short: { kills: 2, desks: 16 }, full: { kills: 100, desks: 8 }, givesWay: true },
  async ({ kills, desks: count }, report) => {
    const history = new History();
    const dataDir = await mkdtemp(join(tmpdir(), 'slugline-crash-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const site = await startEmbeddedSite(dataDir);
    const api = createApi(site.url);
    await createStory(history, site.url, SLUG);
    await api.createStory({ slug: CLERKS_SLUG });
    const { epoch } = await positionOf(api);

    const desks = Array.from({ length: count }, (_, seed) =>
      // Every other desk sends a command again until the next life answers it; the rest give up at the first broken link.
      startDesk(history, {
        slug: SLUG,
        name: `desk ${seed}`,
        seed,
        urls: () => [site.url],
        everyMs: 25,
        tries: seed % 2 === 0 ? 40 : 1,
        retryAfterMs: 250,
      }),
    );
    const clerks = ['eve', 'fay'].map((name) => startClerk(site.url, CLERKS_SLUG, name));
    const readers = TRANSPORTS.map((transport) =>
      followStory(history, { url: site.url, slug: SLUG, name: transport, transports: [transport] }),
    );
    await Promise.all(readers.map((reader) => reader.live()));

    const random = seeded(kills);
    const acknowledged = () => Math.max(...desks.map((desk) => desk.acknowledged));
    const startedIn: number[] = [];
    const wrong: string[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      report.progress(`kill ${kill} of ${kills}, at change ${acknowledged()}`);
      await commitsIn(acknowledged);
      await delay(random() * LONGEST_LIFE);
      await site.kill9();
      if (kill % LOOK_EVERY === 0 || kill === kills) {
        const store = await openEmbeddedStore({ directory: dataDir });
        wrong.push(...(await halfWritten(store).finally(() => store.close())));
      }
      const began = history.now();
      const up = site.start();
      // What was under way is sent again by those who do; nothing else is gained by sending to nobody.
      for (const desk of desks) desk.pauseUntil(up);
      await up;
      startedIn.push(history.now() - began);

      const position = await positionOf(api);
      if (position.epoch !== epoch) wrong.push(`kill ${kill} changed the epoch`);
      if (position.seq < acknowledged())
        wrong.push(`kill ${kill} lost ${acknowledged()}: it stands at ${position.seq}`);
      for (const clerk of clerks) wrong.push(...(await clerk.repeat(3)));
    }

    await Promise.all([...desks, ...clerks].map((one) => one.stop()));
    const end = await readStore(history, site.url, SLUG);
    await Promise.all(readers.map((reader) => reader.finish(end)));
    const published = clerks.flatMap(({ done }) => done.map(({ headline }) => headline));
    expect(await headlinesOf(api), 'each command of the clerks took effect once').toEqual(published.toSorted());
    await expectBreakingFollows(api);
    await expectWholeLog(api, [SLUG, CLERKS_SLUG]);

    report.figure('kills', kills);
    report.figure('publishers', desks.length + clerks.length);
    report.figure('acknowledged', published.length + desks.reduce((sum, { counts }) => sum + counts.ok, 0));
    report.figure(
      'unknown commands',
      desks.reduce((sum, { counts }) => sum + counts.unknown, 0),
    );
    report.figure('started again in, p50', percentile(startedIn, 50), 'ms');
    report.figure('p99', percentile(startedIn, 99), 'ms');
    expect(wrong).toEqual([]);
    report.anomalies(check(history, end));
  },
);

/** Waits until something more is acknowledged, so that every kill hits a server that is at work. */
async function commitsIn(acknowledged: () => number): Promise<void> {
  const before = acknowledged();
  for (let waited = 0; acknowledged() === before; waited += 1) {
    if (waited > 20_000) throw new Error('waited 20 s for something to be acknowledged');
    await delay(1);
  }
}

async function positionOf(api: Api) {
  const { status, body } = await api.get<Snapshot>(`/v1/stories/${SLUG}?limit=1`);
  if (status !== 200) throw new Error(`the story could not be read: ${status}`);
  return body.position;
}

async function headlinesOf(api: Api): Promise<readonly string[]> {
  const headlines: string[] = [];
  for (let before: string | undefined = ''; before !== undefined; ) {
    const query: string = before === '' ? '' : `&before=${encodeURIComponent(before)}`;
    const page: { readonly body: EntryPage } = await api.get(`/v1/stories/${CLERKS_SLUG}/entries?limit=200${query}`);
    for (const entry of page.body.entries) if (entry.status === 'usable') headlines.push(entry.headline ?? '');
    before = page.body.older;
  }
  return headlines.toSorted();
}

/** The notes that commits left behind came through every crash: the newest breaking entries are all there. */
async function expectBreakingFollows(api: Api): Promise<void> {
  const { body: story } = await api.get<Snapshot>(`/v1/stories/${CLERKS_SLUG}?limit=100`);
  const breaking = story.entries.filter((entry) => entry.status === 'usable' && entry.breaking).map(({ id }) => id);
  await expect
    .poll(async () => (await api.get<Snapshot>('/v1/breaking')).body.entries.map(({ id }) => id), {
      message: 'breaking news to be complete',
    })
    .toEqual(expect.arrayContaining(breaking));
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Problem, Snapshot } from '@slugline/client/protocol';
import { expect } from 'vitest';
import { type Api, createApi } from '../../helpers/server.js';
import { smallDisk } from '../../helpers/small-disk.js';
import { check } from '../checker/check.js';
import { History } from '../checker/history.js';
import { createStory, startDesk } from '../desk.js';
import { startEmbeddedSite } from '../embedded-site.js';
import { faultRun, percentile } from '../fault-run.js';
import { readStore } from '../forms.js';
import { followStory } from '../recorder.js';

const SLUG = 'night-of-the-full-disk';
/** A story that the checker knows nothing of: its entries find out whether publishing works. */
const PROBED = 'probed';
const MEGABYTES = 48;
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;

faultRun('a disk that is full', { short: { rounds: 1 }, full: { rounds: 6 } }, async ({ rounds }, report) => {
  const disk = await smallDisk(MEGABYTES);
  const history = new History();
  const site = await startEmbeddedSite(`${disk.path}/data`, disk.within);
  const api = createApi(site.url);
  await createStory(history, site.url, SLUG);
  await api.createStory({ slug: PROBED });
  const desks = ['ada', 'ben', 'cleo', 'dan'].map((name, seed) =>
    startDesk(history, { slug: SLUG, name, seed, urls: () => [site.url], everyMs: 40, tries: seed === 0 ? 1 : 3 }),
  );
  const readers = TRANSPORTS.map((transport) =>
    followStory(history, { url: site.url, slug: SLUG, name: transport, transports: [transport] }),
  );
  await Promise.all(readers.map((reader) => reader.live()));

  const backAfter: number[] = [];
  let untilRefused = 0;
  for (let round = 1; round <= rounds; round += 1) {
    report.progress(`round ${round} of ${rounds}`);
    await Promise.all(readers.map((reader) => reader.steps(2)));
    disk.fill();
    untilRefused += await publishedUntilRefused(api);
    expectNamesTheDisk((await api.get('/readyz')).body);
    expect((await api.get('/healthz')).status).toBe(200);

    // Everyone reads on, and newcomers are served.
    const newcomer = followStory(history, { url: site.url, slug: SLUG, name: `newcomer ${round}` });
    await newcomer.live();
    expect((await api.get<Snapshot>(`/v1/stories/${SLUG}`, { key: null })).status).toBe(200);
    await Promise.all(readers.map((reader) => reader.live()));

    // A server that is restarted then starts all the same, with all that was acknowledged.
    if (round % 2 === 0) {
      await site.kill9();
      await site.start();
      await Promise.all([...readers, newcomer].map((reader) => reader.live(60_000)));
      await publishedUntilRefused(api);
    }

    disk.empty();
    const emptiedAt = history.now();
    await untilPublished(api);
    backAfter.push(history.now() - emptiedAt);
    expect((await api.get('/readyz')).status).toBe(200);
    newcomer.close();
  }

  await Promise.all(desks.map((desk) => desk.stop()));
  const end = await readStore(history, site.url, SLUG);
  await Promise.all(readers.map((reader) => reader.finish(end)));
  report.figure('times full', rounds);
  report.figure('changes', end.position.seq);
  report.figure('published on a full disk before the first refusal', untilRefused);
  report.figure(
    'unknown commands',
    desks.reduce((sum, { counts }) => sum + counts.unknown, 0),
  );
  report.figure('publishing again when there is room, at most', percentile(backAfter, 100), 'ms', { most: 5_000 });
  report.anomalies(check(history, end));
});

/** The file has pages of its own to use up first. Answers how many entries found place in them. */
async function publishedUntilRefused(api: Api): Promise<number> {
  for (let published = 0; published < 2_000; published += 1) {
    const { status, body } = await publish(api);
    if (status === 201) continue;
    expect({ status, code: body.code, retryable: body.retryable }).toEqual({
      status: 503,
      code: 'store_unavailable',
      retryable: true,
    });
    expectNamesTheDisk(body);
    return published;
  }
  throw new Error('the disk is full, and publishing goes on');
}

async function untilPublished(api: Api): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if ((await publish(api)).status === 201) return;
    await delay(20);
  }
  throw new Error('there is room on the disk, and publishing is refused');
}

function publish(api: Api) {
  const bodyMarkdown = 'The water is rising at all gauges. '.repeat(400);
  return api.request('POST', `/v1/stories/${PROBED}/entries`, { body: { headline: 'A probe', bodyMarkdown } });
}

/** Says what is wrong and no more: the directory is nobody's business who can reach the port. */
function expectNamesTheDisk({ status, detail }: Problem): void {
  expect(status).toBe(503);
  expect(detail).toMatch(/^The disk of the store is full: [^/]+$/);
}

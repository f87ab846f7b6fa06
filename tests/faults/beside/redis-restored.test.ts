import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResumeStorage } from '@slugline/client';
import type { CatchUp, Position } from '@slugline/client/protocol';
import { formatPosition } from '@slugline/client/protocol';
import { runCli, scratchDirectory } from '../../helpers/cli.js';
import { restorableRedisForTest } from '../../helpers/redis-for-test.js';
import { createApi } from '../../helpers/server.js';
import { check } from '../checker/check.js';
import { History } from '../checker/history.js';
import { createStory, type Desk, startDesk } from '../desk.js';
import { faultRun } from '../fault-run.js';
import { readStore } from '../forms.js';
import { readLives } from '../lives.js';
import { followStory, type Recorder } from '../recorder.js';
import { startSite } from '../site.js';

const TRANSPORTS = ['socket', 'sse', 'poll'] as const;
const BACKOFF = { minMs: 50, maxMs: 500 };

/**
 * - `older copy`: an older copy of Redis's files is put back, and nobody who runs the instances does anything.
 * - `older copy, all started again`: the same, and no instance has seen what was lost.
 * - `flushed`: Redis is emptied, and an export imported.
 */
type Way = 'older copy' | 'older copy, all started again' | 'flushed';

const WAYS: readonly Way[] = ['older copy', 'older copy, all started again', 'flushed'];

/** One story, those who write it and read it, and what they saw. */
interface Told {
  readonly slug: string;
  readonly history: History;
  readonly desk: Desk;
}

faultRun(
  'Redis put back to an older copy, or flushed',
  {
    short: { ways: ['older copy'] as readonly Way[], lost: 10 },
    full: { ways: [...WAYS, ...WAYS, ...WAYS], lost: 40 },
  },
  async ({ ways, lost }, report) => {
    const redis = await restorableRedisForTest();
    const site = await startSite(2, undefined, redis);
    const [one = ''] = site.urls();
    const backup = join(await scratchDirectory(), 'backup.ndjson');

    const tell = async (slug: string, seed: number): Promise<Told> => {
      const history = new History();
      await createStory(history, one, slug);
      return { slug, history, desk: startDesk(history, { slug, name: slug, seed, urls: site.urls, everyMs: 20 }) };
    };
    const followed = await tell('followed', 1);
    // Nobody reads it when it goes back, nor until its numbers have passed what was read before.
    const unfollowed = await tell('unfollowed', 2);
    const stories = [followed, unfollowed];
    const follow = ({ slug, history }: Told, name: string, at: number, storage?: ResumeStorage): Recorder =>
      followStory(history, {
        url: site.urls()[at % site.urls().length] ?? '',
        slug,
        name,
        transports: [TRANSPORTS[at % TRANSPORTS.length] ?? 'socket'],
        backoff: BACKOFF,
        ...(storage === undefined ? {} : { storage }),
      });
    const readers = TRANSPORTS.flatMap((name, at) => [
      follow(followed, `${name} a`, at),
      follow(followed, `${name} b`, at + 3),
    ]);

    let newEpochs = 0;
    let stalePositions = 0;
    let trusted = 0;
    for (const [round, way] of ways.entries()) {
      report.progress(`round ${round + 1} of ${ways.length}: ${way}`);
      await advance(stories, lost);
      const release = await pause(stories);
      const kept = await Promise.all(stories.map(({ slug }) => headOf(one, slug)));
      const putBack = await redis.backUp();
      if (way === 'flushed') await writeFile(backup, (await runCli(['export', '--redis-url', redis.url])).stdout);
      for (const [index, { history }] of stories.entries()) history.rewinds.push(kept[index] ?? { epoch: '', seq: 0 });
      release();
      await advance(stories, lost);

      // They hold what is about to be lost, leave, and are to be told so when they come back.
      const away = stories.map((told, at) => {
        const storage = memory();
        return { told, storage, reader: follow(told, `away ${round}`, at + round, storage) };
      });
      await Promise.all(away.map(({ reader }) => reader.live()));
      const goOn = await pause(stories);
      const stale = await Promise.all(stories.map(({ slug }) => headOf(one, slug)));
      await Promise.all(away.map(({ reader }, at) => reader.reaches(stale[at]?.seq ?? 0)));
      for (const { reader } of away) reader.close();

      if (way === 'flushed') {
        await redis.command('FLUSHALL');
        // Told before anything is there again; who was not would only seem to follow.
        await Promise.all(readers.map((reader) => reader.refused()));
        const imported = await runCli(['import', '--redis-url', redis.url, backup]);
        if (imported.code !== 0) throw new Error(imported.stderr);
      } else {
        await putBack();
        if (way === 'older copy, all started again') await startAllAgain();
      }
      goOn();
      await advance(stories, 2 * lost + 10);
      for (const [at, { slug, history }] of stories.entries()) {
        const position = stale[at] ?? { epoch: '', seq: 0 };
        const head = await headOf(site.urls()[0] ?? '', slug);
        if (head.epoch !== position.epoch && head.seq > position.seq) newEpochs += 1;
        stalePositions += 1;
        if (!(await isReset(site.urls()[1] ?? '', slug, position))) trusted += 1;
        await readLives(history, redis, slug);
      }
      // Back with what their storage kept, at another instance and by another way.
      for (const [at, { told, storage }] of away.entries()) {
        const { seq } = await headOf(site.urls()[0] ?? '', told.slug);
        const back = follow(told, `back ${round}`, at + round + 1, storage);
        await back.live();
        await back.reaches(seq);
        back.close();
      }
    }

    await Promise.all(stories.map(({ desk }) => desk.stop()));
    for (const { slug, history } of stories) await readLives(history, redis, slug);
    const ends = await Promise.all(stories.map(({ history, slug }) => readStore(history, site.urls()[0] ?? '', slug)));
    const [end] = ends;
    if (end !== undefined) await Promise.all(readers.map((reader) => reader.finish(end)));
    report.figure('times', ways.length);
    report.figure(
      'changes',
      ends.reduce((sum, { position }) => sum + position.seq, 0),
    );
    report.figure('stale positions', stalePositions);
    report.figure('new epochs', newEpochs, undefined, { least: stalePositions });
    report.figure('trusted all the same', trusted, undefined, { most: 0 });
    for (const [at, { history }] of stories.entries()) report.anomalies(check(history, ends[at]));

    async function startAllAgain(): Promise<void> {
      for (const place of site.instances.keys()) {
        const port = new URL(site.instances[place]?.url ?? '').port;
        await site.instances[place]?.kill9();
        await site.start(place, { PORT: port });
      }
    }
  },
);

/** Lets the desks go on by so many changes. */
async function advance(stories: readonly Told[], changes: number): Promise<void> {
  await Promise.all(stories.map(({ desk }) => desk.advance(changes)));
}

/** Resolves when no command is under way; answers how to go on. */
async function pause(stories: readonly Told[]): Promise<() => void> {
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  await Promise.all(stories.map(({ desk }) => desk.pauseUntil(until)));
  return release;
}

async function headOf(url: string, slug: string): Promise<Position> {
  const { status, body } = await createApi(url).get<{ readonly position: Position }>(`/v1/stories/${slug}?limit=1`);
  if (status !== 200) throw new Error(`${slug} cannot be read: ${status} ${JSON.stringify(body)}`);
  return body.position;
}

async function isReset(url: string, slug: string, since: Position): Promise<boolean> {
  const { body } = await createApi(url).get<CatchUp>(`/v1/stories/${slug}/changes?since=${formatPosition(since)}`);
  return body.reset;
}

function memory(): ResumeStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

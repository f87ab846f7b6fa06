import { setTimeout as delay } from 'node:timers/promises';
import type { TransportName } from '@slugline/client';
import type { Snapshot } from '@slugline/client/protocol';
import { onTestFinished } from 'vitest';
import { createApi } from '../helpers/server.js';
import { tcpProxy } from '../helpers/tcp-proxy.js';
import { check } from './checker/check.js';
import { History } from './checker/history.js';
import { createStory, startDesk } from './desk.js';
import { faultRun } from './fault-run.js';
import { readStore } from './forms.js';
import { followStream } from './plain-stream.js';
import { followStory } from './recorder.js';
import { type Site, startSite } from './site.js';

const SLUG = 'night-of-the-count';
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;
const WAYS = [...TRANSPORTS, 'plain stream'] as const;
/** Readers on their way in or following at a time: what one process can listen to at this rate. */
const AT_A_TIME = 8;
/** More than the rate needs: each waits for an answer before its next command, and some work over the uneven line. */
const DESKS = 36;

interface Size {
  /** Stories, one after the other: none becomes longer than the longest that a desk would write. */
  readonly stories: number;
  /** Of each. */
  readonly joins: number;
  readonly desks: number;
  readonly everyMs: number;
  /** Changes that each reader is to see after its join. */
  readonly steps: number;
}

faultRun<Size>(
  'joins while hundreds of changes a second are published',
  {
    short: { stories: 1, joins: 20, desks: 2, everyMs: 20, steps: 10 },
    full: { stories: 4, joins: 250, desks: DESKS, everyMs: DESKS, steps: 50 },
  },
  async ({ stories, ...size }, report) => {
    // One instance has Redis at the end of an uneven line: what is announced often overtakes what is read, and the other
    // way round. The desks work at the other one, but for a few.
    const site = await startSite(2, async (place, redis) => (place === 0 ? redis.url : unevenLine(redis.port)));
    const runs: Run[] = [];
    for (let story = 1; story <= stories; story += 1) {
      const told = (join: number, change: number) =>
        report.progress(`story ${story} of ${stories}, join ${join} of ${size.joins}, at change ${change}`);
      runs.push(await joinsOf(`${SLUG}-${story}`, site, size, told));
    }
    const sum = (figure: 'joins' | 'resumed' | 'changes' | 'seconds' | 'seen') =>
      runs.reduce((total, run) => total + run[figure], 0);
    report.figure('joins', sum('joins'));
    report.figure('with a position', sum('resumed'));
    report.figure('changes', sum('changes'));
    report.figure('changes a second', sum('changes') / sum('seconds'), undefined, { least: 500 });
    report.figure('changes seen', sum('seen'));
    report.anomalies(runs.flatMap(({ anomalies }) => anomalies));
  },
);

interface Run {
  readonly joins: number;
  /** Of them those that came with a position. */
  readonly resumed: number;
  readonly changes: number;
  readonly seconds: number;
  readonly seen: number;
  readonly anomalies: ReturnType<typeof check>;
}

async function joinsOf(
  slug: string,
  site: Site,
  { joins, desks: count, everyMs, steps }: Omit<Size, 'stories'>,
  told: (join: number, change: number) => void,
): Promise<Run> {
  const history = new History();
  const urls = site.urls();
  await createStory(history, urls[0] ?? '', slug);
  const desks = Array.from({ length: count }, (_, seed) =>
    startDesk(history, {
      slug,
      name: `desk ${seed}`,
      seed,
      urls: seed % 6 === 0 ? site.urls : () => urls.slice(0, 1),
      everyMs,
    }),
  );
  const toTheEnd = TRANSPORTS.map((transport, at) =>
    followStory(history, { url: urls[at % 2] ?? '', slug, name: `${transport} throughout`, transports: [transport] }),
  );
  await Promise.all(toTheEnd.map((reader) => reader.live()));
  const acknowledged = () => Math.max(...desks.map((desk) => desk.acknowledged));
  const [began, before] = [history.now(), acknowledged()];

  let started = 0;
  let resumed = 0;
  async function joinOneAfterTheOther(): Promise<void> {
    while (started < joins) {
      started += 1;
      const at = started;
      told(at, acknowledged());
      const url = urls[Math.floor(at / WAYS.length) % urls.length] ?? '';
      const way = WAYS[at % WAYS.length] ?? 'plain stream';
      if (way === 'plain stream') await joinPlainly(url, `${way} ${at}`);
      else await join(url, way, at);
    }
  }

  /** Without the SDK, which would notice a hole and ask for what is missing. */
  async function joinPlainly(url: string, name: string): Promise<void> {
    const stream = followStream(history, { url, slug, name });
    await stream.reaches(1, 20_000);
    await stream.reaches(stream.seq + steps, 20_000);
    stream.close();
  }

  async function join(url: string, transport: TransportName, at: number): Promise<void> {
    // Every other one was handed a page a moment ago, by another instance, and goes on from there.
    const from = at % 16 < 8 ? undefined : await readPage(urls.find((other) => other !== url) ?? '');
    if (from !== undefined) resumed += 1;
    const reader = followStory(history, {
      url,
      slug,
      name: `${transport} ${at}${from === undefined ? '' : ' from a page'}`,
      transports: [transport],
      ...(from === undefined ? {} : { from }),
    });
    await reader.live();
    // A hole after the catch-up would be among these. Polls bring many changes in each.
    await reader.steps(transport === 'poll' ? 2 : steps);
    reader.close();
  }

  async function readPage(url: string): Promise<{ snapshot: Snapshot; readAt: number } | undefined> {
    const { status, body: snapshot } = await createApi(url).get<Snapshot>(`/v1/stories/${slug}`);
    // A page that could not be had in time is one that the reader does without.
    if (status === 503) return undefined;
    if (status !== 200) throw new Error(`the page was answered with ${status} ${JSON.stringify(snapshot)}`);
    const readAt = history.now();
    await delay(Math.random() * 500);
    return { snapshot, readAt };
  }

  await Promise.all(Array.from({ length: AT_A_TIME }, joinOneAfterTheOther));
  const [seconds, changes] = [(history.now() - began) / 1_000, acknowledged() - before];
  await Promise.all(desks.map((desk) => desk.stop()));
  const end = await readStore(history, urls[0] ?? '', slug);
  await Promise.all(toTheEnd.map((reader) => reader.finish(end)));
  const seen = history.subscribers.reduce((sum, { seen }) => sum + seen.length, 0);
  return { joins, resumed, changes, seconds, seen, anomalies: check(history, end) };
}

/** The address of a Redis at this port, to and from which everything takes a time that keeps changing. */
async function unevenLine(port: number): Promise<string> {
  const line = await tcpProxy({ host: '127.0.0.1', port });
  const changing = setInterval(() => {
    line.delayMs = Math.random() < 0.5 ? 0 : Math.random() * 40;
  }, 5);
  onTestFinished(() => clearInterval(changing));
  return `redis://127.0.0.1:${line.port}`;
}

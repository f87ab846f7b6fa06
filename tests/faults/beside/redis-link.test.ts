import { setTimeout as delay } from 'node:timers/promises';
import type { Problem } from '@slugline/client/protocol';
import type { Instance } from '../../helpers/instance.js';
import { type TcpProxy, tcpProxy } from '../../helpers/tcp-proxy.js';
import { check } from '../checker/check.js';
import { History } from '../checker/history.js';
import { createStory, startDesk } from '../desk.js';
import { faultRun, percentile } from '../fault-run.js';
import { readStore } from '../forms.js';
import { followStream } from '../plain-stream.js';
import { followStory } from '../recorder.js';
import { startSite } from '../site.js';

const SLUG = 'cut-off';
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;
type Cut = 'refused' | 'deaf' | 'mute' | 'black hole';

interface Trouble {
  readonly cut: Cut;
  readonly ms: number;
}

const KINDS: readonly Cut[] = ['refused', 'deaf', 'mute', 'black hole'];
/** A blip is over before anyone gives up; a longer one is told by readiness. */
const FULL: readonly Trouble[] = [
  ...KINDS.flatMap((cut) => [
    { cut, ms: 1_000 },
    { cut, ms: 12_000 },
  ]),
  { cut: 'black hole', ms: 60_000 },
];

faultRun(
  'an instance whose link to Redis is cut, half-open or in a black hole',
  { short: { troubles: [{ cut: 'black hole', ms: 4_000 }] as readonly Trouble[] }, full: { troubles: FULL } },
  async ({ troubles }, report) => {
    const history = new History();
    let link: TcpProxy | undefined;
    const site = await startSite(2, async (place, redis) => {
      if (place > 0) return redis.url;
      link = await tcpProxy(redis.url);
      return `redis://127.0.0.1:${link.port}`;
    });
    const [cutOff, well] = site.instances;
    if (cutOff === undefined || well === undefined || link === undefined) throw new Error('two instances are needed');
    await createStory(history, well.url, SLUG);
    const desks = [
      startDesk(history, { slug: SLUG, name: 'ada', seed: 1, urls: site.urls, everyMs: 50 }),
      startDesk(history, { slug: SLUG, name: 'ben', seed: 2, urls: () => [well.url], everyMs: 50 }),
      // Asks the one that is cut off only, and takes each answer as it comes.
      startDesk(history, { slug: SLUG, name: 'cleo', seed: 3, urls: () => [cutOff.url], everyMs: 50, tries: 1 }),
    ];
    const readers = [cutOff, well].flatMap(({ url }, place) =>
      TRANSPORTS.map((transport) => {
        const name = `${transport} of instance ${place}`;
        return followStory(history, { url, slug: SLUG, name, transports: [transport] });
      }),
    );
    const stream = followStream(history, { url: cutOff.url, slug: SLUG, name: 'plain stream' });
    await Promise.all([...readers.map((reader) => reader.live()), stream.reaches(1, 10_000)]);
    const acknowledged = () => Math.max(...desks.map((desk) => desk.acknowledged));

    const unready: number[] = [];
    const ready: number[] = [];
    const repaired: number[] = [];
    const refusals: number[] = [];
    for (const { cut, ms } of troubles) {
      report.progress(`${cut} for ${ms / 1_000} s, at change ${acknowledged()}`);
      const restore = strike(link, cut);
      const over = delay(ms);
      if (ms > 3_000) {
        unready.push(await untilReadiness(cutOff, 503, ms));
        refusals.push(...(await refusedWithin(cutOff, history)));
      }
      await over;
      restore();
      const restoredAt = history.now();
      ready.push(await untilReadiness(cutOff, 200, 20_000));
      const bar = acknowledged();
      await stream.reaches(bar, 20_000);
      repaired.push(history.now() - restoredAt);
      // Those who poll have been sent away meanwhile, and come back in their own time.
      await Promise.all(readers.map((reader) => reader.reaches(bar, 60_000)));
    }

    await Promise.all(desks.map((desk) => desk.stop()));
    const end = await readStore(history, well.url, SLUG);
    await stream.reaches(end.position.seq, 10_000);
    stream.log.toTheEnd = true;
    await Promise.all(readers.map((reader) => reader.finish(end)));
    report.figure('troubles', troubles.length);
    report.figure('changes', end.position.seq);
    report.figure(
      'unknown commands',
      desks.reduce((sum, { counts }) => sum + counts.unknown, 0),
    );
    report.figure('not ready after, worst', percentile(unready, 100), 'ms', { most: 2_500 });
    report.figure('commands refused', refusals.length);
    report.figure('within, worst', percentile(refusals, 100), 'ms', { most: 2_500 });
    report.figure('ready again after, worst', percentile(ready, 100), 'ms', { most: 5_000 });
    report.figure('stream repaired after, worst', percentile(repaired, 100), 'ms', { most: 5_000 });
    report.anomalies(check(history, end));
  },
);

function strike(link: TcpProxy, cut: Cut): () => void {
  if (cut === 'refused') {
    link.refusing = true;
    link.reset();
    return () => {
      link.refusing = false;
    };
  }
  link.turn(cut);
  return () => link.turn('pass');
}

/** Milliseconds until the instance answers its probe so. */
async function untilReadiness({ url }: Instance, status: number, withinMs: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
    await answer.body?.cancel();
    const took = performance.now() - began;
    if (answer.status === status) return took;
    if (took > withinMs) throw new Error(`waited ${withinMs} ms for ${url} to answer its probe with ${status}`);
    await delay(50);
  }
}

/** Publishes where it cannot be done, and answers how long it took to be told so. */
async function refusedWithin({ api }: Instance, history: History): Promise<readonly number[]> {
  const times: number[] = [];
  for (let count = 1; count <= 3; count += 1) {
    const sentAt = history.now();
    const text = `into the dark ${Math.round(sentAt)}`;
    const { status, body } = await api.request<Problem>('POST', `/v1/stories/${SLUG}/entries`, {
      body: { headline: text },
    });
    const answeredAt = history.now();
    if (status !== 503 || body.code !== 'store_unavailable' || !body.retryable) {
      throw new Error(`publishing without a store was answered with ${status} ${JSON.stringify(body)}`);
    }
    history.commands.push({ by: 'the run', sentAt, answeredAt, outcome: 'unknown', text });
    times.push(answeredAt - sentAt);
  }
  return times;
}

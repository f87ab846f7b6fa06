import { setTimeout as delay } from 'node:timers/promises';
import type { TransportName } from '@slugline/client';
import { check } from '../checker/check.js';
import { History } from '../checker/history.js';
import { createStory, startDesk } from '../desk.js';
import { faultRun, percentile } from '../fault-run.js';
import { readStore } from '../forms.js';
import { followStory, type Recorder } from '../recorder.js';
import { startSite, type Way } from '../site.js';

const SLUG = 'storm-on-the-line';
/** `mute` is for those who must be heard: to a stream that only listens nothing is missing. */
type Cut = 'reset' | 'deaf' | 'mute' | 'black hole';
/** Of each kind of reader a fourth; the last may go down the ladder. */
const KINDS: readonly (readonly TransportName[])[] = [['socket'], ['sse'], ['poll'], ['socket', 'sse', 'poll']];
/** Milliseconds that a link holds before it is cut, so that each cut is a first one to the SDK; and up to as much more. */
const HELD_MS = 5_100;
const SPREAD_MS = 1_000;
const BLACK_HOLE_MS = 60_000;

interface Size {
  readonly readers: number;
  readonly cuts: number;
  /** Every so many cuts one is silent: half-open or a black hole, in turn. 0: none. */
  readonly silentEvery: number;
  readonly heldMs: number;
}

faultRun<Size>(
  'links cut, half-open and in black holes, their readers coming back on another instance',
  {
    short: { readers: 16, cuts: 2, silentEvery: 0, heldMs: 300 },
    full: { readers: 200, cuts: 50, silentEvery: 8, heldMs: HELD_MS },
    fullMs: 800_000,
  },
  async ({ readers, cuts, silentEvery, heldMs }, report) => {
    const history = new History();
    const site = await startSite(3);
    await createStory(history, site.urls()[0] ?? '', SLUG);
    const desks = ['ada', 'ben'].map((name, seed) =>
      startDesk(history, { slug: SLUG, name, seed, urls: site.urls, everyMs: 2_000 }),
    );
    const followers = await Promise.all(
      Array.from({ length: readers }, async (_, at) => {
        const way = await site.way(at);
        const transports = KINDS[at % KINDS.length] ?? [];
        const name = `${transports.join(' or ')} ${at}`;
        return { way, reader: followStory(history, { url: way.proxy.url, slug: SLUG, name, transports }) };
      }),
    );
    await Promise.all(followers.map(({ reader }) => reader.live()));

    const acknowledged = () => Math.max(...desks.map((desk) => desk.acknowledged));
    const caughtUp: number[] = [];
    /** From the cut to being up to date. */
    const all: Record<Cut, number[]> = { reset: [], deaf: [], mute: [], 'black hole': [] };
    let done = 0;

    async function endure(way: Way, reader: Recorder, at: number): Promise<void> {
      for (let cut = 1; cut <= cuts; cut += 1) {
        const kind = silentEvery > 0 && cut % silentEvery === 0 ? silence(reader, at + cut / silentEvery) : 'reset';
        // A link that falls silent has held for long by the time that anyone notices.
        await delay((kind === 'reset' ? heldMs : 0) + Math.random() * SPREAD_MS);
        const linked = way.nextLink();
        const cutAt = history.now();
        strike(way, kind);
        // Who polls may ask on more than one link that `fetch` kept and that is dead by now, up to 25 s on each.
        await within(90_000, linked, `${reader.name} to notice a cut (${kind})`);
        const bar = acknowledged();
        await reader.live(40_000);
        await reader.reaches(bar, 40_000);
        // The link that brought it: Node's fetch may have tried others first, dead ones that it kept among them.
        caughtUp.push(history.now() - way.linkedAt);
        all[kind].push(history.now() - cutAt);
        done += 1;
        report.progress(`${done} of ${readers * cuts} cuts, at change ${acknowledged()}`);
      }
    }

    await Promise.all(followers.map(({ way, reader }, at) => endure(way, reader, at)));
    report.progress('all cuts done');
    await Promise.all(desks.map((desk) => desk.stop()));
    const end = await readStore(history, site.urls()[0] ?? '', SLUG);
    await Promise.all(followers.map(({ reader }) => reader.finish(end)));
    report.progress('all readers finished');
    report.figure('readers', readers);
    report.figure('cuts', done);
    report.figure('changes', end.position.seq);
    for (const [kind, times] of Object.entries(all)) {
      if (times.length > 0) report.figure(`${kind} (${times.length}) to up to date, p99`, percentile(times, 99), 'ms');
    }
    report.figure('new link to up to date, p50', percentile(caughtUp, 50), 'ms');
    report.figure('p99', percentile(caughtUp, 99), 'ms', { most: 2_000 });
    report.figure('worst', percentile(caughtUp, 100), 'ms');
    report.anomalies(check(history, end));
  },
);

function silence(reader: Recorder, turn: number): Cut {
  if (turn % 2 === 0) return 'black hole';
  return turn % 4 === 1 || reader.story.transport === 'sse' ? 'deaf' : 'mute';
}

function strike({ proxy }: Way, cut: Cut): void {
  if (cut === 'reset') proxy.reset();
  else {
    const again = proxy.turnOpen(cut);
    // What was on its way comes out of the hole long after its reader has gone on elsewhere.
    setTimeout(again, BLACK_HOLE_MS).unref();
  }
}

async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  const timer = new AbortController();
  const late = delay(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`waited ${ms} ms for ${what}`);
  });
  late.catch(() => undefined);
  return Promise.race([promise, late]).finally(() => timer.abort());
}

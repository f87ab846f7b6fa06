import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Instance, startInstance } from '../../helpers/instance.js';
import { directoryForTest } from '../../helpers/server.js';
import { attackByPolling } from '../../hostile/frames/attack-polling.js';
import { attackByWebSocket } from '../../hostile/frames/attack-websocket.js';
import { Dice } from '../../hostile/frames/dice.js';
import { check } from '../checker/check.js';
import { History } from '../checker/history.js';
import { createStory, startDesk } from '../desk.js';
import { faultRun } from '../fault-run.js';
import { readStore } from '../forms.js';
import { COLLECTABLE, collectGarbage } from '../garbage.js';
import { followStory } from '../recorder.js';

const SLUG = 'under-siege';
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;
/** Hostile connections at a time. */
const AT_A_TIME = 24;
/** Every so manieth connection comes over long polling, and every so manieth of those is left behind as it is. */
const POLLING = 40;
const ABANDONED = 10;
/** Share of the frames after which memory is looked at for the first time: by then code is warm and pools are made. */
const WARM = 0.25;
/** Milliseconds in which all that the hostile had open is to be gone: more than a silent session is given. */
const GONE_WITHIN = 60_000;

faultRun(
  'malformed frames',
  {
    short: { frames: 1_000, seed: 1, leaves: false },
    full: { frames: 100_000, seed: Date.now() % 1_000_000, leaves: true },
    givesWay: true,
  },
  async ({ frames, seed, leaves }, report) => {
    const history = new History();
    const instance = await startInstance({
      env: { DATA_DIR: await directoryForTest(), LOG_LEVEL: 'error', ...COLLECTABLE },
    });
    const { url } = instance;
    await createStory(history, url, SLUG);
    const desk = startDesk(history, { slug: SLUG, name: 'the desk', urls: () => [url], everyMs: 100 });
    const readers = TRANSPORTS.map((transport) =>
      followStory(history, { url, slug: SLUG, name: transport, transports: [transport] }),
    );
    await Promise.all(readers.map((reader) => reader.live()));
    const atFirst = await usageOf(instance);

    const dice = new Dice(seed);
    let sent = 0;
    let attacks = 0;
    let closed = 0;
    async function attackUntil(most: number): Promise<void> {
      while (sent < most) {
        attacks += 1;
        const byPolling = attacks % POLLING === 0;
        const own = new Dice(dice.int(0, 2 ** 31));
        const attack = byPolling
          ? attackByPolling(url, SLUG, own, leaves && attacks % (POLLING * ABANDONED) === 0)
          : attackByWebSocket(url, SLUG, own);
        const { frames: more, wasClosed } = await attack;
        sent += more;
        if (wasClosed) closed += 1;
        report.progress(`${sent} of ${frames} frames over ${attacks} connections`);
      }
    }
    const siege = (most: number) => Promise.all(Array.from({ length: AT_A_TIME }, () => attackUntil(most)));

    report.figure('seed', seed);
    await siege(Math.round(frames * WARM));
    const warm = await settled(instance, atFirst.connections);
    await siege(frames);
    const after = await settled(instance, atFirst.connections);

    await desk.stop();
    const end = await readStore(history, url, SLUG);
    await Promise.all(readers.map((reader) => reader.finish(end)));
    expect(
      instance.said().replace(/^Slugline listens on .*\n|^Ctrl-C stops it\.\n/gm, ''),
      'what the server logged',
    ).toBe('');
    report.figure('frames', sent, undefined, { least: frames });
    report.figure('connections', attacks);
    report.figure('closed for it', closed);
    report.figure('changes meanwhile', end.position.seq);
    report.figure('memory in use more', (after.inUse - warm.inUse) / 2 ** 20, 'MiB', { most: 8 });
    report.figure('resident more', (after.resident - warm.resident) / 2 ** 20, 'MiB', { most: 64 });
    report.figure('file descriptors more', after.files - warm.files, undefined, { most: 4 });
    report.figure('connections more', after.connections - atFirst.connections, undefined, { most: 0 });
    report.anomalies(check(history, end));
  },
);

/** What one instance holds. */
interface InstanceUsage {
  /** Bytes that V8 has given out, and those of buffers: what a leak is seen by. */
  readonly inUse: number;
  /** Bytes that are resident; how many of them are only kept for later depends on what else the machine does. */
  readonly resident: number;
  readonly files: number;
  /** Readers who are connected, at all doors. */
  readonly connections: number;
}

async function usageOf({ api }: Instance): Promise<InstanceUsage> {
  const { body } = await api.get<string>('/metrics');
  const sumOf = (metric: string): number =>
    [...body.matchAll(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
  return {
    inUse: sumOf('nodejs_heap_size_used_bytes') + sumOf('nodejs_external_memory_bytes'),
    resident: sumOf('process_resident_memory_bytes'),
    files: sumOf('process_open_fds'),
    connections: sumOf('slugline_connections'),
  };
}

/** What is held when the hostile are gone. A reader that polls is between two polls now and then. */
async function settled(instance: Instance, connections: number): Promise<InstanceUsage> {
  const until = performance.now() + GONE_WITHIN;
  for (;;) {
    const usage = await usageOf(instance);
    if (usage.connections <= connections) {
      await collectGarbage(instance.pid);
      return usageOf(instance);
    }
    if (performance.now() > until) throw new Error(`${usage.connections} connections are open, of ${connections}`);
    await delay(100);
  }
}

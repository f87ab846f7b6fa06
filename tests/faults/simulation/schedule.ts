import fc from 'fast-check';
import { VirtualTime } from '../../helpers/virtual-time.js';
import { check } from '../checker/check.js';
import { commands, newReader, open, type Sketch } from './commands.js';
import { connectionsNow } from './instance.js';
import type { ReaderOptions } from './reader.js';
import { World } from './world.js';

/** Where every schedule begins, so that it goes the same way on every day. */
const START = Date.UTC(2026, 2, 1, 9);
/** Entries that the story has before anyone comes. */
const ENTRIES = 2;
/** Milliseconds within which a reader that is live and well connected shows what the store has. */
const PROMISE = 5_000;
/** Milliseconds within which everyone is back, whatever came before: silences, failed tries and their pauses. */
const ALL_BACK = 240_000;
/** Milliseconds after which the last reader is known to be gone, and its feed closed. */
const ALL_GONE = 95_000;

type Commands = ReturnType<typeof commands> extends fc.Arbitrary<infer Value> ? Value : never;

export interface ScheduleParts {
  readonly scheduler: fc.Scheduler;
  readonly commands: Commands;
  readonly readers: readonly (ReaderOptions & { readonly at: number })[];
  readonly instances: number;
  readonly pollAbove: number;
  readonly seed: number;
}

export const schedules = (replayPath?: string): fc.Arbitrary<ScheduleParts> =>
  fc.record({
    scheduler: fc.scheduler(),
    commands: commands(replayPath),
    readers: fc.array(newReader, { minLength: 1, maxLength: 3 }),
    instances: fc.integer({ min: 1, max: 3 }),
    pollAbove: fc.constantFrom(0, 0, 0, 2),
    seed: fc.nat(),
  });

/** What happened in a schedule, to be added up over many. */
export interface ScheduleFigures {
  readonly turns: number;
  readonly changes: number;
  readonly steps: number;
  readonly resets: number;
}

/**
 * Runs one schedule from its beginning until all is well again. Throws what broke a promise.
 *
 * @param trace takes a line for each turn.
 */
export async function runSchedule(parts: ScheduleParts, trace?: string[]): Promise<ScheduleFigures> {
  const { scheduler, commands: given, readers, ...options } = parts;
  const time = new VirtualTime(START);
  const before = await connectionsNow();
  const giveBack = time.install();
  const { random } = Math;
  try {
    const world = new World(scheduler, time, trace === undefined ? options : { ...options, trace });
    Math.random = world.random;
    await begin(world);
    for (const reader of readers) open(world, reader);
    const sketch: Sketch = { entries: ENTRIES, readers: readers.length, hasCopy: false };
    await fc.asyncModelRun(() => ({ model: sketch, real: world }), given);
    await settle(world);
    const resets = world.readers.reduce((sum, { witness }) => sum + witness.resets, 0);
    await end(world, before);
    return {
      turns: world.turns.taken,
      changes: world.stream.seqs.public,
      steps: world.history.subscribers.reduce((sum, { seen }) => sum + seen.length, 0),
      resets,
    };
  } finally {
    Math.random = random;
    giveBack();
  }
}

async function begin(world: World): Promise<void> {
  const link = world.instances[0]?.link;
  if (link === undefined) throw new Error('there is no instance');
  for (const to of ['create', ...Array.from({ length: ENTRIES }, () => 'publish' as const)] as const) {
    const done = world.desk.order({ to }, link);
    await world.turns.pass(1_000, 'prompt');
    await done;
  }
}

/** The weather clears up: whatever was away is back, and then everyone must have everything, in time. */
async function settle(world: World): Promise<void> {
  const { turns } = world;
  const steady = new Set(world.readers.filter(({ story, device }) => story.status === 'live' && device.isSound));
  for (const reader of steady) reader.story.on('status', () => steady.delete(reader));
  for (const instance of world.instances) {
    instance.start();
    if (instance.link !== undefined) Object.assign(instance.link, { mode: 'there', bell: 'rings' });
  }
  for (const { device } of world.readers) device.mend();
  await turns.giveAll();
  await turns.pass(PROMISE, 'prompt');
  for (const reader of steady) hold(world, reader, `after ${PROMISE} ms of a good link`);

  const wrong = () => world.readers.filter((reader) => world.wrongWith(reader) !== undefined);
  for (let waited = 0; wrong().length > 0 && waited < ALL_BACK; waited += 1_000) await turns.pass(1_000, 'prompt');
  // Once more, after all that may still have been on its way.
  for (const reader of wrong()) hold(world, reader, `after ${ALL_BACK} ms`);
  await turns.pass(PROMISE, 'prompt');
  for (const reader of world.readers) hold(world, reader, 'in the end');
  if (world.desk.underWay > 0) world.complain(`${world.desk.underWay} orders wait for ever`);
  mustBeWell(world);
}

function hold(world: World, reader: World['readers'][number], when: string): void {
  const wrong = world.wrongWith(reader);
  if (wrong !== undefined) world.complain(`${reader.device.name}, ${when}: ${wrong}`);
}

/** All leave, and nothing may be left of them. */
async function end(world: World, before: ReadonlyMap<string, number>): Promise<void> {
  const { turns } = world;
  for (const { story, witness } of world.readers) if (story.status === 'live') witness.finish(story);
  // What is common to all fault runs knows of no epoch that goes on from another.
  const found = world.isOneEpoch
    ? check(world.history, world.end, { withdrawnWithinMs: Number.POSITIVE_INFINITY })
    : [];
  for (const { name, who, what } of found) world.complain(`${name}: ${who}: ${what}`);
  for (const reader of [...world.readers]) world.close(reader);
  await turns.pass(ALL_GONE, 'prompt');
  if (world.subscriptions > 0) world.complain(`${world.subscriptions} feeds are open without readers`);
  const stopped = Promise.all(world.instances.map((instance) => instance.stop()));
  await turns.pass(PROMISE, 'prompt');
  await stopped;
  if (turns.time.pending > 0) world.complain(`${turns.time.pending} timers are left`);
  if (turns.waiting > 0) world.complain(`${turns.waiting} wait for a turn that changes nothing`);
  for (const [transport, connections] of await connectionsNow()) {
    const left = connections - (before.get(transport) ?? 0);
    if (left !== 0) world.complain(`${left} connections by ${transport} are left`);
  }
  mustBeWell(world);
}

function mustBeWell({ complaints }: World): void {
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
}

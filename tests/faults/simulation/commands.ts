import fc, { type AsyncCommand } from 'fast-check';
import type { TransportName } from '../../../client-sdk/transport/transport.js';
import type { Order } from './desk.js';
import type { Instance } from './instance.js';
import type { Reader, ReaderOptions, Who } from './reader.js';
import type { Bell, StoreMode } from './store-link.js';
import type { Pace } from './turns.js';
import type { World } from './world.js';

/** As much of the world as tells which commands make sense. */
export interface Sketch {
  /** Publications that were ordered. */
  entries: number;
  readers: number;
  hasCopy: boolean;
}

type Command = AsyncCommand<Sketch, World>;

/** Readers at a time: more take time and show nothing new. */
const READERS_MOST = 5;

class Act implements Command {
  readonly #name: string;
  readonly #makesSense: (sketch: Sketch) => boolean;
  readonly #act: (world: World, sketch: Sketch) => void | Promise<void>;

  constructor(
    name: string,
    makesSense: (sketch: Sketch) => boolean,
    act: (world: World, sketch: Sketch) => void | Promise<void>,
  ) {
    this.#name = name;
    this.#makesSense = makesSense;
    this.#act = act;
  }

  check(sketch: Readonly<Sketch>): boolean {
    return this.#makesSense(sketch);
  }

  async run(sketch: Sketch, world: World): Promise<void> {
    world.turns.say(`— ${this.#name}`);
    await this.#act(world, sketch);
    await world.turns.give(0);
    if (world.complaints.length > 0) throw new Error(world.complaints.join('\n'));
  }

  toString(): string {
    return this.#name;
  }
}

const always = (): boolean => true;
const anything = fc.nat({ max: 30 });

/** One of them, as long as there are any. */
function pick<T>(list: readonly T[], number: number): T | undefined {
  return list[number % Math.max(1, list.length)];
}

function onDesk(name: string, isFirst: boolean, orderOf: (world: World, which: number) => Order | undefined) {
  return fc.tuple(anything, anything).map(
    ([which, at]) =>
      new Act(
        `${name} ${which} by ${at}`,
        ({ entries }) => isFirst || entries > 0,
        (world, sketch) => {
          const instance = pick(world.instances, at);
          const order = orderOf(world, which);
          if (order === undefined || instance?.link === undefined) return;
          if (order.to === 'publish') sketch.entries += 1;
          world.desk.order(order, instance.link).catch((error: unknown) => world.complain(String(error)));
        },
      ),
  );
}

const entryOf = (world: World, which: number): string | undefined =>
  pick(
    [...world.stream.objects.desk.keys()].filter((id) => !id.startsWith('@')),
    which,
  );

const onEntry = (to: 'edit' | 'note' | 'correct' | 'release' | 'pin' | 'unpin') =>
  onDesk(to, false, (world, which) => {
    const id = entryOf(world, which);
    return id === undefined ? undefined : { to, id };
  });

const withdrawal = onDesk('withdraw', false, (world, which) => {
  const id = entryOf(world, which >> 1);
  return id === undefined ? undefined : { to: 'withdraw', id, status: which % 2 === 0 ? 'withheld' : 'canceled' };
});

const retry = anything.map(
  (at) =>
    new Act(`retry by ${at}`, always, (world) => {
      const link = pick(world.instances, at)?.link;
      if (link !== undefined) world.desk.retry(link).catch((error: unknown) => world.complain(String(error)));
    }),
);

function onInstance(name: string, act: (instance: Instance, sketch: Sketch) => void | Promise<void>) {
  return anything.map(
    (at) =>
      new Act(`${name} ${at}`, always, (world, sketch) => {
        const instance = pick(world.instances, at);
        if (instance !== undefined) return act(instance, sketch);
      }),
  );
}

function onReader(name: string, act: (reader: Reader, world: World, sketch: Sketch) => void) {
  return anything.map(
    (which) =>
      new Act(
        `${name} ${which}`,
        ({ readers }) => readers > 0,
        (world, sketch) => {
          const reader = pick(world.readers, which);
          if (reader !== undefined) act(reader, world, sketch);
        },
      ),
  );
}

const TRANSPORTS: readonly (readonly TransportName[])[] = [
  ['socket'],
  ['sse'],
  ['poll'],
  ['socket', 'sse', 'poll'],
  ['sse', 'poll'],
];

/** A reader, and which instance it comes to first. */
export const newReader = fc.record({
  transports: fc.constantFrom(...TRANSPORTS),
  limit: fc.constantFrom(1, 3, 30),
  who: fc.constantFrom<Who>('anyone', 'anyone', 'anyone', 'member', 'desk'),
  at: anything,
});

export function open(world: World, { at, ...options }: ReaderOptions & { readonly at: number }): void {
  const instance = pick(world.instances, at);
  if (instance !== undefined) world.open(options, instance);
}

const openReader = newReader.map(
  (reader) =>
    new Act(
      `open a reader ${JSON.stringify(reader)}`,
      ({ readers }) => readers < READERS_MOST,
      (world, sketch) => {
        sketch.readers += 1;
        open(world, reader);
      },
    ),
);

/** Several editors at the same moment, most of them with the same few entries. */
const rush = fc.array(fc.tuple(fc.nat({ max: 3 }), anything, anything), { minLength: 2, maxLength: 6 }).map(
  (orders) =>
    new Act(
      `rush ${orders.join(' ')}`,
      ({ entries }) => entries > 0,
      (world, sketch) => {
        for (const [what, which, at] of orders) {
          const link = pick(world.instances, at)?.link;
          const id = entryOf(world, which % 3);
          if (link === undefined || id === undefined) continue;
          sketch.entries += what === 0 ? 1 : 0;
          const order: Order = what === 0 ? { to: 'publish' } : { to: what === 1 ? 'correct' : 'edit', id };
          world.desk.order(order, link).catch((error: unknown) => world.complain(String(error)));
        }
      },
    ),
);

const moving = fc.tuple(anything, anything).map(
  ([which, at]) =>
    new Act(
      `send reader ${which} to ${at}`,
      ({ readers }) => readers > 0,
      (world) => {
        const reader = pick(world.readers, which);
        const instance = pick(world.instances, at);
        if (reader === undefined || instance === undefined) return;
        reader.device.instance = instance;
        reader.device.cut();
      },
    ),
);

const revoking = fc
  .constantFrom('member' as const, 'desk' as const)
  .map((key) => new Act(`revoke the key of ${key}`, always, (world) => world.access.revoke(key)));

const storeMode = fc.tuple(anything, fc.constantFrom<StoreMode>('there', 'away', 'mute')).map(
  ([at, mode]) =>
    new Act(`the store is ${mode} to ${at}`, always, (world) => {
      const link = pick(world.instances, at)?.link;
      if (link !== undefined) link.mode = mode;
    }),
);

const bell = fc.tuple(anything, fc.constantFrom<Bell>('rings', 'lost', 'twice')).map(
  ([at, fate]) =>
    new Act(`the bell of ${at}: ${fate}`, always, (world) => {
      const link = pick(world.instances, at)?.link;
      if (link !== undefined) link.bell = fate;
    }),
);

const restoring = fc.boolean().map(
  (isNewEpoch) =>
    new Act(
      `restore the copy${isNewEpoch ? ' under new epochs' : ''}`,
      ({ hasCopy }) => hasCopy,
      (world) => world.restore(isNewEpoch),
    ),
);

const restarting = fc
  .constantFrom(0, 0, 1, 2, 4)
  .map((lost) => new Act(`start the store again without its last ${lost}`, always, (world) => world.restart(lost)));

const turns = fc
  .integer({ min: 1, max: 12 })
  .map((most) => new Act(`${most} turns`, always, (world) => world.turns.give(most)));

const time = fc
  .tuple(
    fc.constantFrom(5, 31, 120, 600, 2_100, 6_000, 26_000, 70_000),
    fc.constantFrom<Pace>('prompt', 'slow', 'stuck'),
  )
  .map(([ms, pace]) => new Act(`${ms} ms go by, ${pace}`, always, (world) => world.turns.pass(ms, pace)));

/** What may happen, the likelier the more often it stands here. */
const WEIGHTED: readonly { readonly arbitrary: fc.Arbitrary<Command>; readonly weight: number }[] = [
  { weight: 14, arbitrary: turns },
  { weight: 9, arbitrary: time },
  { weight: 8, arbitrary: onDesk('publish', true, () => ({ to: 'publish' })) },
  { weight: 5, arbitrary: rush },
  { weight: 5, arbitrary: onEntry('edit') },
  { weight: 2, arbitrary: onEntry('correct') },
  { weight: 1, arbitrary: onEntry('note') },
  { weight: 5, arbitrary: withdrawal },
  { weight: 2, arbitrary: onEntry('release') },
  { weight: 2, arbitrary: onEntry('pin') },
  { weight: 1, arbitrary: onEntry('unpin') },
  { weight: 1, arbitrary: onDesk('headline', true, () => ({ to: 'headline' })) },
  {
    weight: 2,
    arbitrary: onDesk('show', true, (_, which) => ({ to: 'show', visibility: which % 2 === 0 ? 'private' : 'public' })),
  },
  { weight: 1, arbitrary: retry },
  { weight: 1, arbitrary: revoking },
  { weight: 4, arbitrary: bell },
  { weight: 2, arbitrary: storeMode },
  { weight: 1, arbitrary: fc.constant(new Act('copy the store', always, copyStore)) },
  { weight: 1, arbitrary: restoring },
  { weight: 2, arbitrary: restarting },
  { weight: 1, arbitrary: onInstance('crash', (instance) => instance.crash(false)) },
  { weight: 1, arbitrary: onInstance('crash silently', (instance) => instance.crash(true)) },
  { weight: 1, arbitrary: onInstance('stop', (instance) => void instance.stop()) },
  { weight: 2, arbitrary: onInstance('start', (instance) => instance.start()) },
  { weight: 4, arbitrary: openReader },
  {
    weight: 2,
    arbitrary: onReader('close reader', (reader, world, sketch) => {
      sketch.readers -= 1;
      world.close(reader);
    }),
  },
  { weight: 3, arbitrary: moving },
  { weight: 3, arbitrary: onReader('cut reader', ({ device }) => device.cut()) },
  { weight: 2, arbitrary: onReader('a hole for reader', ({ device }) => device.enterHole()) },
  { weight: 2, arbitrary: onReader('stall reader', ({ device }) => device.stall()) },
  { weight: 3, arbitrary: onReader('mend reader', ({ device }) => device.mend()) },
  { weight: 1, arbitrary: onReader('wake reader', (reader) => reader.wake()) },
  {
    weight: 2,
    arbitrary: onReader('load older for reader', ({ story }) => void story.loadOlder().catch(() => undefined)),
  },
  { weight: 2, arbitrary: onReader('trim reader', ({ story, options }) => story.trim(options.limit)) },
];

function copyStore(world: World, sketch: Sketch): void {
  sketch.hasCopy = true;
  world.copy();
}

const all = WEIGHTED.flatMap(({ arbitrary, weight }) => Array.from({ length: weight }, () => arbitrary));

/** @param replayPath what fast-check said of the commands of a run that is to be had again. */
export const commands = (replayPath?: string) =>
  fc.commands(all, { maxCommands: 60, size: 'max', ...(replayPath === undefined ? {} : { replayPath }) });

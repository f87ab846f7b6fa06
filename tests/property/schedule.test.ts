import type { DeskEntry } from '@slugline/client/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '../../server/errors.js';
import { startOutboxRelay } from '../../server/live/outbox-relay.js';
import { createLogger } from '../../server/logger.js';
import { startSchedule } from '../../server/schedule/schedule.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { createStory } from '../../server/story/create-story.js';
import type { CommandContext, Decision } from '../../server/story/decision.js';
import { editEntry } from '../../server/story/edit.js';
import { moveEntry } from '../../server/story/move.js';
import { publishEntry } from '../../server/story/publish.js';
import { createStoryRequest, parseInput, publishRequest } from '../../server/story/requests.js';
import { deskEntry, deskStory } from '../../server/story/stored.js';
import { releaseEntry, withdrawEntry } from '../../server/story/withdraw.js';
import { dueAt } from '../../server/story/workflow-rules.js';
import { ModelStore, modelBase } from '../helpers/model-store.js';
import { quiet, VirtualTime } from '../helpers/virtual-time.js';

const SLUG = 'on-time';
const START = Date.UTC(2026, 2, 1, 9);

/** What the desk asks for. */
type Order =
  | { readonly do: 'write'; readonly inMs: number; readonly embargoMs: number | undefined }
  | { readonly do: 'set the time' | 'set the embargo'; readonly entry: number; readonly timeInMs: number | null }
  | { readonly do: 'take off' | 'hold' | 'release' | 'publish'; readonly entry: number };

type Step =
  | { readonly order: Order }
  | { readonly waitMs: number }
  | { readonly start: number }
  | { readonly kill: number }
  | { readonly deafForMs: number }
  | { readonly awayForMs: number };

const inMs = fc.integer({ min: 1, max: 6_000 });
const entry = fc.nat(9);
const order: fc.Arbitrary<Order> = fc.oneof(
  fc.record({ do: fc.constant('write' as const), inMs, embargoMs: fc.option(inMs, { nil: undefined }) }),
  fc.record({
    do: fc.constantFrom('set the time' as const, 'set the embargo' as const),
    entry,
    timeInMs: fc.option(inMs, { nil: null }),
  }),
  fc.record({
    do: fc.constantFrom('take off' as const, 'hold' as const, 'release' as const, 'publish' as const),
    entry,
  }),
);
const deskSteps: fc.Arbitrary<Step>[] = [fc.record({ order }), fc.record({ waitMs: inMs })];
const faults: fc.Arbitrary<Step>[] = [
  fc.record({ start: fc.nat(1) }),
  fc.record({ kill: fc.nat(1) }),
  fc.record({ deafForMs: inMs }),
  fc.record({ awayForMs: inMs }),
];

/** The desk, two instances that come and go, and the store that they share, on a clock that the test holds. */
class Newsroom {
  readonly time = new VirtualTime(START);
  readonly ids: string[] = [];
  /** Ids of entries as readers were told that they are published. */
  readonly told: string[] = [];
  readonly #base = modelBase(() => 'epoch-0001');
  readonly #desk = new ModelStore(this.#base);
  readonly #running = new Map<number, { readonly store: ModelStore; readonly close: () => Promise<unknown> }>();
  #deafUntil = 0;
  #awayUntil = 0;

  async open(): Promise<void> {
    const input = parseInput(createStoryRequest, { slug: SLUG, headline: 'H' });
    await this.#commit(createStory(input, this.#context));
    await this.#desk.onCommitted(SLUG, 'public', ({ changes }) => {
      for (const { objectId, json } of changes) if (json.includes('"entry.published"')) this.told.push(objectId);
    });
    for (const at of [0, 1]) this.start(at);
    await this.waitUntil(this.time.now);
  }

  start(at: number): void {
    if (this.#running.has(at)) return;
    const logger = createLogger('silent');
    const own = new ModelStore(this.#base);
    const store = this.#link(own);
    const schedule = startSchedule({ store, logger });
    const relay = startOutboxRelay({ store, logger, schedule });
    this.#running.set(at, { store: own, close: () => Promise.all([relay.close(), schedule.close()]) });
  }

  /** Its link to the store is gone before it can end anything that it had begun. */
  async kill(at: number): Promise<void> {
    const instance = this.#running.get(at);
    this.#running.delete(at);
    await instance?.store.close();
    await instance?.close();
  }

  async act(step: Step): Promise<void> {
    if ('start' in step) this.start(step.start);
    else if ('kill' in step) await this.kill(step.kill);
    else if ('deafForMs' in step) this.#deafUntil = this.time.now + step.deafForMs;
    else if ('awayForMs' in step) this.#awayUntil = this.time.now + step.awayForMs;
    else if ('waitMs' in step) await this.waitUntil(this.time.now + step.waitMs);
    else await this.#order(step.order).catch(refusal);
    await settled();
  }

  async #order(order: Order): Promise<void> {
    const header = (await this.#desk.head(SLUG, 'desk'))?.header;
    if (header === undefined) throw new Error('there is no story');
    const story = deskStory(header);
    if (order.do === 'write') {
      const embargo = order.embargoMs === undefined ? {} : { embargoedUntil: this.#in(order.embargoMs) };
      const id = `entry-${this.ids.length}`;
      const input = parseInput(publishRequest, { headline: id, publishAt: this.#in(order.inMs), ...embargo });
      await this.#commit(publishEntry(story, input, { ...this.#context, newId: () => id }));
      this.ids.push(id);
      return;
    }
    const id = this.ids[order.entry % Math.max(1, this.ids.length)];
    const object = id === undefined ? undefined : (await this.#desk.object(SLUG, 'desk', id))?.object;
    if (object === undefined) return;
    const current = deskEntry(object);
    const decide = (): Decision<DeskEntry> => {
      if ('timeInMs' in order) {
        const time = order.timeInMs === null ? null : this.#in(order.timeInMs);
        const edit = order.do === 'set the time' ? { publishAt: time } : { embargoedUntil: time };
        return editEntry(current, edit, this.#context);
      }
      if (order.do === 'hold') return withdrawEntry(story, current, { status: 'withheld' }, this.#context);
      if (order.do === 'release') return releaseEntry(current, this.#context);
      return moveEntry(story, current, { to: order.do === 'publish' ? 'published' : 'draft' }, this.#context);
    };
    await this.#commit(decide());
  }

  /** Goes on to a moment, by way of every timer that is due before it. */
  async waitUntil(moment: number): Promise<void> {
    await settled();
    for (let { next } = this.time; next !== undefined && next <= moment; { next } = this.time) {
      // What is due at one moment is under way at one moment.
      do this.time.fire();
      while (this.time.next === next);
      await settled();
    }
    this.time.moveTo(moment);
  }

  /** Every form that each entry ever had, oldest first. */
  async histories(): Promise<readonly (readonly DeskEntry[])[]> {
    const revisions = this.ids.map((id) => this.#desk.revisions(SLUG, id, { limit: 500 }));
    return (await Promise.all(revisions)).map((forms) => forms.map(deskEntry).reverse());
  }

  async close(): Promise<void> {
    const kills = [0, 1].map((at) => this.kill(at));
    await this.waitUntil(this.time.now + 60_000);
    await Promise.all(kills);
  }

  /** The store as an instance reaches it: for a while not at all, or without hearing what it announces. */
  #link(own: ModelStore): StoryStore {
    const onCommitted: StoryStore['onCommitted'] = (stream, edition, listener) =>
      own.onCommitted(stream, edition, (told) => {
        if (this.time.now >= this.#deafUntil) listener(told);
      });
    return new Proxy<StoryStore>(own, {
      get: (_target, name) => {
        if (name === 'onCommitted') return onCommitted;
        const member: unknown = Reflect.get(own, name, own);
        if (typeof member !== 'function') return member;
        if (name === 'now' || name === 'onOutbox') return member.bind(own);
        return async (...given: unknown[]): Promise<unknown> => {
          if (this.time.now < this.#awayUntil) throw new Failure('store_unavailable');
          return Reflect.apply(member, own, given);
        };
      },
    });
  }

  #in(ms: number): string {
    return new Date(this.time.now + ms).toISOString();
  }

  get #context(): CommandContext {
    const rights = { actor: { keyId: 'k', name: 'N' }, mayPublish: true, secondPerson: false };
    return { ...rights, now: this.#in(0), newId: () => 'none' };
  }

  async #commit({ expected, writes, outbox }: Decision<unknown>): Promise<void> {
    // Through an instance that is there, whose commits wake its relay, else as one that ended right after it.
    const [instance] = this.#running.values();
    const store = instance?.store ?? this.#desk;
    await store.commit({ stream: SLUG, at: this.#in(0), expected, writes, outbox });
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await quiet();
}

/** The desk may ask for what cannot be. */
function refusal(error: unknown): void {
  if (!(error instanceof Failure)) throw error;
}

interface Run {
  readonly steps: readonly Step[];
  /** How late one may go out that nobody changed after it was due. */
  readonly lateMost: number;
}

/** Lives through the steps, then lets an instance run until nothing is left to do, and looks at what every entry went through. */
async function live({ steps, lateMost }: Run): Promise<void> {
  const newsroom = new Newsroom();
  const giveBack = newsroom.time.install();
  try {
    await newsroom.open();
    for (const step of steps) await newsroom.act(step);
    newsroom.start(0);
    await newsroom.waitUntil(newsroom.time.now + 60_000);
    for (const forms of await newsroom.histories()) judge(forms, lateMost);
    expect(newsroom.told, 'one was told twice').toEqual([...new Set(newsroom.told)]);
  } finally {
    await newsroom.close();
    giveBack();
  }
}

function judge(forms: readonly DeskEntry[], lateMost: number): void {
  const what = JSON.stringify(forms, undefined, 1);
  const last = forms.at(-1);
  expect(last?.workflow === 'scheduled' && last.status === 'usable', `one was left behind: ${what}`).toBe(false);
  const at = forms.findIndex(({ workflow }) => workflow === 'published');
  if (at < 0) return;
  expect(forms.slice(at).every(({ workflow }) => workflow === 'published')).toBe(true);
  const [before, published] = [forms[at - 1], forms[at]];
  if (published === undefined) return;
  expect(new Set(forms.slice(at).map(({ publishedAt }) => publishedAt)).size, `twice: ${what}`).toBe(1);
  if (before === undefined) return;
  const { publishedAt, updatedBy } = published;
  expect(publishedAt >= (before.embargoedUntil ?? ''), `under embargo: ${what}`).toBe(true);
  if (updatedBy.keyId !== '@schedule') return;
  const due = dueAt(before);
  expect(due !== undefined && publishedAt >= due, `early, or unasked: ${what}`).toBe(true);
  const late = Date.parse(publishedAt) - Math.max(Date.parse(due ?? ''), Date.parse(before.updatedAt));
  expect(late, `late: ${what}`).toBeLessThanOrEqual(lateMost);
}

test('what is scheduled goes out once, not early, and in time, whatever the desk does to it meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(...deskSteps), { maxLength: 25 }), (steps) => live({ steps, lateMost: 50 })),
    { numRuns: 150 },
  );
});

test('the same, while instances come and go, the store is away, and nobody hears what is announced', async () => {
  const steps = fc.array(fc.oneof(...deskSteps, ...faults), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(steps, (taken) => live({ steps: taken, lateMost: Number.POSITIVE_INFINITY })),
    { numRuns: 150 },
  );
});

test('an instance that hears nothing of what another one planned before it died is in time all the same', async () => {
  await live({
    steps: [
      { deafForMs: 60_000 },
      { order: { do: 'write', inMs: 5_000, embargoMs: undefined } },
      { waitMs: 10 },
      { kill: 0 },
      { waitMs: 10_000 },
    ],
    lateMost: 1_000,
  });
});

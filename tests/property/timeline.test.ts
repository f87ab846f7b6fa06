import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatchUp, Change, EntryPage } from '../../client-sdk/protocol/change.js';
import type { Position } from '../../client-sdk/protocol/position.js';
import { fitOf, takeOlder } from '../../client-sdk/story/older-page.js';
import {
  EMPTY_TIMELINE,
  standingOf,
  type Timeline,
  type TimelineRules,
  takeCatchUp,
  takeChange,
  trim,
} from '../../client-sdk/story/timeline.js';

interface Header {
  readonly version: number;
}

interface Item {
  readonly id: string;
  readonly version: number;
  readonly publishedAt: string;
  /** Which form it is, whatever the version says. */
  readonly text: string;
}

type Line = Timeline<Header, Item>;

const RULES: TimelineRules<Item> = { shows: () => true, most: Number.POSITIVE_INFINITY, paged: true };

/** What a store holds after one commit. */
interface State {
  readonly header: Header;
  readonly headerSeq: number;
  readonly items: ReadonlyMap<string, { readonly item: Item; readonly seq: number }>;
}

const key = ({ publishedAt, id }: Item) => `${publishedAt}~${id}`;
const inOrder = (items: Iterable<Item>) => [...items].sort((a, b) => (key(a) < key(b) ? 1 : -1));
const itemsOf = (state: State) => inOrder([...state.items.values()].map(({ item }) => item));

/** A store that remembers how it looked after every commit, so that it can also answer as it would have then. */
class ModelStore {
  epoch = 'e0';
  /** By epoch; the index is `seq`. An epoch that branched off shares what came before. */
  readonly history = new Map<string, State[]>();
  /** By epoch: the one that it continues, and the last `seq` of that which is part of it. */
  readonly #continued = new Map<string, Position>();
  /** Said with the next change: the epoch in which whoever follows stands until then. */
  #turn: Pick<Change<Header, Item>, 'afterEpoch'> = {};
  #forms = 0;

  constructor() {
    this.history.set('e0', [{ header: { version: 0 }, headerSeq: 0, items: new Map() }]);
    this.editHeader();
  }

  get states(): State[] {
    return this.history.get(this.epoch) ?? [];
  }

  get seq(): number {
    return this.states.length - 1;
  }

  at(position: Position): State {
    const state = this.history.get(position.epoch)?.[position.seq];
    if (state === undefined) throw new Error(`The store never stood at ${position.epoch}:${position.seq}`);
    return state;
  }

  publish(place: number): Change<Header, Item> {
    const id = `i${this.#forms}`;
    return this.#write({ id, version: 1, publishedAt: place.toString().padStart(3, '0'), text: this.#form() });
  }

  /** An edit leaves an entry in its place, but a desk may move what is not published yet. */
  edit(which: number, moveTo: number | undefined): Change<Header, Item> {
    const all = itemsOf(this.at(this.head()));
    const old = all[which % all.length];
    if (old === undefined) return this.editHeader();
    const publishedAt = moveTo === undefined ? old.publishedAt : moveTo.toString().padStart(3, '0');
    return this.#write({ ...old, version: old.version + 1, publishedAt, text: this.#form() });
  }

  editHeader(): Change<Header, Item> {
    const last = this.at(this.head());
    const header = { version: last.header.version + 1 };
    this.states.push({ ...last, header, headerSeq: this.seq + 1 });
    return this.#said({ ...this.head(), kind: 'story.updated', at: '', story: header });
  }

  /** Loses its newest commits and goes on under a new epoch, giving the same versions to other forms. */
  rewind(lost: number): void {
    const kept = this.states.slice(0, Math.max(2, this.states.length - lost));
    this.epoch = `e${this.history.size}`;
    this.history.set(this.epoch, kept);
    this.#turn = {};
  }

  /** The same, but knows what its new epoch continues: nobody who lost nothing has to start afresh. */
  restart(lost: number): void {
    const before = this.head();
    this.rewind(lost);
    this.#continued.set(this.epoch, { epoch: before.epoch, seq: this.seq });
    if (this.seq === before.seq) this.#turn = { afterEpoch: before.epoch };
  }

  /** Whether a position is part of the history that ends at another. */
  #leadsTo(since: Position, at: Position): boolean {
    if (since.epoch === at.epoch) return Math.max(since.seq, since.through ?? 0) <= at.seq;
    const end = this.#continued.get(at.epoch);
    return end !== undefined && this.#leadsTo(since, { ...end, seq: Math.min(end.seq, at.seq) });
  }

  #said(change: Change<Header, Item>): Change<Header, Item> {
    const said = { ...change, ...this.#turn };
    this.#turn = {};
    return said;
  }

  head(): Position {
    return { epoch: this.epoch, seq: this.seq };
  }

  /** As the store answered when it stood at `at`, in whatever epoch that was. */
  catchUp(since: Position | undefined, at: Position, limit: number): CatchUp<Header, Item> {
    if (since === undefined || !this.#leadsTo(since, at)) return { ...this.snapshot(at, limit), reset: true };
    const state = this.at(at);
    const changed = [...state.items.values()].filter(({ seq }) => seq > since.seq).sort((a, b) => a.seq - b.seq);
    return {
      position: at,
      reset: false,
      ...(state.headerSeq > since.seq ? { story: state.header } : {}),
      entries: changed.map(({ item }) => item),
    };
  }

  /** The same as a run of changes, each telling what it follows: how SSE catches up. */
  netChanges(since: Position, at: Position): Change<Header, Item>[] {
    if (!this.#leadsTo(since, at)) return [];
    const state = this.at(at);
    const objects = [...state.items.values()].map(({ item, seq }) => ({ seq, entry: item }));
    const all = [...objects, { seq: state.headerSeq, story: state.header }].filter(({ seq }) => seq > since.seq);
    let after = since;
    return all
      .sort((a, b) => a.seq - b.seq)
      .map((object) => {
        const turn = after.epoch === at.epoch ? {} : { afterEpoch: after.epoch };
        const run = object.seq === at.seq ? {} : { through: at.seq };
        const change = {
          epoch: at.epoch,
          after: after.seq,
          ...turn,
          ...run,
          kind: 'entry.updated',
          at: '',
          ...object,
        } as const;
        after = { epoch: at.epoch, seq: object.seq };
        return change;
      });
  }

  snapshot(at: Position, limit: number) {
    return { story: this.at(at).header, ...this.page(undefined, at, limit) };
  }

  page(before: string | undefined, at: Position, limit: number): EntryPage<Item> {
    const below = itemsOf(this.at(at)).filter((item) => before === undefined || key(item) < before);
    const entries = below.slice(0, limit);
    const last = entries.at(-1);
    return { entries, position: at, ...(last !== undefined && below.length > limit ? { older: key(last) } : {}) };
  }

  #write(item: Item): Change<Header, Item> {
    const last = this.at(this.head());
    const items = new Map(last.items).set(item.id, { item, seq: this.seq + 1 });
    this.states.push({ ...last, items });
    return this.#said({ ...this.head(), kind: 'entry.updated', at: '', entry: item });
  }

  #form(): string {
    this.#forms += 1;
    return `form ${this.#forms}`;
  }
}

type Message =
  | { readonly type: 'change'; readonly change: Change<Header, Item> }
  | { readonly type: 'answer'; readonly answer: CatchUp<Header, Item>; readonly since: Position | undefined }
  | { readonly type: 'page'; readonly page: EntryPage<Item>; readonly before: string };

function take(line: Line, message: Message): Line {
  if (message.type === 'change') return takeChange(line, message.change, RULES).timeline;
  if (message.type === 'answer') return takeCatchUp(line, message.answer, message.since, RULES).timeline;
  return takeOlder(line, message.page, message.before).timeline;
}

/**
 * Whatever came in whatever order: what is held is what the store had at that position, or newer. What changed
 * after that position may be missing: in the middle of a run of net changes it is yet to come.
 */
function expectTrue(line: Line, store: ModelStore): void {
  if (line.position === undefined) return;
  const then = store.at(line.position);
  const now = store.history.get(line.position.epoch)?.at(-1);
  const held = new Map(line.entries.map((item) => [item.id, item]));
  expect(line.entries).toEqual(inOrder(line.entries));
  if (now?.headerSeq === then.headerSeq) expect(line.story).toEqual(then.header);
  for (const { item } of then.items.values()) {
    if ((now?.items.get(item.id)?.seq ?? 0) > line.position.seq) continue;
    const has = held.get(item.id);
    const inWindow =
      line.older === undefined || line.floor === undefined || key(item) >= `${line.floor.publishedAt}~${line.floor.id}`;
    if (inWindow) expect(has, `${item.id} is in the window at ${line.position.seq}`).toBeDefined();
    if (has !== undefined) expect(has.version).toBeGreaterThanOrEqual(item.version);
  }
  for (const item of line.entries) expect(now?.items.get(item.id)?.item.version).toBeGreaterThanOrEqual(item.version);
}

/** A reader that now has a good line: catches up, and loads all that is older. */
function settle(start: Line, store: ModelStore, limit: number): Line {
  const head = store.head();
  const ask = (since: Position | undefined) => takeCatchUp(start, store.catchUp(since, head, limit), since, RULES);
  let line = ask(standingOf(start)).timeline;
  for (let pages = 0; line.older !== undefined; pages += 1) {
    expect(pages, 'pages until the end').toBeLessThan(1000);
    const { timeline, outcome } = takeOlder(line, store.page(line.older, head, limit), line.older);
    expect(outcome).toBe('merged');
    line = timeline;
  }
  return line;
}

const small = fc.nat(40);
/** Whether a message arrives at once, is on its way for a while, or is lost. */
const fate = fc.constantFrom('arrives', 'arrives', 'waits', 'lost');
/** Answers may come out of a cache: so many commits old. */
const ago = fc.constantFrom(0, 0, 0, 1, 2, 5);
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), place: small, fate }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('edit' as const), which: small, moveTo: fc.option(small), fate }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('editHeader' as const), fate }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rewind' as const), lost: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), lost: fc.constantFrom(0, 0, 1, 4) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('ask' as const), ago, asRun: fc.boolean(), fresh: fc.nat(5), fate }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('askOlder' as const), ago, fate }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('trim' as const), most: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('askOne' as const), which: small, ago }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver' as const), which: small, again: fc.boolean() }) },
);
type Action = typeof action extends fc.Arbitrary<infer One> ? One : never;

function play(actions: readonly Action[], limit: number): { line: Line; store: ModelStore } {
  const store = new ModelStore();
  const waiting: Message[] = [];
  let line: Line = EMPTY_TIMELINE;
  /** Versions that were shown since everything was replaced, also of what was trimmed off. */
  let shown = new Map<string, number>();

  const arrive = (message: Message) => {
    const before = line;
    // A copy, as from a wire: the same form is never the same object.
    line = take(line, structuredClone(message));
    expectTrue(line, store);
    expectSteady(before, line, message);
    if (before.position?.epoch !== line.position?.epoch || isReset(message)) shown = new Map();
    for (const { id, version } of line.entries) {
      expect(version, `${id} as it was shown, or newer`).toBeGreaterThanOrEqual(shown.get(id) ?? 0);
      shown.set(id, version);
    }
  };
  const send = (fate: string, ...messages: readonly Message[]) => {
    if (fate === 'arrives') messages.forEach(arrive);
    if (fate === 'waits') waiting.push(...messages);
  };
  const past = (commits: number) => ({ epoch: store.epoch, seq: Math.max(1, store.seq - commits) });

  for (const one of actions) {
    const { older } = line;
    if (one.do === 'publish') send(one.fate, { type: 'change', change: store.publish(one.place) });
    else if (one.do === 'edit')
      send(one.fate, { type: 'change', change: store.edit(one.which, one.moveTo ?? undefined) });
    else if (one.do === 'editHeader') send(one.fate, { type: 'change', change: store.editHeader() });
    else if (one.do === 'rewind') store.rewind(one.lost);
    else if (one.do === 'restart') store.restart(one.lost);
    else if (one.do === 'ask') {
      const since = one.fresh === 0 ? undefined : standingOf(line);
      if (one.asRun && since !== undefined) {
        const run = store.netChanges(since, past(one.ago));
        send(one.fate, ...run.map((change): Message => ({ type: 'change', change })));
      } else send(one.fate, { type: 'answer', answer: store.catchUp(since, past(one.ago), limit), since });
    } else if (one.do === 'askOlder') {
      if (older !== undefined) {
        send(one.fate, { type: 'page', page: store.page(older, past(one.ago), limit), before: older });
      }
    } else if (one.do === 'trim') {
      const before = line;
      line = trim(line, one.most);
      expectTrue(line, store);
      expect(line.entries).toEqual(before.entries.slice(0, one.most));
    } else if (one.do === 'askOne') {
      const at = past(one.ago);
      const all = itemsOf(store.at(at));
      const answer = all[one.which % Math.max(1, all.length)];
      if (answer !== undefined) expectCurrent(answer, at, line, store);
    } else {
      const index = one.which % Math.max(1, waiting.length);
      const message = waiting[index];
      if (message !== undefined) arrive(message);
      if (!one.again) waiting.splice(index, 1);
    }
  }
  return { line, store };
}

const isReset = (message: Message) => message.type === 'answer' && message.answer.reset;

/** An entry that is not held and was asked for by itself is as the reader knows the story, or a change is yet to come. */
function expectCurrent(answer: Item, at: Position, line: Line, store: ModelStore): void {
  if (line.position === undefined || fitOf(line, at) !== 'fits') return;
  if (line.entries.some(({ id }) => id === answer.id)) return;
  const now = store.history.get(line.position.epoch)?.at(-1)?.items.get(answer.id);
  if ((now?.seq ?? 0) > line.position.seq) return;
  const then = store.at(line.position).items.get(answer.id)?.item;
  expect(answer.version).toBeGreaterThanOrEqual(then?.version ?? 0);
}

/**
 * What did not change is the same object, so that a page knows what to leave alone; and no form gives way to an
 * older one, unless everything was replaced.
 */
function expectSteady(before: Line, after: Line, message: Message): void {
  if (before.position?.epoch !== after.position?.epoch) return;
  const old = new Map(before.entries.map((item) => [item.id, item]));
  for (const item of after.entries) {
    const known = old.get(item.id);
    if (known?.version === item.version) expect(item).toBe(known);
    if (known !== undefined && !isReset(message)) expect(item.version).toBeGreaterThanOrEqual(known.version);
  }
  if (before.story?.version === after.story?.version) expect(after.story).toBe(before.story);
}

describe('timeline', () => {
  it('ends as the store, whatever is lost, doubled, late, out of order or out of a cache', () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 80, size: 'max' }),
        fc.integer({ min: 1, max: 6 }),
        (actions, limit) => {
          const { line, store } = play(actions, limit);
          const settled = settle(line, store, limit);
          expect(settled.position).toEqual(store.head());
          expect(settled.entries).toEqual(itemsOf(store.at(store.head())));
          expect(settled.story).toEqual(store.at(store.head()).header);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('changes nothing when all that was said is said again', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60, size: 'max' }), fc.nat(100), (actions, seq) => {
        const { line, store } = play(actions, 5);
        if (line.position === undefined) return;
        const { epoch } = line.position;
        const since = { epoch, seq: Math.min(seq, line.position.seq) };
        const again = store.netChanges(since, line.position);
        expect(again.reduce((held, change) => takeChange(held, change, RULES).timeline, line)).toBe(line);
        const answer = store.catchUp(since, line.position, 5);
        expect(takeCatchUp(line, answer, since, RULES).timeline).toBe(line);
      }),
    );
  });
});

describe('timeline rules', () => {
  const item = (id: string, version: number, publishedAt = id): Item => ({ id, version, publishedAt, text: '' });
  const at = (seq: number, epoch = 'a') => ({ epoch, seq });
  const change = (seq: number, entry: Item, after?: number): Change<Header, Item> => ({
    ...at(seq),
    kind: 'entry.updated',
    at: '',
    entry,
    ...(after === undefined ? {} : { after }),
  });
  const snapshot = (seq: number, entries: Item[], older?: string): CatchUp<Header, Item> => ({
    position: at(seq),
    reset: true,
    story: { version: 1 },
    entries,
    ...(older === undefined ? {} : { older }),
  });
  const from = (answer: CatchUp<Header, Item>, rules = RULES): Line =>
    takeCatchUp(EMPTY_TIMELINE as Line, answer, undefined, rules).timeline;

  it('takes a change that follows, drops a known one, and calls for a catch-up at a gap', () => {
    const line = from(snapshot(5, []));
    const outcome = (one: Change<Header, Item>) => takeChange(line, one, RULES).outcome;
    expect(outcome(change(6, item('x', 1)))).toBe('taken');
    expect(outcome(change(5, item('x', 1)))).toBe('known');
    expect(outcome(change(7, item('x', 1)))).toBe('gap');
    expect(outcome(change(9, item('x', 1), 5))).toBe('taken');
    expect(outcome(change(9, item('x', 1), 3))).toBe('taken');
    expect(outcome(change(9, item('x', 1), 6))).toBe('gap');
    expect(outcome({ ...change(6, item('x', 1)), epoch: 'b' })).toBe('gap');
  });

  it('goes over into another epoch only from the very position that a change or an answer follows', () => {
    const line = from(snapshot(5, [item('x', 1)]));
    const turn = (seq: number, after?: number, afterEpoch = 'a') =>
      takeChange(line, { ...change(seq, item('x', 2), after), epoch: 'b', afterEpoch }, RULES);
    expect(turn(6).timeline).toMatchObject({ position: at(6, 'b'), entries: [item('x', 2)] });
    expect(turn(9, 5).outcome).toBe('taken');
    expect(turn(6, 5, 'other').outcome).toBe('gap');
    // By its number it would do; but 5 may be one of those that are no more.
    for (const [seq, after] of [
      [6, 4],
      [9, 4],
      [5, 4],
      [7, 6],
    ])
      expect(turn(seq ?? 0, after).outcome).toBe('gap');

    const answer = { position: at(7, 'b'), reset: false, entries: [item('x', 2)] };
    expect(takeCatchUp(line, answer, at(5), RULES).timeline).toMatchObject({ position: at(7, 'b') });
    expect(takeCatchUp(line, answer, at(4), RULES).outcome).toBe('gap');
    const silent = { position: at(5, 'b'), reset: false, entries: [] };
    expect(takeCatchUp(line, silent, at(5), RULES).timeline).toEqual({ ...line, position: at(5, 'b') });
  });

  it('leaves out what changes below the window, and refuses a page too old to know of it', () => {
    const line = from(snapshot(5, [item('d', 1), item('c', 1)], 'c'));
    const moved = takeChange(line, change(6, item('a', 2)), RULES);
    expect(moved.entries).toEqual([{ entry: item('a', 2), previous: undefined, inWindow: false }]);
    expect(moved.timeline.entries).toBe(line.entries);
    const stale = { position: at(5), entries: [item('b', 1), item('a', 1)] };
    expect(takeOlder(moved.timeline, stale, 'c').outcome).toBe('stale');
    const good = { position: at(6), entries: [item('b', 1), item('a', 2)] };
    expect(takeOlder(moved.timeline, good, 'c').timeline.entries.map(({ id, version }) => id + version)).toEqual([
      'd1',
      'c1',
      'b1',
      'a2',
    ]);
  });

  it('tells once of a change below the window, though an answer that was asked for before it has it too', () => {
    const line = from(snapshot(5, [item('d', 1), item('c', 1)], 'c'));
    const moved = takeChange(line, change(6, item('a', 2)), RULES).timeline;
    const answer = { position: at(7), reset: false, entries: [item('a', 2), item('b', 2)] };
    const step = takeCatchUp(moved, answer, at(5), RULES);
    expect(step.entries.map(({ entry }) => entry)).toEqual([item('b', 2)]);
    const next = takeChange(step.timeline, change(8, item('a', 3)), RULES);
    expect(next.entries.map(({ entry }) => entry)).toEqual([item('a', 3)]);
  });

  it('drops a page that continues what a reset has replaced', () => {
    const line = from(snapshot(5, [item('c', 1)], 'c'));
    const page = { position: at(9), entries: [item('b', 1)] };
    const later = takeCatchUp(line, snapshot(9, [item('f', 1)], 'f'), at(5), RULES).timeline;
    expect(takeOlder(later, page, 'c').outcome).toBe('unrelated');
    expect(takeOlder(line, { ...page, position: at(9, 'b') }, 'c').outcome).toBe('elsewhere');
  });

  it('ends where it was trimmed, and goes on from there with what is no older than what it let go of', () => {
    const line = from(snapshot(5, [item('d', 1), item('c', 1), item('b', 1)], 'b'));
    const trimmed = trim(line, 2);
    expect(trimmed).toMatchObject({ entries: [item('d', 1), item('c', 1)], older: 'c~c', pagesFrom: 5 });
    expect(trim(line, 3)).toBe(line);
    const below = takeChange(trimmed, change(6, item('b', 2)), RULES);
    expect(below.entries).toEqual([{ entry: item('b', 2), previous: undefined, inWindow: false }]);
    expect(below.timeline.entries).toBe(trimmed.entries);
    const page = (seq: number) => ({ position: at(seq), entries: [item('b', seq === 6 ? 2 : 1), item('a', 1)] });
    expect(takeOlder(trimmed, page(4), 'c~c').outcome).toBe('stale');
    expect(takeOlder(below.timeline, page(5), 'c~c').outcome).toBe('stale');
    expect(takeOlder(below.timeline, page(6), 'c~c').timeline.entries.map(({ id }) => id)).toEqual([
      'd',
      'c',
      'b',
      'a',
    ]);
    // It held what a page that was newer than itself had brought.
    const ahead = takeOlder(from(snapshot(5, [item('d', 1)], 'd')), page(6), 'd').timeline;
    expect(takeOlder(trim(ahead, 1), page(5), 'd~d').outcome).toBe('stale');
    // Under way when the story was trimmed: it would leave a hole.
    expect(takeOlder(trimmed, page(6), 'b').outcome).toBe('unrelated');
  });

  it('believes a reset to a lower seq, unless it moved on since it asked', () => {
    const line = from(snapshot(40, [item('c', 3)]));
    const lower = snapshot(31, [item('b', 1)]);
    expect(takeCatchUp(line, lower, at(40), RULES).timeline.position).toEqual(at(31));
    expect(takeCatchUp(line, lower, at(38), RULES).outcome).toBe('gap');
    expect(takeCatchUp(line, lower, undefined, RULES).timeline.position).toEqual(at(31));
  });

  it('takes no form of another epoch for the one it holds', () => {
    const line = from(snapshot(5, [item('c', 3)]));
    const other = { ...item('c', 3), text: 'rewritten' };
    const answer = { ...snapshot(5, [other]), position: at(5, 'b') };
    expect(takeCatchUp(line, answer, at(5), RULES).timeline.entries).toEqual([other]);
  });

  it('keeps only what is shown, and no more than allowed', () => {
    const rules: TimelineRules<Item> = { shows: ({ text }) => text !== 'gone', most: 2, paged: false };
    let line = from(snapshot(1, [item('c', 1), item('b', 1)]), rules);
    line = takeChange(line, change(2, item('d', 1)), rules).timeline;
    expect(line.entries.map(({ id }) => id)).toEqual(['d', 'c']);
    line = takeChange(line, change(3, { ...item('c', 2), text: 'gone' }), rules).timeline;
    expect(line.entries.map(({ id }) => id)).toEqual(['d']);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnomalyName, check } from './check.js';
import { type Command, type Form, HEADER, History, type Seen, type StoreState, type SubscriberLog } from './history.js';

const EPOCH = 'e1';

/** A history told line by line: each line happens a millisecond after the one before. */
class Tale {
  readonly history = new History();
  #now = 0;

  done(form: Form, seq: number, epoch = EPOCH): Form {
    this.#say({ outcome: 'ok', objectId: form.id, ...textOf(form), done: { form, position: { epoch, seq } } });
    return form;
  }

  refused(text: string, objectId = 'a'): void {
    this.#say({ outcome: 'failed', objectId, text });
  }

  unanswered(text: string, objectId?: string): void {
    this.#say({ outcome: 'unknown', text, ...(objectId === undefined ? {} : { objectId }) });
  }

  reader(toTheEnd = false): Watcher {
    const log = this.history.subscriber(`reader ${this.history.subscribers.length + 1}`);
    log.toTheEnd = toTheEnd;
    return new Watcher(log, () => this.#tick());
  }

  wait(ms: number): void {
    this.#now += ms;
  }

  anomalies(end?: StoreState): readonly string[] {
    return [...new Set(check(this.history, end).map(({ name }) => name))];
  }

  #say(command: Omit<Command, 'by' | 'sentAt' | 'answeredAt'>): void {
    const sentAt = this.#tick();
    this.history.commands.push({ by: 'desk', sentAt, answeredAt: sentAt, ...command });
  }

  #tick(): number {
    this.#now += 1;
    return this.#now;
  }
}

class Watcher {
  readonly #log: SubscriberLog;
  readonly #tick: () => number;

  constructor(log: SubscriberLog, tick: () => number) {
    this.#log = log;
    this.#tick = tick;
  }

  reset(seq: number, forms: readonly Form[], more: { whole?: boolean; epoch?: string } = {}): this {
    return this.#saw({ kind: 'reset', whole: more.whole ?? true, ...this.#seen(seq, forms, more.epoch) });
  }

  page(seq: number, forms: readonly Form[], whole = true): this {
    return this.#saw({ kind: 'page', whole, ...this.#seen(seq, forms) });
  }

  change(seq: number, form: Form, more: { after?: number; epoch?: string } = {}): this {
    const { after } = more;
    return this.#saw({
      kind: 'change',
      ...this.#seen(seq, [form], more.epoch),
      ...(after === undefined ? {} : { after }),
    });
  }

  catchUp(seq: number, forms: readonly Form[], epoch?: string): this {
    return this.#saw({ kind: 'catch-up', ...this.#seen(seq, forms, epoch) });
  }

  #seen(seq: number, forms: readonly Form[], epoch = EPOCH) {
    return { at: this.#tick(), position: { epoch, seq }, forms };
  }

  #saw(seen: Seen): this {
    this.#log.seen.push(seen);
    return this;
  }
}

const form = (id: string, version: number, text?: string): Form => ({
  id,
  version,
  place: `2026~${id}`,
  ...(text === undefined ? {} : { text }),
});
const textOf = ({ text }: Form) => (text === undefined ? {} : { text });
const state = (seq: number, ...forms: readonly Form[]): StoreState => ({ position: { epoch: EPOCH, seq }, forms });

/** Three entries, the first of them edited: where most tales begin. */
function opening(tale: Tale) {
  const a1 = tale.done(form('a', 1, 'first'), 1);
  const b1 = tale.done(form('b', 1, 'second'), 2);
  const a2 = tale.done(form('a', 2, 'first, edited'), 3);
  const c1 = tale.done(form('c', 1, 'third'), 4);
  return { a1, b1, a2, c1 };
}

describe('what the protocol allows is no anomaly', () => {
  test('every change in order, from the beginning to the end', () => {
    const tale = new Tale();
    const { a1, b1, a2, c1 } = opening(tale);
    tale.reader(true).reset(0, []).change(1, a1).change(2, b1).change(3, a2).change(4, c1);
    expect(check(tale.history, state(4, a2, b1, c1))).toEqual([]);
  });

  test('a number that was superseded is skipped, in a run of changes and in a catch-up', () => {
    const tale = new Tale();
    const { b1, a2, c1 } = opening(tale);
    tale.reader(true).reset(0, []).change(2, b1, { after: 0 }).change(3, a2).change(4, c1);
    tale.reader(true).reset(0, []).catchUp(4, [a2, b1, c1]);
    expect(check(tale.history, state(4, a2, b1, c1))).toEqual([]);
  });

  test('a reset starts afresh, with a page that leaves out what is older', () => {
    const tale = new Tale();
    const { a1, b1, a2, c1 } = opening(tale);
    const d1 = tale.done(form('d', 1, 'fourth'), 5);
    tale.reader(true).reset(0, []).change(1, a1).reset(4, [c1, b1], { whole: false }).change(5, d1);
    expect(check(tale.history, state(5, a2, b1, c1, d1))).toEqual([]);
  });

  test('an older page brings a form whose change then has nothing new', () => {
    const tale = new Tale();
    const { a2, b1, c1 } = opening(tale);
    const reader = tale.reader(true);
    reader.reset(2, [b1], { whole: false }).page(2, [b1, a2]).catchUp(3, []).change(4, c1);
    expect(tale.anomalies(state(4, a2, b1, c1))).toEqual([]);
  });

  test('a command without an answer is seen, or is not', () => {
    for (const happened of [true, false]) {
      const tale = new Tale();
      const { a2, b1, c1 } = opening(tale);
      tale.unanswered('perhaps');
      const d1 = form('d', 1, 'perhaps');
      const reader = tale.reader(true).reset(4, [c1, b1, a2]);
      if (happened) reader.change(5, d1);
      expect(check(tale.history, happened ? state(5, a2, b1, c1, d1) : state(4, a2, b1, c1))).toEqual([]);
    }
  });

  test('a withheld entry comes back with its text when it is released', () => {
    const tale = new Tale();
    const a1 = tale.done(form('a', 1, 'first'), 1);
    const gone = tale.done(form('a', 2), 2);
    const back = tale.done(form('a', 3, 'first'), 3);
    tale.reader(true).reset(0, []).change(1, a1).change(2, gone).change(3, back);
    tale.reader(true).reset(2, [gone]).change(3, back).page(3, [back]);
    expect(check(tale.history, state(3, back))).toEqual([]);
  });

  test('a text arrives a moment after its withdrawal, in a change that lies before it', () => {
    const tale = new Tale();
    const reader = tale.reader(true).reset(0, []);
    const a1 = tale.done(form('a', 1, 'first'), 1);
    const gone = tale.done(form('a', 2), 2);
    reader.change(1, a1).change(2, gone);
    expect(check(tale.history, state(2, gone))).toEqual([]);
  });

  test('a header changes like an entry and is on every page', () => {
    const tale = new Tale();
    const headline = (version: number): Form => ({ id: HEADER, version, text: `headline ${version}` });
    tale.done(headline(1), 1);
    const a1 = tale.done(form('a', 1, 'first'), 2);
    tale.done(headline(2), 3);
    tale
      .reader(true)
      .reset(2, [headline(1), a1])
      .change(3, headline(2));
    tale.reader().page(3, [headline(2)], false);
    expect(check(tale.history, state(3, headline(2), a1))).toEqual([]);
  });

  test('an epoch goes on from another, at readers who stand where that ended', () => {
    const tale = new Tale();
    const { a1, b1, a2, c1 } = opening(tale);
    const reader = tale.reader(true).reset(0, []).change(1, a1).change(2, b1);
    const behind = tale.reader(true).reset(0, []).change(1, a1);
    tale.history.continued.set(EPOCH, { seq: 4, by: 'e2' });
    const d1 = tale.done(form('d', 1, 'after'), 5, 'e2');
    reader.change(3, a2).change(4, c1).change(5, d1, { epoch: 'e2' });
    behind.catchUp(5, [a2, b1, c1, d1], 'e2');
    expect(check(tale.history, { position: { epoch: 'e2', seq: 5 }, forms: [a2, b1, c1, d1] })).toEqual([]);
  });

  test('what was acknowledged after the copy that the operator went back to is not asked for', () => {
    const tale = new Tale();
    const { a1, b1, a2, c1 } = opening(tale);
    const reader = tale.reader(true).reset(0, []).change(1, a1).change(2, b1).change(3, a2).change(4, c1);
    tale.history.rewinds.push({ epoch: EPOCH, seq: 2 });
    const d1 = tale.done(form('d', 1, 'after'), 3, 'e2');
    reader.reset(3, [d1, b1, a1], { epoch: 'e2' });
    expect(check(tale.history, { position: { epoch: 'e2', seq: 3 }, forms: [a1, b1, d1] })).toEqual([]);
  });
});

describe('what breaks a promise is named', () => {
  const SEEDED: readonly [name: AnomalyName, how: string, tell: (tale: Tale) => StoreState | undefined][] = [
    [
      'lost',
      'acknowledged, and not in the store',
      (tale) => {
        const { a2, b1 } = opening(tale);
        return state(4, a2, b1);
      },
    ],
    [
      'lost',
      'acknowledged, and in the store in an older form',
      (tale) => {
        const { a1, b1, c1 } = opening(tale);
        return state(4, a1, b1, c1);
      },
    ],
    [
      'lost',
      'never reached someone who followed to the end',
      (tale) => {
        const { a1, a2, b1, c1 } = opening(tale);
        tale.reader(true).reset(0, []).change(1, a1).change(2, b1);
        return state(4, a2, b1, c1);
      },
    ],
    [
      'lost',
      'an unanswered command that is in the store never reached someone who followed to the end',
      (tale) => {
        const { a2, b1, c1 } = opening(tale);
        tale.unanswered('perhaps');
        tale.reader(true).reset(0, []).catchUp(5, [a2, b1, c1]);
        return state(5, a2, b1, c1, form('d', 1, 'perhaps'));
      },
    ],
    [
      'lost',
      'a snapshot has a hole',
      (tale) => {
        const { a2, c1 } = opening(tale);
        tale.reader().reset(4, [c1, a2]);
        return undefined;
      },
    ],
    [
      'lost',
      'a page shows an older form than its position says',
      (tale) => {
        const { a1, b1, c1 } = opening(tale);
        tale.reader().page(4, [c1, b1, a1]);
        return undefined;
      },
    ],
    [
      'duplicated',
      'one change twice',
      (tale) => {
        const { a1, b1 } = opening(tale);
        tale.reader().reset(0, []).change(1, a1).change(2, b1).change(1, a1);
        return undefined;
      },
    ],
    [
      'duplicated',
      'one form under two numbers',
      (tale) => {
        const { a1 } = opening(tale);
        tale.reader().reset(0, []).change(1, a1).change(2, a1, { after: 1 });
        return undefined;
      },
    ],
    [
      'duplicated',
      'a publication that took effect twice',
      (tale) => {
        tale.unanswered('twice');
        tale
          .reader()
          .reset(0, [])
          .change(1, form('a', 1, 'twice'))
          .change(2, form('b', 1, 'twice'));
        return undefined;
      },
    ],
    [
      'duplicated',
      'an acknowledged publication of which the store holds a second',
      (tale) => {
        const { a2, b1, c1 } = opening(tale);
        return state(5, a2, b1, c1, form('d', 1, 'third'));
      },
    ],
    [
      'reordered',
      'a change that comes after the next',
      (tale) => {
        const { a1, b1 } = opening(tale);
        tale.reader().reset(0, []).change(2, b1).change(1, a1);
        return undefined;
      },
    ],
    [
      'reordered',
      'an older form on top of a newer',
      (tale) => {
        const { a1, a2, b1, c1 } = opening(tale);
        tale.reader().reset(3, [b1, a2]).catchUp(4, [c1, a1]);
        return undefined;
      },
    ],
    [
      'skipped-without-reset',
      'a number that nothing superseded',
      (tale) => {
        const { a1, a2 } = opening(tale);
        tale.reader().reset(0, []).change(1, a1).change(3, a2);
        return undefined;
      },
    ],
    [
      'skipped-without-reset',
      'a number that was superseded only later',
      (tale) => {
        const { a1, a2, c1 } = opening(tale);
        tale.reader().reset(0, []).change(1, a1).change(3, a2).change(4, c1);
        tale.done(form('b', 2, 'second, edited'), 5);
        return undefined;
      },
    ],
    [
      'skipped-without-reset',
      'a number that only another subscriber knows of',
      (tale) => {
        const { a2, b1, c1 } = opening(tale);
        tale.unanswered('perhaps');
        const e1 = tale.done(form('e', 1, 'fifth'), 6);
        tale
          .reader()
          .reset(4, [c1, b1, a2])
          .change(5, form('d', 1, 'perhaps'))
          .change(6, e1);
        tale.reader().reset(4, [c1, b1, a2]).change(6, e1);
        return undefined;
      },
    ],
    [
      'skipped-without-reset',
      'a catch-up with a hole',
      (tale) => {
        const { a2, c1 } = opening(tale);
        tale
          .reader()
          .reset(1, [form('a', 1, 'first')])
          .catchUp(4, [a2, c1]);
        return undefined;
      },
    ],
    [
      'skipped-without-reset',
      'a change that says itself that it follows something else',
      (tale) => {
        const { a1, a2 } = opening(tale);
        tale.reader().reset(0, []).change(1, a1).change(3, a2, { after: 2 });
        return undefined;
      },
    ],
    [
      'skipped-without-reset',
      'another epoch',
      (tale) => {
        const { a1 } = opening(tale);
        const d1 = tale.done(form('d', 1, 'after'), 2, 'e2');
        tale.reader().reset(0, []).change(1, a1).change(2, d1, { epoch: 'e2' });
        return undefined;
      },
    ],
    [
      'skipped-without-reset',
      'into an epoch that continues an earlier place',
      (tale) => {
        const { a1, b1, a2, c1 } = opening(tale);
        tale.history.continued.set(EPOCH, { seq: 3, by: 'e2' });
        const d1 = tale.done(form('d', 1, 'after'), 4, 'e2');
        const e1 = tale.done(form('e', 1, 'after that'), 5, 'e2');
        tale
          .reader()
          .reset(0, [])
          .change(1, a1)
          .change(2, b1)
          .change(3, a2)
          .change(4, c1)
          .change(5, e1, { epoch: 'e2' });
        return { position: { epoch: 'e2', seq: 5 }, forms: [a2, b1, d1, e1, c1] };
      },
    ],
    [
      'two-values-at-one-position',
      'two subscribers see different changes under one number',
      (tale) => {
        tale.unanswered('this');
        tale.unanswered('that');
        tale
          .reader()
          .reset(0, [])
          .change(1, form('a', 1, 'this'));
        tale
          .reader()
          .reset(0, [])
          .change(1, form('b', 1, 'that'));
        return undefined;
      },
    ],
    [
      'two-values-at-one-position',
      'two commands are acknowledged under one number',
      (tale) => {
        tale.done(form('a', 1, 'this'), 1);
        tale.done(form('b', 1, 'that'), 1);
        return undefined;
      },
    ],
    [
      'two-values-at-one-position',
      'one version of an entry with two texts',
      (tale) => {
        const { a2, b1, c1 } = opening(tale);
        tale.unanswered('other', 'b');
        tale.reader().reset(4, [c1, form('b', 1, 'other'), a2]);
        return state(4, a2, b1, c1);
      },
    ],
    [
      'phantom',
      'a refused command',
      (tale) => {
        const { a2, b1, c1 } = opening(tale);
        tale.refused('refused');
        tale
          .reader()
          .reset(4, [c1, b1, a2])
          .change(5, form('a', 3, 'refused'));
        return undefined;
      },
    ],
    [
      'phantom',
      'a refused command in the store, which nobody has seen yet',
      (tale) => {
        const { b1, c1 } = opening(tale);
        tale.refused('refused');
        return state(5, form('a', 3, 'refused'), b1, c1);
      },
    ],
    [
      'phantom',
      'a text that nobody sent',
      (tale) => {
        tale
          .reader()
          .reset(0, [])
          .change(1, form('a', 1, 'out of nowhere'));
        return undefined;
      },
    ],
    [
      'phantom',
      'a text that was sent only later',
      (tale) => {
        tale
          .reader()
          .reset(0, [])
          .change(1, form('a', 1, 'first'));
        opening(tale);
        return undefined;
      },
    ],
    [
      'resurrected',
      'by a change after the withdrawal',
      (tale) => {
        const a1 = tale.done(form('a', 1, 'first'), 1);
        const gone = tale.done(form('a', 2), 2);
        tale.reader().reset(1, [a1]).change(2, gone).change(3, a1);
        return undefined;
      },
    ],
    [
      'resurrected',
      'by a snapshot at the withdrawal',
      (tale) => {
        const a1 = tale.done(form('a', 1, 'first'), 1);
        tale.done(form('a', 2), 2);
        tale.reader().reset(2, [a1]);
        return undefined;
      },
    ],
    [
      'resurrected',
      'by a page that someone looks at',
      (tale) => {
        const a1 = tale.done(form('a', 1, 'first'), 1);
        tale.done(form('a', 2), 2);
        tale.reader().page(2, [a1]);
        return undefined;
      },
    ],
    [
      'resurrected',
      'by a change from before the withdrawal that arrives much later',
      (tale) => {
        const reader = tale.reader().reset(0, []);
        const a1 = tale.done(form('a', 1, 'first'), 1);
        tale.done(form('a', 2), 2);
        tale.wait(10_000);
        reader.change(1, a1);
        return undefined;
      },
    ],
  ];

  test.each(SEEDED)('%s: %s', (name, _how, tell) => {
    const tale = new Tale();
    const end = tell(tale);
    expect(tale.anomalies(end)).toContain(name);
  });
});

/** Entries that are written one after the other, and a reader that goes from position to position. */
const WRITES = fc.array(fc.record({ entry: fc.nat(7), withdraw: fc.boolean() }), { minLength: 3, maxLength: 40 });
const STEPS = fc.array(fc.record({ length: fc.integer({ min: 1, max: 6 }), reset: fc.nat(5) }), { maxLength: 40 });

interface Story {
  readonly tale: Tale;
  readonly end: StoreState;
  readonly log: SubscriberLog;
}

/** A reader that is handed net changes and resets exactly as PROTOCOL.md has them. */
function followed(writes: readonly { entry: number; withdraw: boolean }[], steps: readonly Step[]): Story {
  const tale = new Tale();
  const forms = writes.map(({ entry, withdraw }, index) => {
    const id = `entry-${entry}`;
    const version = 1 + writes.slice(0, index).filter((earlier) => earlier.entry === entry).length;
    return tale.done(form(id, version, withdraw && version > 1 ? undefined : `text ${index}`), index + 1);
  });
  const newest = (after: number, upTo: number): readonly Form[] => [
    ...new Map(forms.slice(after, upTo).map((one) => [one.id, one])).values(),
  ];
  const reader = tale.reader(true).reset(0, []);
  let at = 0;
  for (const { length, reset } of [...steps, { length: forms.length, reset: 1 }]) {
    const to = Math.min(at + length, forms.length);
    if (to === at) break;
    const last = forms[to - 1];
    const net = newest(at, to);
    if (reset === 0) reader.reset(to, newest(0, to));
    else if (net.length === 1 && last !== undefined) reader.change(to, last, { after: at });
    else reader.catchUp(to, net);
    at = to;
  }
  const [log] = tale.history.subscribers;
  if (log === undefined) throw new Error('nobody followed');
  return { tale, end: state(forms.length, ...newest(0, forms.length)), log };
}

interface Step {
  readonly length: number;
  readonly reset: number;
}

describe('histories made up at random', () => {
  test('are clean when every step is one that the protocol allows', () => {
    fc.assert(
      fc.property(WRITES, STEPS, (writes, steps) => {
        const { tale, end } = followed(writes, steps);
        expect(check(tale.history, end)).toEqual([]);
      }),
    );
  });

  test('are not when the last form of any entry never arrives', () => {
    fc.assert(
      fc.property(WRITES, STEPS, fc.nat(), (writes, steps, which) => {
        const { tale, end, log } = followed(writes, steps);
        const missing = end.forms[which % end.forms.length];
        const holed = log.seen.map((seen) => ({ ...seen, forms: seen.forms.filter((one) => one !== missing) }));
        log.seen.splice(0, log.seen.length, ...holed);
        expect(check(tale.history, end)).not.toEqual([]);
      }),
    );
  });

  test('are not when any two steps come the other way round', () => {
    fc.assert(
      fc.property(WRITES, STEPS, fc.nat(), (writes, steps, which) => {
        const { tale, end, log } = followed(writes, steps);
        const movers = log.seen.flatMap((seen, index) => (index > 0 && seen.kind !== 'reset' ? [index] : []));
        const neighbours = movers.filter((index) => movers.includes(index + 1));
        const at = neighbours[which % Math.max(1, neighbours.length)];
        fc.pre(at !== undefined);
        const [one, two] = log.seen.slice(at, at + 2);
        if (one === undefined || two === undefined) return;
        log.seen.splice(at, 2, two, one);
        expect(check(tale.history, end)).not.toEqual([]);
      }),
    );
  });

  test('are not when any step comes twice', () => {
    fc.assert(
      fc.property(WRITES, STEPS, fc.nat(), (writes, steps, which) => {
        const { tale, end, log } = followed(writes, steps);
        const movers = log.seen.flatMap((seen, index) => (seen.kind === 'reset' ? [] : [index]));
        const at = movers[which % Math.max(1, movers.length)];
        fc.pre(at !== undefined);
        const again = log.seen[at];
        if (again !== undefined) log.seen.splice(at, 0, again);
        expect(tale.anomalies(end)).toContain('duplicated');
      }),
    );
  });
});

import type { Position } from '../../../client-sdk/protocol/position.js';
import { type Form, HEADER, type History, type Seen, type StoreState, type SubscriberLog } from './history.js';
import { describe, Ledger } from './ledger.js';

/**
 * - `lost`: acknowledged, and missing in the end, or on a page that should have it.
 * - `duplicated`: seen twice, or a command that took effect twice.
 * - `reordered`: seen after something that follows it.
 * - `skipped-without-reset`: a position went past a change that nothing superseded, or over into an epoch that does not
 *   continue it, without a reset.
 * - `two-values-at-one-position`: one number or one version, and two contents.
 * - `phantom`: the text of a command that was refused, that nobody sent, or that was sent only later.
 * - `resurrected`: the text of a withdrawn entry, at or after the withdrawal.
 */
export type AnomalyName =
  | 'lost'
  | 'duplicated'
  | 'reordered'
  | 'skipped-without-reset'
  | 'two-values-at-one-position'
  | 'phantom'
  | 'resurrected';

export interface Anomaly {
  readonly name: AnomalyName;
  /** The subscriber or publisher, or `the store`. */
  readonly who: string;
  readonly what: string;
}

export interface CheckOptions {
  /**
   * Milliseconds after a withdrawal was acknowledged for which its text may still arrive in a change that lies before
   * it (default 5,000: what PROTOCOL.md, section 2, allows the link between instances to delay).
   */
  readonly withdrawnWithinMs?: number;
}

/**
 * Says what in a history breaks the promises of PROTOCOL.md, section 2. A pure function, and no model of how the
 * server works: it only knows the protocol. So a number may be skipped when what it led to was superseded, an unknown
 * command may be seen or not, and a reset starts a subscriber's history afresh.
 *
 * @param end what the store held once all was quiet. Without it nobody is asked whether everything arrived.
 */
export function check(history: History, end?: StoreState, options: CheckOptions = {}): readonly Anomaly[] {
  const ledger = new Ledger(history, end);
  const anomalies: Anomaly[] = ledger.conflicts.map((conflict) => ({
    name: 'two-values-at-one-position',
    ...conflict,
  }));
  const origins = new Origins(ledger);
  for (const log of history.subscribers) {
    anomalies.push(...new SubscriberCheck(log, history, ledger, origins, options).run(end));
  }
  if (end !== undefined) {
    for (const form of end.forms) anomalies.push(...origins.of('the store', form, Number.POSITIVE_INFINITY));
    anomalies.push(...lostInStore(history, end));
  }
  return anomalies;
}

/** Where texts come from: each from one command, onto one object. */
class Origins {
  readonly #ledger: Ledger;
  readonly #objectOf = new Map<string, string>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  *of(who: string, form: Form, at: number): Iterable<Anomaly> {
    if (form.text === undefined) return;
    const command = this.#ledger.commandOf.get(form.text);
    if (command === undefined) yield { name: 'phantom', who, what: `${describe(form)} is of no command` };
    else if (command.outcome === 'failed') yield { name: 'phantom', who, what: `${describe(form)} was refused` };
    else if (command.sentAt > at) yield { name: 'phantom', who, what: `${describe(form)} was not sent yet` };
    const home = command?.done?.form.id ?? command?.objectId ?? this.#objectOf.get(form.text);
    if (home === undefined) this.#objectOf.set(form.text, form.id);
    else if (home !== form.id) yield { name: 'duplicated', who, what: `${describe(form)} is also the text of ${home}` };
  }
}

/** Follows one subscriber through what it saw. */
class SubscriberCheck {
  readonly #log: SubscriberLog;
  readonly #history: History;
  readonly #ledger: Ledger;
  readonly #origins: Origins;
  readonly #graceMs: number;
  readonly #anomalies: Anomaly[] = [];
  /** Newest forms since the last reset, and the numbers that brought them. */
  #held = new Map<string, Form>();
  /** Newest versions that were on a page: an older page may bring a form before its change comes. */
  #onPages = new Map<string, number>();
  #numbers = new Set<number>();
  #position: Position | undefined;
  /** Below this place the last reset left out what there is. */
  #floor = '';

  constructor(
    log: SubscriberLog,
    history: History,
    ledger: Ledger,
    origins: Origins,
    { withdrawnWithinMs = 5_000 }: CheckOptions,
  ) {
    this.#log = log;
    this.#history = history;
    this.#ledger = ledger;
    this.#origins = origins;
    this.#graceMs = withdrawnWithinMs;
  }

  run(end: StoreState | undefined): readonly Anomaly[] {
    for (const seen of this.#log.seen) {
      for (const form of seen.forms) {
        this.#anomalies.push(...this.#origins.of(this.#log.name, form, seen.at));
        this.#checkWithdrawn(seen, form);
      }
      if (seen.kind === 'page' || seen.kind === 'reset') this.#checkPage(seen);
      if (seen.kind === 'reset') this.#startAfresh(seen);
      else if (seen.kind === 'page') this.#noteOnPage(seen.forms);
      else this.#advance(seen);
    }
    if (end !== undefined && this.#log.toTheEnd) this.#checkEnd(end);
    return this.#anomalies;
  }

  #found(name: AnomalyName, what: string): void {
    this.#anomalies.push({ name, who: this.#log.name, what });
  }

  #noteOnPage(forms: readonly Form[]): void {
    for (const { id, version } of forms) this.#onPages.set(id, Math.max(version, this.#onPages.get(id) ?? 0));
  }

  #startAfresh(seen: Seen & { readonly whole: boolean }): void {
    this.#onPages = new Map();
    this.#position = seen.position;
    this.#held = new Map(seen.forms.map((form) => [form.id, form]));
    this.#numbers = new Set([seen.position.seq]);
    this.#floor = floorOf(seen);
  }

  #advance(seen: Seen): void {
    const from = this.#position;
    const to = seen.position;
    this.#position = to;
    if (from === undefined || !this.#history.isIn(from, to.epoch)) {
      this.#found('skipped-without-reset', `from ${textOf(from)} to ${textOf(to)}`);
      this.#held = new Map(seen.forms.map((form) => [form.id, form]));
      this.#numbers = new Set([to.seq]);
      return;
    }
    if (to.seq === from.seq && to.epoch !== from.epoch && seen.forms.length === 0) return;
    if (to.seq <= from.seq) {
      this.#position = from;
      this.#found(this.#numbers.has(to.seq) ? 'duplicated' : 'reordered', `${textOf(to)} came after ${textOf(from)}`);
      return;
    }
    this.#numbers.add(to.seq);
    if (seen.kind === 'change' && seen.after !== undefined && seen.after > from.seq) {
      this.#found('skipped-without-reset', `${textOf(to)} follows ${seen.after}, and came at ${textOf(from)}`);
    }
    for (const form of seen.forms) this.#take(form, to);
    this.#checkStep(seen, from);
  }

  #take(form: Form, at: Position): void {
    const held = this.#held.get(form.id);
    if (held !== undefined && held.version >= form.version) {
      const name = held.version === form.version ? 'duplicated' : 'reordered';
      this.#found(name, `${describe(form)} came at ${textOf(at)} on top of v${held.version}`);
      return;
    }
    this.#held.set(form.id, form);
  }

  /** Each change on the way is held now, in its form or a later one, or was superseded before it could come. */
  #checkStep(seen: Seen, from: Position): void {
    for (const { seq, form } of this.#ledger.between(seen.position.epoch, from.seq, seen.position.seq)) {
      if (this.#holds(form) || this.#ledger.isSuperseded(form, seen.at)) continue;
      this.#found(
        'skipped-without-reset',
        `${describe(form)} at ${seq}, between ${textOf(from)} and ${textOf(seen.position)}`,
      );
    }
  }

  /** A page has all that there was at its position, down to its floor. */
  #checkPage(seen: Seen & { readonly whole: boolean }): void {
    const floor = floorOf(seen);
    const shown = new Map(seen.forms.map((form) => [form.id, form]));
    for (const { seq, form } of this.#ledger.between(seen.position.epoch, 0, seen.position.seq)) {
      if (isBelow(form, floor) || (form.id === HEADER && !shown.has(HEADER))) continue;
      if ((shown.get(form.id)?.version ?? 0) >= form.version) continue;
      this.#found('lost', `${describe(form)} of ${seq} is not on the page at ${textOf(seen.position)}`);
    }
  }

  #checkWithdrawn(seen: Seen, form: Form): void {
    if (form.text === undefined) return;
    for (const withdrawal of this.#ledger.withdrawals.get(form.id) ?? []) {
      if (form.version >= withdrawal.version) continue;
      const { epoch, seq } = withdrawal.position;
      const isHere = this.#history.isIn(withdrawal.position, seen.position.epoch);
      // It went with what the operator took back, and the text is there again.
      if (!isHere && isForgiven(this.#history, withdrawal.position)) continue;
      const isBeyond = isHere && seen.position.seq >= seq;
      const isLate = seen.at > withdrawal.answeredAt + this.#graceMs;
      if (!isBeyond && !isLate) continue;
      const late = Math.round(seen.at - withdrawal.answeredAt);
      this.#found(
        'resurrected',
        `${describe(form)} came in a ${seen.kind} at ${textOf(seen.position)}, ${late} ms after it was withdrawn at ${epoch}:${seq}`,
      );
    }
  }

  #checkEnd(end: StoreState): void {
    const at = this.#position;
    if (at === undefined || !this.#history.isIn(at, end.position.epoch) || at.seq < end.position.seq) {
      this.#found('lost', `ended at ${textOf(at)}, and the store at ${textOf(end.position)}`);
      return;
    }
    for (const form of end.forms) {
      if (this.#holds(form) || (isBelow(form, this.#floor) && !this.#held.has(form.id))) continue;
      this.#found('lost', `${describe(form)} is in the store, and ${holding(this.#held.get(form.id))} is held`);
    }
  }

  #holds({ id, version }: Form): boolean {
    return Math.max(this.#held.get(id)?.version ?? 0, this.#onPages.get(id) ?? 0) >= version;
  }
}

/** What was acknowledged is in the store, in its form or a later one. */
function* lostInStore(history: History, end: StoreState): Iterable<Anomaly> {
  const kept = new Map(end.forms.map((form) => [form.id, form]));
  for (const { by, done } of history.commands) {
    if (done === undefined || isForgiven(history, done.position)) continue;
    const found = kept.get(done.form.id);
    if (found !== undefined && found.version >= done.form.version) continue;
    yield {
      name: 'lost',
      who: by,
      what: `${describe(done.form)} was acknowledged, and ${holding(found)} is in the store`,
    };
  }
}

function isForgiven(history: History, { epoch, seq }: Position): boolean {
  return history.rewinds.some((to) => to.epoch === epoch && seq > to.seq);
}

function floorOf({ forms, whole }: Seen & { readonly whole: boolean }): string {
  if (whole) return '';
  const [least] = forms.flatMap(({ place }) => place ?? []).sort();
  // An empty page that is not the whole says nothing of what there is.
  return least ?? '\uffff';
}

function isBelow({ place }: Form, floor: string): boolean {
  return place !== undefined && place < floor;
}

function textOf(position: Position | undefined): string {
  return position === undefined ? 'nowhere' : `${position.epoch}:${position.seq}`;
}

function holding(form: Form | undefined): string {
  return form === undefined ? 'nothing of it' : `v${form.version}`;
}

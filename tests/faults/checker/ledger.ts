import type { Position } from '../../../client-sdk/protocol/position.js';
import type { Command, Form, History, StoreState } from './history.js';

/** A change that is known to have happened. */
export interface Commit {
  readonly seq: number;
  readonly form: Form;
  /** When its command was sent: nothing can have known of it before. */
  readonly sentAt: number;
}

export interface Withdrawal {
  readonly version: number;
  readonly position: Position;
  /** When the desk was told that it is done. */
  readonly answeredAt: number;
}

/** A second value where there can only be one. */
export interface Conflict {
  readonly who: string;
  readonly what: string;
}

/**
 * What is known of the one true order, put together from what was acknowledged and from what single changes showed:
 * a command whose answer was lost is known by those who saw it.
 */
export class Ledger {
  readonly commandOf = new Map<string, Command>();
  readonly withdrawals = new Map<string, Withdrawal[]>();
  readonly conflicts: Conflict[] = [];
  readonly #commits = new Map<string, Map<number, Commit>>();
  readonly #sorted = new Map<string, readonly Commit[]>();
  /** When the command behind each later version was sent, by object. */
  readonly #versions = new Map<string, { readonly version: number; readonly sentAt: number }[]>();
  /** The text of each version, by epoch and object. */
  readonly #texts = new Map<string, string | undefined>();

  constructor(history: History, end: StoreState | undefined) {
    for (const command of history.commands) this.#enter(command);
    for (const { name, seen } of history.subscribers) {
      for (const one of seen) {
        const { epoch, seq } = one.position;
        for (const form of one.forms) this.#witness(name, epoch, form);
        const [form] = one.forms;
        if (one.kind === 'change' && form !== undefined)
          this.#add(name, epoch, { seq, form, sentAt: this.#sentAt(form) });
      }
    }
    for (const form of end?.forms ?? []) this.#witness('the store', end?.position.epoch ?? '', form);
    for (const [epoch, { seq, by }] of history.continued) this.#inherit(epoch, seq, by);
    for (const [epoch, commits] of this.#commits) {
      this.#sorted.set(
        epoch,
        [...commits.values()].sort((a, b) => a.seq - b.seq),
      );
    }
  }

  /** Known commits of an epoch with `after < seq <= upTo`, in order. */
  between(epoch: string, after: number, upTo: number): readonly Commit[] {
    const all = this.#sorted.get(epoch) ?? [];
    return all.slice(firstBeyond(all, after), firstBeyond(all, upTo));
  }

  /** Whether a version beyond this one can have been there at that moment. */
  isSuperseded({ id, version }: Form, at: number): boolean {
    return (this.#versions.get(id) ?? []).some((later) => later.version > version && later.sentAt <= at);
  }

  #enter(command: Command): void {
    if (command.text !== undefined) this.commandOf.set(command.text, command);
    if (command.done === undefined) return;
    const { form, position } = command.done;
    this.#witness(command.by, position.epoch, form, command.sentAt);
    this.#add(command.by, position.epoch, { seq: position.seq, form, sentAt: command.sentAt });
    if (form.text !== undefined) return;
    const withdrawal = { version: form.version, position, answeredAt: command.answeredAt };
    this.withdrawals.set(form.id, [...(this.withdrawals.get(form.id) ?? []), withdrawal]);
  }

  #add(who: string, epoch: string, commit: Commit): void {
    const commits = this.#commits.get(epoch) ?? new Map<number, Commit>();
    this.#commits.set(epoch, commits);
    const known = commits.get(commit.seq);
    if (known === undefined) commits.set(commit.seq, commit);
    else if (!isSame(known.form, commit.form)) {
      this.conflicts.push({
        who,
        what: `${epoch}:${commit.seq} is ${describe(commit.form)}, and was ${describe(known.form)} to another`,
      });
    }
  }

  /** What an epoch had up to its end is part of the one that continues it. Told from the oldest on. */
  #inherit(epoch: string, upTo: number, by: string): void {
    for (const commit of this.#commits.get(epoch)?.values() ?? []) {
      if (commit.seq <= upTo) this.#add('an earlier epoch', by, commit);
    }
  }

  /** One version of an object has one text, whoever looks. */
  #witness(who: string, epoch: string, form: Form, sentAt?: number): void {
    const key = `${epoch} ${form.id} ${form.version}`;
    if (!this.#texts.has(key)) {
      this.#texts.set(key, form.text);
      const versions = this.#versions.get(form.id) ?? [];
      this.#versions.set(form.id, versions);
      versions.push({ version: form.version, sentAt: sentAt ?? this.#sentAt(form) });
    } else if (this.#texts.get(key) !== form.text) {
      this.conflicts.push({ who, what: `saw ${describe(form)}, of which ${this.#texts.get(key)} is known` });
    }
  }

  /** A form without a known command can have been written at any time. */
  #sentAt({ text }: Form): number {
    return (text === undefined ? undefined : this.commandOf.get(text)?.sentAt) ?? 0;
  }
}

export function describe({ id, version, text }: Form): string {
  return `${id} v${version} ${text === undefined ? '(withdrawn)' : `"${text}"`}`;
}

function isSame(one: Form, other: Form): boolean {
  return one.id === other.id && one.version === other.version && one.text === other.text;
}

function firstBeyond(commits: readonly Commit[], seq: number): number {
  let low = 0;
  let high = commits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((commits[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

import type { ChangeKind } from '@slugline/client/protocol';
import type { ChangedObject } from '../store/change-text.js';
import { HEADER_ID } from '../store/story-store.js';
import { Delays } from './delays.js';
import { type DoorName, type Handed, RECALLS_KEPT_MS } from './reach.js';

/** Changes that are remembered of a story: what an editor looks at are the newest. */
export const CHANGES_MOST = 30;
/** Those beside them: withdrawals, for their reports, and what is about to be forgotten. */
const RECALLS_MOST = 60;

const WITHDRAWALS: ReadonlySet<ChangeKind> = new Set<ChangeKind>(['entry.withheld', 'entry.canceled']);

/** What became of one change at the doors of one instance, or of several. */
export interface SentChange {
  readonly seq: number;
  readonly entryId: string;
  version: number;
  /** Milliseconds since 1970, by the store's clock. */
  readonly at: number;
  readonly isWithdrawal: boolean;
  readonly there: Record<DoorName, number>;
  readonly handed: Record<DoorName, number>;
  asked: number;
  confirmed: number;
  readonly delays: Delays;
}

/**
 * What this instance knows of how far the newest changes of one story came. It is told of each change while that goes out
 * to all readers, so it only counts then, and looks at what the change was when somebody wants to know.
 */
export class StoryReach {
  readonly #now: () => number;
  /** Oldest first. */
  #changes: SentChange[] = [];
  /** Forms of the newest of them, in which their versions stand. */
  #forms: string[] = [];

  /** @param now milliseconds since 1970, by the store's clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get changes(): readonly SentChange[] {
    const read = this.#changes.length - this.#forms.length;
    for (const [index, form] of this.#forms.entries()) {
      const change = this.#changes[read + index];
      if (change !== undefined) change.version = versionOf(form);
    }
    this.#forms = [];
    return this.#changes;
  }

  /** The three doors are told of the same change one after the other. */
  handed(change: ChangedObject, door: DoorName, { there, handed, asked }: Handed): void {
    if (change.objectId === HEADER_ID) return;
    const newest = this.#changes.at(-1);
    const record = newest?.seq === change.seq ? newest : this.#begin(change, newest);
    record.there[door] += there;
    record.handed[door] += handed;
    record.asked += asked;
  }

  confirmed(after: number, seq: number): void {
    for (const change of this.#changes) {
      // Nobody is counted who was not asked.
      if (change.seq <= after || change.seq > seq || change.confirmed >= change.asked) continue;
      change.confirmed += 1;
      change.delays.add(Math.max(0, this.#now() - change.at));
    }
  }

  #begin({ objectId, seq, kind, at, form }: ChangedObject, newest: SentChange | undefined): SentChange {
    // A store that went back in time tells the same numbers of other changes.
    if (newest !== undefined && newest.seq > seq) this.#changes = this.changes.filter((one) => one.seq < seq);
    const isWithdrawal = WITHDRAWALS.has(kind);
    const record = newChange({ seq, entryId: objectId, version: 0, at: Date.parse(at), isWithdrawal });
    this.#changes.push(record);
    this.#forms.push(form);
    if (this.#changes.length > CHANGES_MOST + RECALLS_MOST) this.#forget();
    return record;
  }

  /** Half of what is beside the newest, so that it is not done at each change. */
  #forget(): void {
    const all = this.changes;
    const since = this.#now() - RECALLS_KEPT_MS;
    const recalls = all.slice(0, -CHANGES_MOST).filter(({ isWithdrawal, at }) => isWithdrawal && at > since);
    this.#changes = [...recalls.slice(-RECALLS_MOST / 2), ...all.slice(-CHANGES_MOST)];
  }
}

/** 0 for a form without one. */
function versionOf(form: string): number {
  const { version }: { version?: unknown } = JSON.parse(form);
  return typeof version === 'number' ? version : 0;
}

export function newChange(change: Pick<SentChange, 'seq' | 'entryId' | 'version' | 'at' | 'isWithdrawal'>): SentChange {
  const none = () => ({ socket: 0, sse: 0, poll: 0 });
  return { ...change, there: none(), handed: none(), asked: 0, confirmed: 0, delays: new Delays() };
}

import type { ChangeKind } from '@slugline/client/protocol';
import { z } from 'zod';
import type { ChangedObject } from '../store/change-text.js';
import { HEADER_ID } from '../store/story-store.js';
import { Delays } from './delays.js';
import { type DoorName, type Handed, RECALLS_KEPT_MS } from './reach.js';

/** Changes that are remembered of a story: what an editor looks at are the newest. */
export const CHANGES_MOST = 30;
/** Withdrawals beside them, for their reports. */
const RECALLS_MOST = 30;

const WITHDRAWALS: ReadonlySet<ChangeKind> = new Set<ChangeKind>(['entry.withheld', 'entry.canceled']);

/** What became of one change at the doors of one instance, or of several. */
export interface SentChange {
  readonly seq: number;
  readonly entryId: string;
  readonly version: number;
  /** Milliseconds since 1970, by the store's clock. */
  readonly at: number;
  readonly isWithdrawal: boolean;
  readonly there: Record<DoorName, number>;
  readonly handed: Record<DoorName, number>;
  asked: number;
  confirmed: number;
  readonly delays: Delays;
}

/** What this instance knows of how far the newest changes of one story came. */
export class StoryReach {
  /** Oldest first. */
  #changes: SentChange[] = [];

  get changes(): readonly SentChange[] {
    return this.#changes;
  }

  handed(change: ChangedObject, door: DoorName, { there, handed, asked }: Handed, now: number): void {
    const record = this.#recordOf(change, now);
    if (record === undefined) return;
    record.there[door] += there;
    record.handed[door] += handed;
    record.asked += asked;
  }

  confirmed(after: number, seq: number, now: number): void {
    for (const change of this.#changes) {
      // Nobody is counted who was not asked.
      if (change.seq <= after || change.seq > seq || change.confirmed >= change.asked) continue;
      change.confirmed += 1;
      change.delays.add(Math.max(0, now - change.at));
    }
  }

  /** The three doors are told of the same change one after the other. */
  #recordOf({ objectId, seq, kind, at, form }: ChangedObject, now: number): SentChange | undefined {
    if (objectId === HEADER_ID) return undefined;
    const newest = this.#changes.at(-1);
    if (newest?.seq === seq) return newest;
    // A store that went back in time tells the same numbers of other changes.
    if (newest !== undefined && newest.seq > seq) this.#changes = this.#changes.filter((one) => one.seq < seq);
    const { data } = identity.safeParse(JSON.parse(form));
    if (data === undefined) return undefined;
    const { id, version } = data;
    const isWithdrawal = WITHDRAWALS.has(kind);
    const record = newChange({ seq, entryId: id, version, at: Date.parse(at), isWithdrawal });
    this.#changes.push(record);
    this.#forget(now);
    return record;
  }

  #forget(now: number): void {
    if (this.#changes.length <= CHANGES_MOST) return;
    const newest = this.#changes.slice(-CHANGES_MOST);
    const recalls = this.#changes
      .slice(0, -CHANGES_MOST)
      .filter(({ isWithdrawal, at }) => isWithdrawal && at > now - RECALLS_KEPT_MS);
    this.#changes = [...recalls.slice(-RECALLS_MOST), ...newest];
  }
}

const identity = z.object({ id: z.string(), version: z.int() });

export function newChange(change: Pick<SentChange, 'seq' | 'entryId' | 'version' | 'at' | 'isWithdrawal'>): SentChange {
  const none = () => ({ socket: 0, sse: 0, poll: 0 });
  return { ...change, there: none(), handed: none(), asked: 0, confirmed: 0, delays: new Delays() };
}

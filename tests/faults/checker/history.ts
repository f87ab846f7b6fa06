import type { Position } from '../../../client-sdk/protocol/position.js';

/** The id under which a story's header is logged: to the checker it is an object like any entry. */
export const HEADER = '@header';

/** One form of one object, as far as the checker tells forms apart. */
export interface Form {
  /** The entry's id, or `HEADER`. */
  readonly id: string;
  readonly version: number;
  /** What readers see of it, unique to the command that wrote it. Absent of a tombstone. */
  readonly text?: string;
  /** Its place in display order, greatest first (`publishedAt~id`). Absent of the header, which is always shown. */
  readonly place?: string;
}

/**
 * - `ok`: acknowledged. Its effect must be there from now on.
 * - `failed`: refused in a way that says that nothing was done. Its text must never be seen.
 * - `unknown`: no answer came, or one that leaves it open (a time-out, a broken link, 503). It may be seen or not.
 */
export type Outcome = 'ok' | 'failed' | 'unknown';

/** One command, with all its tries under one Idempotency-Key. Times are those of `History.now()`. */
export interface Command {
  readonly by: string;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly outcome: Outcome;
  /** The object it was for; absent of a publication that was not acknowledged. */
  readonly objectId?: string;
  /** The text that it would bring before readers. Absent of withdrawals and releases, which bring none of their own. */
  readonly text?: string;
  /** Of one that is `ok`: the public form that it led to, and the position at which the public edition has it. */
  readonly done?: { readonly form: Form; readonly position: Position };
}

interface SeenAt {
  readonly at: number;
  /** Where the subscriber stood afterwards. */
  readonly position: Position;
  readonly forms: readonly Form[];
}

/** What a subscriber's callback saw. */
export type Seen = SeenAt &
  (
    | {
        /** One live change. */
        readonly kind: 'change';
        /** As the change said it (PROTOCOL.md, section 5.2), where the subscriber gets to see that. */
        readonly after?: number;
      }
    /** Net changes since where it stood. */
    | { readonly kind: 'catch-up' }
    /** A snapshot in place of all that was held: the subscriber's history starts afresh. */
    | { readonly kind: 'reset'; readonly whole: boolean }
    /**
     * All that is shown at this position, which the subscriber looked at without moving: its own page, or the answer
     * of a GET. `whole`: nothing older than the last form is left out.
     */
    | { readonly kind: 'page'; readonly whole: boolean }
  );

export interface SubscriberLog {
  readonly name: string;
  readonly seen: Seen[];
  /** Set for one that followed until the store had come to rest: it must have everything. */
  toTheEnd: boolean;
}

/** All that a store's public edition holds of one story once nothing is written any more. */
export interface StoreState {
  readonly position: Position;
  readonly forms: readonly Form[];
}

/** What everyone did and saw in one run, of one story. */
export class History {
  readonly commands: Command[] = [];
  readonly subscribers: SubscriberLog[] = [];
  /**
   * Positions to which the store was put back on purpose (an older copy, a flush). What was acknowledged in that epoch
   * beyond them is gone with the operator's knowledge and is not asked for.
   */
  readonly rewinds: Position[] = [];
  /**
   * By epoch: its last `seq` that is part of the epoch that continues it. Up to there a position of the one is a
   * position of the other, and nobody who goes over from the one to the other has to start afresh. Oldest first.
   */
  readonly continued = new Map<string, { readonly seq: number; readonly by: string }>();

  readonly #forms = new Map<string, Form>();

  /** Milliseconds on a clock that never goes back, and that all who log here share. */
  now(): number {
    return performance.now();
  }

  subscriber(name: string): SubscriberLog {
    const log: SubscriberLog = { name, seen: [], toTheEnd: false };
    this.subscribers.push(log);
    return log;
  }

  /** Whether a position is one of this epoch too: of the same, or of one that it continues and not beyond its end. */
  isIn({ epoch, seq }: Position, wanted: string): boolean {
    let at = epoch;
    // Bounded by the number of epochs, should they ever be told to continue each other.
    for (let steps = 0; at !== wanted && steps <= this.continued.size; steps += 1) {
      const next = this.continued.get(at);
      if (next === undefined || seq > next.seq) return false;
      at = next.by;
    }
    return at === wanted;
  }

  /** The one object for all equal forms: a thousand readers log each form, and memory holds it once. */
  form(form: Form): Form {
    const key = `${form.id} ${form.version} ${form.text ?? ''}`;
    const known = this.#forms.get(key);
    if (known !== undefined && known.place === form.place) return known;
    this.#forms.set(key, form);
    return form;
  }
}

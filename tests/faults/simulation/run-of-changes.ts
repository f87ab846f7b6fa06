import type { Change, Position } from '../../../client-sdk/protocol/index.js';
import type { Complain } from './witness.js';

/**
 * What one connection carries: an answer, or the position that was asked from, and changes that each follow on what
 * came before. A reader may miss what is sent to it, and asks again; but who sends over a connection that stands must
 * leave nothing out and must say what each change follows. Only where the store went back in time may an answer lie
 * before what the instance had heard of: that ends with a reset, as soon as the instance has noticed.
 */
export class RunOfChanges {
  readonly #complain: Complain;
  readonly #hasGoneBack: () => boolean;
  /** Absent until there is something that changes could follow on. */
  #at: Position | undefined;
  /** Changes that came while an answer is awaited: they were sent before it and may lie behind it. */
  #early: Change[] = [];
  #isAsking = false;
  /** The answer under way was overtaken by a reset, after which the reader asks anew. */
  #isVoid = false;

  constructor(complain: Complain, hasGoneBack: () => boolean, since?: Position) {
    this.#complain = complain;
    this.#hasGoneBack = hasGoneBack;
    this.#at = since;
  }

  /** The reader asks anew: what comes from now on may lie behind the answer. */
  asks(): void {
    this.#isAsking = true;
    this.#isVoid = false;
    this.#early = [];
  }

  answered(position: Position): void {
    if (this.#isVoid) return;
    this.#at = position;
    this.#isAsking = false;
    const early = this.#early;
    this.#early = [];
    // The answer may stand in an epoch that was begun after the first of them: those lie behind it.
    const ahead = early.findIndex(({ epoch, afterEpoch = epoch }) => [epoch, afterEpoch].includes(position.epoch));
    for (const change of ahead < 0 ? [] : early.slice(ahead)) this.takes(change);
  }

  /** Nothing that was sent so far is to be built upon. */
  wasReset(): void {
    this.#at = undefined;
    this.#isVoid = this.#isAsking;
    this.#early = [];
  }

  takes(change: Change): void {
    if (this.#isAsking) {
      this.#early.push(change);
      return;
    }
    const { epoch, seq, after = seq - 1, afterEpoch = epoch } = change;
    const at = this.#at;
    if (at === undefined || (at.epoch === epoch && seq <= at.seq)) return;
    // Into another epoch a reader who was ahead of the instance does not follow, but asks: that is no fault of anyone.
    const follows = (at.epoch === epoch || at.epoch === afterEpoch) && after <= at.seq;
    if (!follows && !this.#hasGoneBack()) {
      this.#complain(`was sent ${epoch}:${seq}, which follows ${afterEpoch}:${after}, after ${at.epoch}:${at.seq}`);
    }
    this.#at = { epoch, seq };
  }
}

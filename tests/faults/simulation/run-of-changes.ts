import type { Change, Position } from '../../../client-sdk/protocol/index.js';
import type { Complain } from './witness.js';

/**
 * What one connection carries: an answer, or the position that was asked from, and changes that each follow on what
 * came before. A reader may miss what is sent to it, and asks again; but who sends over a connection that stands must
 * leave nothing out and must say what each change follows.
 */
export class RunOfChanges {
  readonly #complain: Complain;
  /** Absent until there is something that changes could follow on. */
  #at: Position | undefined;
  /** Changes that came while an answer is awaited: they were sent before it and may lie behind it. */
  #early: Change[] = [];
  #isAsking = false;
  /** The answer under way was overtaken by a reset, after which the reader asks anew. */
  #isVoid = false;

  constructor(complain: Complain, since: Position | undefined) {
    this.#complain = complain;
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
    for (const change of early) this.takes(change);
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
    const { epoch, seq, after = seq - 1 } = change;
    if (this.#at === undefined || this.#at.epoch !== epoch || seq <= this.#at.seq) return;
    if (after > this.#at.seq) {
      this.#complain(
        `was sent ${epoch}:${seq}, which follows ${after}, on a connection that had come to ${this.#at.seq}`,
      );
    }
    this.#at = { epoch, seq };
  }
}

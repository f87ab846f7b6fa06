import type { Pace } from './pace.js';
import { SharedRead } from './shared-read.js';

/**
 * Makes a feed's ring reach farther back for readers who were away longer than it remembers. All who wait share a
 * read from the oldest of their positions. Where that is too far, the next read starts at the middle one, so that a
 * reader who slept for a week does not spoil it for those who were away a minute, at a cost that grows with the
 * logarithm of their number only.
 */
export class LookBack {
  readonly #reads: SharedRead<void>;
  #waiting: number[] = [];
  #lastWasTooFar = false;
  /** The newest `seq` known to be too far back. It stays so: what has changed since only grows. */
  #tooFar = -1;

  /** @param read takes in the net changes after a `seq`. */
  constructor(read: (from: number) => Promise<'taken' | 'too far'>, pace: Pace) {
    this.#reads = new SharedRead(async () => {
      const positions = this.#waiting.sort((a, b) => a - b);
      this.#waiting = [];
      const from = positions[this.#lastWasTooFar ? positions.length >> 1 : 0];
      if (from === undefined) return;
      this.#lastWasTooFar = (await read(from)) === 'too far';
      if (this.#lastWasTooFar) this.#tooFar = Math.max(this.#tooFar, from);
    }, pace);
  }

  /** `taken` after a read that may have reached `seq`: look again, and come back when it did not. */
  async from(seq: number): Promise<'taken' | 'too far'> {
    if (seq <= this.#tooFar) return 'too far';
    this.#waiting.push(seq);
    await this.#reads.ask();
    return seq <= this.#tooFar ? 'too far' : 'taken';
  }

  /** The numbers belong to a new epoch from now on. */
  forget(): void {
    this.#tooFar = -1;
    this.#lastWasTooFar = false;
  }
}

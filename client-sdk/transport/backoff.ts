export interface BackoffOptions {
  /** Upper bound of the first wait in milliseconds (default 1,000); it doubles with each failed try. */
  readonly minMs?: number;
  /** Upper bound of any wait in milliseconds (default 30,000). */
  readonly maxMs?: number;
}

/** Milliseconds that pass at least between two tries that `hurry` brings about. */
const HURRY_INTERVAL_MS = 1_000;

/**
 * When to try again: one clock for all that waits, so that fifty stories behind one broken link make one try.
 * Full jitter (a random moment between now and the bound) spreads the readers of a server that comes back.
 *
 * Times here and in the transports are of `performance.now()`: a device's clock may be set, and one that is set back
 * by an hour must not make its reader wait for an hour.
 */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  readonly #waiting = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires, as `performance.now()`. */
  #due = 0;
  /** Until then the server does not want to be asked. */
  #notBefore = 0;
  #tries = 0;
  #lastTry = Number.NEGATIVE_INFINITY;

  constructor({ minMs = 1_000, maxMs = 30_000 }: BackoffOptions, random: () => number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** Whether a try is planned already, for someone else. */
  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  /**
   * Calls back when it is time for another try. Who comes while others wait, waits with them, and they with it: what
   * the server asks one story to wait it asks of all.
   *
   * @param atLeastMs milliseconds for which the server asked not to be asked.
   */
  wait(callback: () => void, atLeastMs = 0): () => void {
    this.#waiting.add(callback);
    const now = performance.now();
    this.#notBefore = Math.max(this.#notBefore, now + atLeastMs);
    if (this.#timer === undefined || this.#due < this.#notBefore) {
      const bound = Math.min(this.#maxMs, this.#minMs * 2 ** this.#tries);
      if (this.#timer === undefined) this.#tries += 1;
      clearTimeout(this.#timer);
      this.#due = this.#notBefore + this.#random() * bound;
      this.#timer = setTimeout(() => this.#fire(), this.#due - now);
    }
    return () => {
      this.#waiting.delete(callback);
      if (this.#waiting.size === 0) this.#stop();
    };
  }

  /**
   * Things may have changed for the better (the network is back, the page is looked at): try now if one waits, unless
   * it is the server that asked for it.
   */
  hurry(): void {
    if (this.#timer === undefined) return;
    const now = performance.now();
    if (now < this.#notBefore || now - this.#lastTry < HURRY_INTERVAL_MS) return;
    this.#tries = 0;
    this.#fire();
  }

  /** All is well: the next wait is a short one again. */
  reset(): void {
    this.#tries = 0;
  }

  #fire(): void {
    this.#stop();
    this.#lastTry = performance.now();
    const callbacks = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of callbacks) callback();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

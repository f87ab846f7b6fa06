/** Lets reads begin one at a time, each not sooner than so many milliseconds after the one before it began or ended. */
export class Pace {
  readonly #spacingMs: number;
  readonly #waiting: (() => void)[] = [];
  /** When the next one may begin, on the clock of `performance.now()`. */
  #next = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(spacingMs: number) {
    this.#spacingMs = spacingMs;
  }

  /** Resolves when it is the caller's turn: at once, or after all who asked before. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#admit();
    });
  }

  /** The same, but before all who wait. */
  firstTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.unshift(resolve);
      this.#admit();
    });
  }

  /** A read that was let in is over. */
  ended(): void {
    this.#next = Math.max(this.#next, performance.now() + this.#spacingMs);
  }

  /** By when the last one was let in, not by when it was to be: a process that was held up does not make up for it. */
  #admit(): void {
    if (this.#timer !== undefined || this.#waiting.length === 0) return;
    const now = performance.now();
    if (now >= this.#next) {
      this.#next = now + this.#spacingMs;
      this.#waiting.shift()?.();
    }
    if (this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#admit();
    }, this.#next - now);
  }
}

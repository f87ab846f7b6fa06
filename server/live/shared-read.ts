import { setTimeout as delay } from 'node:timers/promises';

/**
 * One read for all who ask before it starts. The next starts when this one is over, and at least `spacingMs` after
 * this one started: a herd of readers costs what one reader costs. An answer is never older than its question,
 * since nobody joins a read that is under way.
 */
export class SharedRead<T> {
  readonly #read: () => Promise<T>;
  readonly #spacingMs: number;
  #waiting: Promise<T> | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #startedAt = Number.NEGATIVE_INFINITY;

  constructor(read: () => Promise<T>, spacingMs: number) {
    this.#read = read;
    this.#spacingMs = spacingMs;
  }

  /** Rejects as the read does. */
  ask(): Promise<T> {
    this.#waiting ??= this.#start();
    return this.#waiting;
  }

  async #start(): Promise<T> {
    await this.#running;
    const wait = this.#startedAt + this.#spacingMs - performance.now();
    if (wait > 0) await delay(wait);
    this.#waiting = undefined;
    this.#startedAt = performance.now();
    const answer = this.#read();
    // Those who asked hear of a failure; whoever is next in line only waits for the end.
    this.#running = answer.catch(() => undefined);
    return answer;
  }
}

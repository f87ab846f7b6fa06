import type { Pace } from './pace.js';

/**
 * One read for all who ask before it starts. The next starts when this one is over and its pace allows it: a herd of
 * readers costs what one reader costs. An answer is never older than its question, since nobody joins a read that is
 * under way.
 */
export class SharedRead<T> {
  readonly #read: () => Promise<T>;
  readonly #pace: Pace;
  #waiting: Promise<T> | undefined;
  #running: Promise<unknown> = Promise.resolve();

  /** @param pace may be shared with other reads. */
  constructor(read: () => Promise<T>, pace: Pace) {
    this.#read = read;
    this.#pace = pace;
  }

  /** Rejects as the read does. */
  ask(): Promise<T> {
    this.#waiting ??= this.#start();
    return this.#waiting;
  }

  async #start(): Promise<T> {
    await this.#running;
    await this.#pace.turn();
    this.#waiting = undefined;
    const answer = this.#read();
    // Those who asked hear of a failure; whoever is next in line only waits for the end.
    this.#running = answer.catch(() => undefined);
    return answer;
  }
}

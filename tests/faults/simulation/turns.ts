import type { Scheduler } from 'fast-check';
import { quiet, type VirtualTime } from '../../helpers/virtual-time.js';

/**
 * How soon what waits for its turn gets it while time passes: all of it at each moment, some of it, or none, so that
 * everything is late.
 */
export type Pace = 'prompt' | 'slow' | 'stuck';

/** Turns of one schedule. More of them mean that something goes round in a circle. */
const TURNS_MOST = 40_000;

/** Settled already: what is scheduled is only the moment. */
const NOW = Promise.resolve();

/**
 * What happens next. Everything that takes time in the real world (a question to the store, an announcement, bytes on
 * a wire) waits here for its turn, and the schedule says whose it is. So two things that happen beside each other
 * happen in each order in some schedule, and in the same one whenever that schedule is run again.
 */
export class Turns {
  readonly time: VirtualTime;
  readonly #scheduler: Scheduler;
  readonly #random: () => number;
  readonly #trace: string[] | undefined;
  readonly #began: number;
  #taken = 0;

  /** @param trace takes a line for each turn, for those who want to know. */
  constructor(scheduler: Scheduler, time: VirtualTime, random: () => number, trace?: string[]) {
    this.#scheduler = scheduler;
    this.time = time;
    this.#random = random;
    this.#trace = trace;
    this.#began = time.now;
  }

  /** Turns taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#scheduler.count();
  }

  /** Resolves when it is this one's turn. */
  take(what: string): Promise<void> {
    const turn = this.#scheduler.schedule(NOW, what);
    if (this.#trace !== undefined) void turn.then(() => this.say(what));
    return turn;
  }

  /** Puts a line into the trace, where one is kept. */
  say(what: string): void {
    this.#trace?.push(`${String(this.time.now - this.#began).padStart(7)} ms  ${what}`);
  }

  /** Gives the next turns, as far as anyone waits, each with all that follows from it at once. */
  async give(most: number): Promise<void> {
    await quiet();
    for (let given = 0; given < most && this.waiting > 0; given += 1) {
      this.#taken += 1;
      if (this.#taken > TURNS_MOST) throw new Error(`more than ${TURNS_MOST} turns: something goes round in a circle`);
      await this.#scheduler.waitOne();
      await quiet();
    }
  }

  /** Gives turns until nobody waits. */
  giveAll(): Promise<void> {
    return this.give(Number.POSITIVE_INFINITY);
  }

  /** Lets time go by, with all the timers that come due in it. */
  async pass(ms: number, pace: Pace): Promise<void> {
    const until = this.time.now + ms;
    for (;;) {
      await this.#work(pace);
      const { next } = this.time;
      if (next === undefined || next > until) break;
      this.time.fire();
      await quiet();
    }
    this.time.moveTo(until);
  }

  async #work(pace: Pace): Promise<void> {
    if (pace === 'prompt') return this.giveAll();
    await quiet();
    while (pace === 'slow' && this.waiting > 0 && this.#random() < 0.5) await this.give(1);
  }
}

/** Numbers in [0, 1) that a seed fixes (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

import type { Logger } from '../logger.js';
import { type RateLimiter, type Standing, WINDOW_MS } from './rate-limiter.js';

/**
 * Addresses that are counted at a time; beyond it the one that was first seen longest ago begins anew. Stops a flood
 * from made-up addresses from filling the memory.
 */
const ADDRESSES_MOST = 100_000;
/** Milliseconds between two settlements with the other instances. */
const SETTLE_EVERY_MS = 1_000;
/**
 * The part of a limit that an instance counts by itself before it tells the others. An ordinary reader stays below
 * it, so that readers cost the shared store nothing, however many there are.
 */
const TELL_FROM = 1 / 10;

interface Count {
  /** Points of the window, as far as known here. */
  taken: number;
  /** Points of `taken` that the others have not been told of. */
  untold: number;
  /** When the window ends, on the clock of `performance.now()`. */
  until: number;
}

export interface TallyOptions {
  /** Points of one address in a window. */
  readonly most: number;
  /** Counts for all instances. Absent: there are no others. */
  readonly shared: RateLimiter | undefined;
  readonly logger: Logger;
}

/**
 * Counts by address what is too frequent to ask a store about each time. Exact within an instance. Across instances
 * that share a limiter it is settled every second: until then, each may let through a tenth of the limit and what
 * comes in a second beyond what is allowed together. While the shared store is away each goes on by itself.
 */
export class AddressTally {
  readonly #most: number;
  readonly #shared: RateLimiter | undefined;
  readonly #logger: Logger;
  readonly #tellFrom: number;
  readonly #counts = new Map<string, Count>();
  readonly #due = new Set<string>();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor({ most, shared, logger }: TallyOptions) {
    this.#most = most;
    this.#shared = shared;
    this.#logger = logger;
    this.#tellFrom = Math.max(1, Math.floor(most * TELL_FROM));
    if (shared === undefined) return;
    this.#timer = setInterval(() => void this.#settle(shared), SETTLE_EVERY_MS);
    this.#timer.unref();
  }

  /** Takes a point. One beyond the limit is answered and not counted, so that who waits out the window is let in. */
  take(address: string): Standing {
    const now = performance.now();
    const count = this.#countOf(address, now);
    if (count.taken >= this.#most) {
      if (count.untold > 0) this.#tell(address);
      return { taken: count.taken + 1, msLeft: count.until - now };
    }
    count.taken += 1;
    count.untold += 1;
    if (count.untold >= this.#tellFrom) this.#tell(address);
    return { taken: count.taken, msLeft: count.until - now };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #countOf(address: string, now: number): Count {
    const known = this.#counts.get(address);
    if (known !== undefined && known.until > now) return known;
    this.#counts.delete(address);
    this.#dropOld(now);
    const count = { taken: 0, untold: 0, until: now + WINDOW_MS };
    this.#counts.set(address, count);
    return count;
  }

  /** The oldest stand first. A few at a time keep pace with those who come. */
  #dropOld(now: number): void {
    let looked = 0;
    for (const [address, { until }] of this.#counts) {
      if (this.#counts.size < ADDRESSES_MOST && (until > now || looked === 2)) return;
      this.#counts.delete(address);
      this.#due.delete(address);
      looked += 1;
    }
  }

  #tell(address: string): void {
    if (this.#shared !== undefined) this.#due.add(address);
  }

  /** Sent together, without waiting for each other. */
  async #settle(shared: RateLimiter): Promise<void> {
    const due = [...this.#due];
    this.#due.clear();
    const told = await Promise.allSettled(due.map((address) => this.#settleOne(shared, address)));
    const failed = told.find((one) => one.status === 'rejected');
    if (failed !== undefined) this.#logger.debug({ err: failed.reason }, 'limits could not be settled');
  }

  async #settleOne(shared: RateLimiter, address: string): Promise<void> {
    const count = this.#counts.get(address);
    const msLeft = (count?.until ?? 0) - performance.now();
    if (count === undefined || count.untold === 0 || msLeft <= 0) return;
    const { untold } = count;
    count.untold = 0;
    try {
      const all = await shared.take(address, untold, msLeft);
      count.taken = all.taken + count.untold;
      count.until = performance.now() + all.msLeft;
    } catch (error) {
      count.untold += untold;
      this.#tell(address);
      throw error;
    }
  }
}

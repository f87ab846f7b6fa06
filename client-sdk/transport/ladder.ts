import { Backoff, type BackoffOptions } from './backoff.js';
import { Departure } from './departure.js';
import type { Loss, TransportName } from './transport.js';

export interface LadderOptions extends BackoffOptions {
  /**
   * Milliseconds after which a connection that had to move to a less preferred transport tries the one above
   * again (default 60,000). Doubles with each try that failed, up to sixteenfold.
   */
  readonly climbAfterMs?: number;
}

/** Failed tries after which the next transport gets its turn, for one that never worked here … */
const TRIES_UNPROVEN = 2;
/** … and for one that did: then the server is more likely to be away than the transport to be blocked. */
const TRIES_PROVEN = 5;
/** Milliseconds for which a link must have held to prove its transport: longer than a stream may be silent. */
const STEADY_MS = 40_000;
/**
 * Milliseconds for which a link must have held for its loss to be a first one, after which the wait is short: an
 * instance that goes leaves others to go to. One that lets its readers in only to fall over holds no link so long.
 */
const SETTLED_MS = 5_000;
/** How many times longer than usual to stay where the server sent its readers. */
const SENT_FACTOR = 5;
/** The code with which a door says that all its places are taken. */
const CROWDED = 'too_many_connections';

/** How many times longer than usual to wait before asking again for what was there and is not any more. */
const PATIENCE_FACTOR = 30;

/** A story on one of the rungs. */
export interface Climber {
  /** Try this transport beside the one in use and change over once it works. `false`: not in a state to. */
  climb(to: TransportName): boolean;
}

/**
 * Which transport to use and when to try again, for all stories of one connection: down a rung when the current
 * one keeps failing, past the last one back to the first; up a rung when a lower one has held for a while.
 */
export class Ladder {
  readonly #options: BackoffOptions;
  readonly #backoff: Backoff;
  readonly #random: () => number;
  readonly #climbAfterMs: number;
  readonly #climbers = new Set<Climber>();
  readonly #proven = new Set<TransportName>();
  #rungs: readonly TransportName[];
  #rung = 0;
  /** Tries on this rung that failed one after the other. */
  #failures = 0;
  /** Rungs given up since one last worked. */
  #descents = 0;
  #failedClimbs = 0;
  #climbTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param rungs the transports by preference; at least one. */
  constructor(rungs: readonly TransportName[], options: LadderOptions, random: () => number) {
    this.#rungs = rungs;
    this.#options = options;
    this.#backoff = new Backoff(options, random);
    this.#random = random;
    this.#climbAfterMs = options.climbAfterMs ?? 60_000;
  }

  /** The transport to open next. */
  get current(): TransportName {
    return this.#rungs[this.#rung] ?? 'poll';
  }

  /** Whether every transport was given up since one last worked. */
  get isExhausted(): boolean {
    return this.#descents >= this.#rungs.length;
  }

  add(climber: Climber): () => void {
    this.#climbers.add(climber);
    return () => {
      this.#climbers.delete(climber);
      if (this.#climbers.size === 0) this.#stopClimbing();
    };
  }

  /** A channel of this transport works. */
  up(name: TransportName): void {
    this.#proven.add(name);
    this.#descents = 0;
    if (this.#rungs.indexOf(name) < this.#rung) {
      this.#rung = Math.max(0, this.#rungs.indexOf(name));
      this.#failures = 0;
      this.#failedClimbs = 0;
      this.#stopClimbing();
    }
    this.#planClimb();
  }

  climbFailed({ error }: Loss): void {
    // One failure of a link is told by every story on it: only the first finds no timer.
    if (this.#climbTimer !== undefined) return;
    if (error.code === CROWDED) {
      this.#planClimb(SENT_FACTOR);
      return;
    }
    this.#failedClimbs = Math.min(this.#failedClimbs + 1, 4);
    this.#planClimb();
  }

  /**
   * The server wants its readers on this transport for a while. Answers whether it is `current` now: not where it is
   * not among the rungs.
   */
  sendTo(name: TransportName): boolean {
    const rung = this.#rungs.indexOf(name);
    if (rung > this.#rung) this.#stayOn(rung);
    return rung === this.#rung;
  }

  /**
   * Calls back when it is time for another try.
   * @param heldMs how long the channel had worked; `undefined`: it never did.
   */
  retry(name: TransportName, loss: Loss, heldMs: number | undefined, callback: () => void): () => void {
    if (loss.why === 'unsupported' && this.#rungs.length > 1) {
      this.#remove(name);
      callback();
      return () => undefined;
    }
    if (loss.error.code === CROWDED && this.#giveWay(name)) {
      this.#backoff.reset();
      return this.#backoff.wait(callback);
    }
    if (heldMs !== undefined && heldMs >= SETTLED_MS) this.#backoff.reset();
    if (heldMs !== undefined && heldMs >= STEADY_MS) {
      this.#failures = 0;
    } else if (loss.why !== 'answer' && name === this.current && !this.#backoff.isWaiting) {
      // Whoever finds others waiting reports the failure that they did.
      this.#failures += 1;
      if (this.#failures >= (this.#proven.has(name) ? TRIES_PROVEN : TRIES_UNPROVEN)) this.#descend();
    }
    return this.#backoff.wait(callback, loss.error.retryAfterMs);
  }

  /** A clock of its own for a story that is not there any more: worth asking for again, but rarely. */
  patience(): Backoff {
    const { minMs = 1_000, maxMs = 30_000 } = this.#options;
    return new Backoff({ minMs: minMs * PATIENCE_FACTOR, maxMs: maxMs * PATIENCE_FACTOR }, this.#random);
  }

  /** When to leave a server that asks for it: see `Departure`. */
  readonly departure = (go: (use: 'poll' | undefined) => void): Departure => new Departure(this.#random, go);

  /** Now is a good moment: see `Backoff.hurry`. */
  hurry(): void {
    this.#backoff.hurry();
  }

  /** No place is left at this door: not to knock there again, but at the next one. `false`: it is the last. */
  #giveWay(name: TransportName): boolean {
    const next = this.#rungs.indexOf(name) + 1;
    if (next >= this.#rungs.length) return false;
    if (this.#rung < next) this.#stayOn(next);
    return true;
  }

  /** Moves down to where the server has room, and stays for longer than on a rung that was only tried. */
  #stayOn(rung: number): void {
    this.#rung = rung;
    this.#failures = 0;
    this.#stopClimbing();
    this.#planClimb(SENT_FACTOR);
  }

  #descend(): void {
    this.#rung = (this.#rung + 1) % this.#rungs.length;
    this.#failures = 0;
    this.#descents += 1;
    this.#stopClimbing();
  }

  #remove(name: TransportName): void {
    const gone = this.#rungs.indexOf(name);
    if (gone === -1) return;
    this.#rungs = this.#rungs.filter((other) => other !== name);
    if (gone < this.#rung) this.#rung -= 1;
    this.#rung %= this.#rungs.length;
  }

  #planClimb(factor = 1): void {
    if (this.#rung === 0 || this.#climbTimer !== undefined || this.#climbers.size === 0) return;
    // A fifth more or less, so that readers who were moved together do not come back together.
    const spread = 0.8 + 0.4 * this.#random();
    this.#climbTimer = setTimeout(() => this.#climb(), factor * this.#climbAfterMs * 2 ** this.#failedClimbs * spread);
  }

  #climb(): void {
    this.#climbTimer = undefined;
    const above = this.#rungs[this.#rung - 1];
    if (above === undefined) return;
    const trying = [...this.#climbers].map((climber) => climber.climb(above));
    // Nobody was in a state to: there will be a better moment.
    if (!trying.includes(true)) this.#planClimb();
  }

  #stopClimbing(): void {
    clearTimeout(this.#climbTimer);
    this.#climbTimer = undefined;
  }
}

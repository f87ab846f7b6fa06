import { LiveError } from '../live-error.js';
import { isFields } from '../story/guards.js';

/** Milliseconds; bounds what a goaway may ask for. */
const LONGEST_MS = 120_000;

/** Makes one for a link: all have one source of randomness. */
export type MakeDeparture = (go: (use: 'poll' | undefined) => void) => Departure;

/** When to leave a server that asked its readers to: it asks many at once, and each picks a moment of its own. */
export class Departure {
  readonly #random: () => number;
  readonly #go: (use: 'poll' | undefined) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** As `performance.now()`. */
  #at = 0;

  /** @param go is called at that moment, with how the server wants its readers to go on. */
  constructor(random: () => number, go: (use: 'poll' | undefined) => void) {
    this.#random = random;
    this.#go = go;
  }

  /** @param goaway as it came. */
  plan(goaway: unknown): void {
    const { reconnectWithinMs, use } = isFields(goaway) ? goaway : {};
    const within = typeof reconnectWithinMs === 'number' && reconnectWithinMs > 0 ? reconnectWithinMs : 0;
    const delay = this.#random() * Math.min(within, LONGEST_MS);
    this.#at = performance.now() + delay;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#go(use === 'poll' ? use : undefined), delay);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  /** A server that goes at once still wants its readers back at the moments that it spread them over. */
  delayed(error: LiveError): LiveError {
    const retryAfterMs = this.#at - performance.now();
    if (error.code !== 'unreachable' || retryAfterMs <= 0) return error;
    return new LiveError('unreachable', error.message, { retryAfterMs, cause: error });
  }
}

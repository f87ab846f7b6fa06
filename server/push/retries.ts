/** Milliseconds before the second try; each later one takes three times as long, up to the other. */
const FIRST_MS = 5_000;
const LONGEST_MS = 15 * 60_000;
/** Tries at one follower. With the waits between them they take about an hour. */
export const TRIES_MOST = 9;

/**
 * Milliseconds to wait after so many tries, a random part of it taken off so that what failed together does not come back
 * together. What the push service asked for is never undercut.
 */
export function waitAfter(tries: number, askedMs = 0): number {
  const usual = Math.min(FIRST_MS * 3 ** (tries - 1), LONGEST_MS) * (1 - Math.random() / 4);
  return Math.ceil(Math.max(usual, askedMs));
}

/** Push services remembered at a time. */
const SERVICES_MOST = 100;

/**
 * Push services that this instance leaves alone for a while, because they took none of the messages of a page. Their
 * followers are put off without being asked: so one that is down costs no page its seconds, and one that asked for a pause
 * has it.
 */
export class Pauses {
  readonly #until = new Map<string, number>();

  /** Milliseconds that are left of a pause. */
  left(service: string): number {
    const until = this.#until.get(service);
    if (until === undefined) return 0;
    const left = until - performance.now();
    if (left <= 0) this.#until.delete(service);
    return Math.max(0, left);
  }

  end(service: string): void {
    this.#until.delete(service);
  }

  pause(service: string, ms: number): void {
    if (this.#until.size >= SERVICES_MOST) this.#until.clear();
    this.#until.set(service, performance.now() + ms);
  }
}

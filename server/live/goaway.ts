import type { Goaway } from '@slugline/client/protocol';

/** Milliseconds over which readers who are to poll spread their going. */
const POLL_WITHIN = 10_000;

/** What new readers are told, at any door, while the instance is crowded. */
export const TO_POLLING: Goaway = { reconnectWithinMs: POLL_WITHIN, use: 'poll' };

/** Asks those who follow through one door to come back elsewhere, each of them once. */
export class Goaways<Reader extends object> {
  /** When each is to be gone, on the clock of `performance.now()`. */
  readonly #asked = new WeakMap<Reader, number>();

  /** Chooses whom to ask now: this share (0–1) of those who were not asked yet. */
  choose(readers: Iterable<Reader>, share: number, withinMs: number): readonly Reader[] {
    const unasked = [...readers].filter((reader) => !this.#asked.has(reader));
    const chosen = unasked.slice(0, Math.ceil(unasked.length * share));
    const until = performance.now() + withinMs;
    for (const reader of chosen) this.#asked.set(reader, until);
    return chosen;
  }

  /** Those who were asked and are still there, so many milliseconds after the time that they had. */
  late(readers: Iterable<Reader>, graceMs: number): readonly Reader[] {
    const now = performance.now();
    return [...readers].filter((reader) => (this.#asked.get(reader) ?? Number.POSITIVE_INFINITY) + graceMs < now);
  }
}

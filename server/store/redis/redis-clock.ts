import type { RedisParts } from './redis-dump.js';

/** Milliseconds between two looks at Redis's clock. */
const LOOK_EVERY_MS = 10_000;
/** Milliseconds of a look that tells too little: Redis read its clock at some moment in it. */
const LOOK_MOST_MS = 500;
/** Looks at the start, of which the most exact one counts: entries of two instances a few milliseconds apart are told by it. */
const FIRST_LOOKS = 8;
/** By how much two clocks may drift apart: 100 ppm, several times what a quartz does. */
const DRIFT = 1e-4;

/** What a look told: how far Redis's clock is ahead of this process's own that never jumps, in milliseconds. */
interface Look {
  readonly ahead: number;
  /** The truth is within so much of `ahead`. */
  readonly within: number;
  readonly at: number;
}

/**
 * Redis's clock, as the one that all instances go by: of a Cluster always that of one and the same node. Between looks at it time is told by a clock that runs steadily
 * from the start of the process, so that a machine's wrong or jumping clock does no harm.
 */
export class RedisClock {
  readonly #parts: RedisParts;
  #look: Look | undefined;
  #looking: NodeJS.Timeout | undefined;

  constructor(parts: RedisParts) {
    this.#parts = parts;
  }

  /** Resolves after the first looks. Where Redis does not tell (`TIME` is forbidden to us), the machine's clock has to do. */
  async start(): Promise<void> {
    for (let look = 0; look < FIRST_LOOKS; look += 1) await this.#lookAgain();
    this.#looking = setInterval(() => void this.#lookAgain(), LOOK_EVERY_MS);
    this.#looking.unref();
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  now(): number {
    return this.#look === undefined ? Date.now() : Math.round(performance.now() + this.#look.ahead);
  }

  /** A look that fails changes nothing: what is known gets worse by a millisecond in ten seconds only. */
  async #lookAgain(): Promise<void> {
    const { link, keys, scripts } = this.#parts;
    const askedAt = performance.now();
    const reply = await link.run(() => link.script(scripts.time, [keys.check], [])).catch(() => undefined);
    const at = performance.now();
    if (!Array.isArray(reply) || at - askedAt > LOOK_MOST_MS) return;
    const [seconds, microseconds] = reply.map(Number);
    if (seconds === undefined || microseconds === undefined) return;
    const within = (at - askedAt) / 2;
    const ahead = seconds * 1_000 + microseconds / 1_000 - (at - within);
    if (this.#tellsMore({ ahead, within, at })) this.#look = { ahead, within, at };
  }

  /** Whether it is more exact than what is known, or shows that Redis's clock is another one now. */
  #tellsMore(look: Look): boolean {
    if (this.#look === undefined) return true;
    const known = this.#look.within + (look.at - this.#look.at) * DRIFT;
    return look.within <= known || Math.abs(look.ahead - this.#look.ahead) > look.within + known;
  }
}

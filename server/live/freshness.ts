/**
 * How long ago a feed was level with its store. Announcements and memory are only as good as that: a process that was
 * stopped, or a link that was dead for a while, hands over all at once what was said long ago, and a text may have been
 * withdrawn since. By the clock that never goes back, and by when the store was asked, not by when it answered.
 */
export class Freshness {
  readonly #mostMs: number;
  #levelAt: number;
  /** The newest look at the store that found it ahead of the feed. */
  #ahead: { readonly seq: number; readonly askedAt: number } | undefined;

  /** @param mostMs milliseconds for which having been level is good enough. */
  constructor(mostMs: number, askedAt: number) {
    this.#mostMs = mostMs;
    this.#levelAt = askedAt;
  }

  get isGood(): boolean {
    return performance.now() - this.#levelAt <= this.#mostMs;
  }

  /** The store was found to stand at `seq`, and the feed then stood at `held`. */
  looked(seq: number, askedAt: number, held: number): void {
    if (seq <= held) this.#levelAt = Math.max(this.#levelAt, askedAt);
    else if (this.#ahead === undefined || this.#ahead.askedAt < askedAt) this.#ahead = { seq, askedAt };
  }

  /** The feed stands at `seq` now. */
  moved(seq: number): void {
    if (this.#ahead === undefined || seq < this.#ahead.seq) return;
    this.#levelAt = Math.max(this.#levelAt, this.#ahead.askedAt);
    this.#ahead = undefined;
  }
}

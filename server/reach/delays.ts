/** Buckets double every four: each is a fifth wider than the one below, so what is read off is right to a tenth. */
const PER_DOUBLING = 4;
/** A minute and beyond is the last one. */
const LAST = PER_DOUBLING * 16;

/** How long something took, many times over: counts in buckets, so that those of several instances add up. */
export class Delays {
  readonly #counts = new Map<number, number>();

  /** @param ms at least 0. */
  add(ms: number): void {
    this.#count(Math.min(LAST, Math.ceil(Math.log2(Math.max(1, ms)) * PER_DOUBLING)), 1);
  }

  addAll(other: readonly number[]): void {
    for (let at = 0; at + 1 < other.length; at += 2) this.#count(other[at] ?? 0, other[at + 1] ?? 0);
  }

  /**
   * Milliseconds within which this share of all lie; `undefined` where there are none.
   *
   * @param share above 0, at most 1.
   */
  within(share: number): number | undefined {
    const ordered = [...this.#counts].sort(([a], [b]) => a - b);
    const wanted = share * ordered.reduce((sum, [, count]) => sum + count, 0);
    let below = 0;
    for (const [bucket, count] of ordered) {
      if (below + count >= wanted) {
        const part = (wanted - below) / count;
        return Math.round(2 ** ((bucket - 1 + part) / PER_DOUBLING));
      }
      below += count;
    }
    return undefined;
  }

  /** Each bucket and how many are in it, in turn. */
  toList(): readonly number[] {
    return [...this.#counts].flat();
  }

  #count(bucket: number, count: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
  }
}

/** Chance that can be had again: the same seed throws the same. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to but not including 1 (mulberry32). */
  throw(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `least` to `most`. */
  int(least: number, most: number): number {
    return least + Math.floor(this.throw() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.throw() < share;
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.int(0, items.length - 1)] ?? items[0];
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.int(0, 255)));
  }

  text(length: number): string {
    const signs = [
      'a',
      'Z',
      '0',
      '"',
      '\\',
      '{',
      '[',
      ':',
      ',',
      '\u0000',
      '\u001e',
      'é',
      '\u2028',
      '😀',
      '%',
      '<',
    ] as const;
    return Array.from({ length }, () => this.pick(signs)).join('');
  }
}

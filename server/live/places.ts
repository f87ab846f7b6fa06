import { Failure } from '../errors.js';

interface PlaceLimits {
  readonly most: number;
  /** For one address; 0: as many as there are. */
  readonly perAddress: number;
}

/** Seconds that whoever found no place is asked to wait: a random time in this range, against herds. */
const RETRY_FROM = 5;
const RETRY_TO = 15;

/** A bounded number of places, each held by one connection or request, and few of them by any one address. */
export class Places {
  readonly #limits: PlaceLimits;
  /** Each holder with its address. */
  readonly #holders = new Map<object, string>();
  readonly #byAddress = new Map<string, number>();

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  get taken(): number {
    return this.#holders.size;
  }

  holders(): Iterable<object> {
    return this.#holders.keys();
  }

  /** @throws Failure `too_many_connections`, with the time to wait. */
  take(holder: object, address: string): void {
    const { most, perAddress } = this.#limits;
    const ofAddress = this.#byAddress.get(address) ?? 0;
    if (this.#holders.size >= most || (perAddress > 0 && ofAddress >= perAddress)) {
      const retryAfterSeconds = Math.round(RETRY_FROM + Math.random() * (RETRY_TO - RETRY_FROM));
      throw new Failure('too_many_connections', undefined, { retryAfterSeconds });
    }
    this.#holders.set(holder, address);
    this.#byAddress.set(address, ofAddress + 1);
  }

  /** Hands a place on, where what began as one thing goes on as another. */
  hand(from: object, to: object): void {
    const address = this.#holders.get(from);
    if (address === undefined) return;
    this.#holders.delete(from);
    this.#holders.set(to, address);
  }

  /** Does nothing for who has no place (any more). */
  free(holder: object): void {
    const address = this.#holders.get(holder);
    if (address === undefined) return;
    this.#holders.delete(holder);
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}

import { LiveError } from '../live-error.js';

/**
 * A key or signed token, or a function that gets one. The function is called when a credential is first needed
 * and again when the server refused the last one; `undefined` means to come without.
 */
export type TokenSource = string | (() => string | undefined | Promise<string | undefined>) | undefined;

/** The credential of one connection, fetched once for all of its stories and requests. */
export class Token {
  readonly #source: TokenSource;
  #current: Promise<string | undefined> | undefined;
  #issue = 0;

  constructor(source: TokenSource) {
    this.#source = source;
  }

  /** Counts the credentials used up: tells whether someone else has renewed it meanwhile. */
  get issue(): number {
    return this.#issue;
  }

  /** Rejects with `token_failed`; the next call tries again. */
  get(): Promise<string | undefined> {
    this.#current ??= this.#obtain().catch((cause: unknown) => {
      this.#current = undefined;
      throw new LiveError('token_failed', 'The token function failed.', { cause });
    });
    return this.#current;
  }

  /**
   * The credential of that issue was refused. Answers whether there can be a better one.
   */
  renew(refused: number): boolean {
    if (typeof this.#source !== 'function') return false;
    if (refused === this.#issue) {
      this.#issue += 1;
      this.#current = undefined;
    }
    return true;
  }

  async #obtain(): Promise<string | undefined> {
    return typeof this.#source === 'function' ? this.#source() : this.#source;
  }
}

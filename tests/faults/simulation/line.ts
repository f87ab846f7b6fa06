import type { Turns } from './turns.js';

const NEVER = new Promise<never>(() => undefined);
/** Milliseconds until the server's operating system gives up a connection on which nothing arrives any more. */
const GIVEN_UP_AFTER = 60_000;

/** The two who hold a line. Each is told once that it broke, unless it hung up itself. */
export interface LineEnds {
  readonly reader: () => void;
  readonly server: () => void;
}

/**
 * One connection between a reader and an instance. Either way bytes arrive in the order in which they were sent, each
 * time when it is their turn; the two ways know nothing of each other.
 */
export class Line {
  readonly #turns: Turns;
  readonly #name: string;
  readonly #ends: LineEnds;
  readonly #onOver: () => void;
  #state: 'sound' | 'hole' | 'over' = 'sound';
  #up: Promise<void> = Promise.resolve();
  /** While set, nothing is taken from the server: the reader is too slow, or asleep. */
  #stalled: Promise<void> | undefined;
  #resume = (): void => {};

  /** @param onOver called when the line is no more, for both. */
  constructor(turns: Turns, name: string, ends: LineEnds, onOver: () => void) {
    this.#turns = turns;
    this.#name = name;
    this.#ends = ends;
    this.#onOver = onOver;
  }

  /** Whether what is sent has a way to arrive. */
  get isSound(): boolean {
    return this.#state === 'sound' && this.#stalled === undefined;
  }

  /** Resolves when what the server sends has arrived. To be called for one thing after the other. */
  async down(what: string): Promise<void> {
    await this.#stalled;
    await this.#turns.take(`${this.#name} ← ${what}`);
    // A reader who stalled meanwhile has not read it.
    await this.#stalled;
    if (this.#state !== 'sound') await NEVER;
  }

  /** Resolves when what the reader sends has arrived. */
  up(what: string): Promise<void> {
    this.#up = this.#up.then(async () => {
      await this.#turns.take(`${this.#name} → ${what}`);
      if (this.#state !== 'sound') await NEVER;
    });
    return this.#up;
  }

  stall(): void {
    this.#stalled ??= new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#stalled = undefined;
    this.#resume();
  }

  /** From now on everything vanishes, and nobody is told for a long time. */
  becomeHole(): void {
    if (this.#state !== 'sound') return;
    this.#state = 'hole';
    setTimeout(() => this.#ends.server(), GIVEN_UP_AFTER);
  }

  /** Both ends hear of it, each when it is its turn; neither, when the line is a hole. */
  cut(): void {
    if (this.#state === 'sound') this.#end(['reader', 'server']);
  }

  /** One end lets go of the line; the other hears of it, unless the line is a hole. */
  hangUp(by: keyof LineEnds): void {
    if (this.#state === 'sound') this.#end([by === 'reader' ? 'server' : 'reader']);
    else if (by === 'reader') this.#end([]);
  }

  #end(told: readonly (keyof LineEnds)[]): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#onOver();
    for (const end of told) void this.#turns.take(`${this.#name} is over for the ${end}`).then(() => this.#ends[end]());
  }
}

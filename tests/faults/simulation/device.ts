import type { Instance } from './instance.js';
import { Line, type LineEnds } from './line.js';
import type { Turns } from './turns.js';

/**
 * Where the bytes of one reader go: the connections it has, and the instance that its next one reaches, which is
 * whatever a load balancer would have picked.
 */
export class Device {
  readonly name: string;
  readonly #turns: Turns;
  readonly #lines = new Set<Line>();
  /** The instance of its next connections. */
  instance: Instance;
  /** While true, what it sends vanishes, and so do its new connections. */
  #isHole = false;
  #isStalled = false;
  #count = 0;

  constructor(name: string, turns: Turns, instance: Instance) {
    this.name = name;
    this.#turns = turns;
    this.instance = instance;
  }

  /** Whether all of its connections carry what is sent over them. */
  get isSound(): boolean {
    return [...this.#lines].every(({ isSound }) => isSound);
  }

  /** A new connection. `taken` resolves with `undefined` when nobody takes it; never, when it vanishes. */
  dial(ends: LineEnds): { readonly line: Line; readonly taken: Promise<Instance | undefined> } {
    const { instance } = this;
    this.#count += 1;
    const line = new Line(this.#turns, `${this.name}.${this.#count}`, ends, () => {
      this.#lines.delete(line);
      instance.lines.delete(line);
    });
    this.#lines.add(line);
    if (this.#isHole) line.becomeHole();
    if (this.#isStalled) line.stall();
    const taken = line.up(`connects to ${instance.name}`).then(() => {
      if (instance.isUp) {
        instance.lines.add(line);
        return instance;
      }
      line.hangUp('server');
      return undefined;
    });
    return { line, taken };
  }

  /** Breaks the connections it has. */
  cut(): void {
    for (const line of [...this.#lines]) line.cut();
  }

  /** The network swallows everything until `mend`; connections of that time stay dead. */
  enterHole(): void {
    this.#isHole = true;
    for (const line of this.#lines) line.becomeHole();
  }

  stall(): void {
    this.#isStalled = true;
    for (const line of this.#lines) line.stall();
  }

  mend(): void {
    this.#isHole = false;
    this.#isStalled = false;
    for (const line of this.#lines) line.resume();
  }
}

import type { Mark } from '../view/story-view.js';

/** Milliseconds for which an entry looks at least as if something had just happened to it; at most twice as long. */
const MARKED_MS = 4_000;

/** What happened to entries a moment ago. */
export class Marks {
  readonly #changed: () => void;
  #newer = new Map<string, Mark>();
  #older: ReadonlyMap<string, Mark> = this.#newer;
  #fading: ReturnType<typeof setInterval> | undefined;

  /** @param changed called when marks have faded. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get(id: string): Mark | undefined {
    return this.#newer.get(id) ?? this.#older.get(id);
  }

  set(id: string, mark: Mark): void {
    this.#newer.set(id, mark);
    // Many at once: one change of the look less. And in any case at some time: where entries never cease to come, too.
    this.#fading ??= setInterval(() => this.#fade(), MARKED_MS);
  }

  stop(): void {
    clearInterval(this.#fading);
    this.#fading = undefined;
  }

  #fade(): void {
    if (this.#newer.size === 0) this.stop();
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#changed();
  }
}

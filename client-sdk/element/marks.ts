import type { Mark } from '../view/story-view.js';

/** Milliseconds for which an entry looks as if something had just happened to it. */
const MARKED_MS = 6_000;

/** What happened to entries a moment ago. */
export class Marks {
  readonly #changed: () => void;
  #marks: ReadonlyMap<string, Mark> = new Map();
  #fading: ReturnType<typeof setTimeout> | undefined;

  /** @param changed called when marks have faded. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get(id: string): Mark | undefined {
    return this.#marks.get(id);
  }

  set(id: string, mark: Mark): void {
    this.#marks = new Map([...this.#marks, [id, mark]]);
    this.stop();
    // All at once: one change of the look less.
    this.#fading = setTimeout(() => {
      this.#marks = new Map();
      this.#changed();
    }, MARKED_MS);
  }

  stop(): void {
    clearTimeout(this.#fading);
  }
}

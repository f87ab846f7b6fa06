import type { PublicEntry, Story } from '../protocol/index.js';
import type { LiveStory } from '../story/live-story.js';

/** Entries asked for and not shown in the end are forgotten beyond so many. */
const MOST = 100;

/**
 * Entries that are shown although they are further down than what is loaded: pinned ones, and the one that a link led
 * to. They follow what becomes of them, as all others do.
 */
export class EntriesBeside {
  readonly #live: LiveStory<Story, PublicEntry>;
  readonly #changed: () => void;
  readonly #held = new Map<string, PublicEntry>();
  readonly #asked = new Set<string>();
  readonly #missing = new Set<string>();

  /** @param changed called when one came, or is another now. */
  constructor(live: LiveStory<Story, PublicEntry>, changed: () => void) {
    this.#live = live;
    this.#changed = changed;
  }

  get(id: string): PublicEntry | undefined {
    return this.#held.get(id);
  }

  /** Whether the story has none of this id. */
  isMissing(id: string): boolean {
    return this.#missing.has(id);
  }

  put(entry: PublicEntry): void {
    this.#missing.delete(entry.id);
    const held = this.#held.get(entry.id);
    if (held !== undefined && held.version >= entry.version) return;
    this.#held.set(entry.id, entry);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= MOST) break;
      this.#held.delete(oldest);
    }
  }

  /** An entry changed, and may be one of these: of what is below all that is loaded, nothing else tells that it is to be shown. */
  heard(entry: PublicEntry): void {
    if (!this.#held.has(entry.id)) return;
    this.put(entry);
    this.#changed();
  }

  /** Those that are not here yet are on their way then. What fails is asked for again after a reset or a lost link. */
  want(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.#held.has(id) || this.#asked.has(id)) continue;
      this.#asked.add(id);
      void this.#load(id);
    }
  }

  askAgain(): void {
    this.#missing.clear();
    this.#asked.clear();
  }

  /** All that was known may have been of another life of the story. */
  clear(): void {
    this.#held.clear();
    this.#missing.clear();
    this.#asked.clear();
  }

  async #load(id: string): Promise<void> {
    try {
      const entry = await this.#live.load(id);
      if (entry === undefined) this.#missing.add(id);
      else this.put(entry);
      this.#changed();
    } catch {
      // What keeps it from coming keeps the story from coming too, and is told by its status.
    }
  }
}

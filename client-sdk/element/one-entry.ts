import type { PublicEntry, Story } from '../protocol/index.js';
import type { LiveStory } from '../story/live-story.js';

/** One entry of a story that is followed, wherever in it that is: for an element that shows nothing else. */
export class OneEntry {
  readonly id: string;
  readonly #live: LiveStory<Story, PublicEntry>;
  readonly #changed: () => void;
  #entry: PublicEntry | undefined;
  #isMissing = false;

  /** @param changed there is another form of it than before. */
  constructor(live: LiveStory<Story, PublicEntry>, id: string, changed: () => void) {
    this.id = id;
    this.#live = live;
    this.#changed = changed;
    this.#entry = live.entries.find((entry) => entry.id === id);
    live.on('entry', ({ entry }) => {
      if (entry.id === id) this.#take(entry);
    });
    live.on('reset', () => {
      this.#entry = undefined;
      void this.#load();
    });
    if (this.#entry === undefined) void this.#load();
  }

  /** Its newest form; absent until it came, and where there is none. */
  get entry(): PublicEntry | undefined {
    return this.#entry;
  }

  /** Whether the story has none of this id. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  async #load(): Promise<void> {
    try {
      const entry = await this.#live.load(this.id);
      this.#isMissing = entry === undefined;
      if (entry === undefined) this.#changed();
      else this.#take(entry);
    } catch {
      // What keeps it from coming keeps the story from coming too, and is told by its status.
    }
  }

  /** An answer may have been on its way while a later form came. */
  #take(entry: PublicEntry): void {
    if (entry.version <= (this.#entry?.version ?? 0)) return;
    this.#entry = entry;
    this.#changed();
  }
}

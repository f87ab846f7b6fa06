import type { PublicEntry, Story } from '../protocol/index.js';
import type { LiveStory } from '../story/live-story.js';
import type { StoryView } from '../view/story-view.js';

/** Entries that a filter should leave before no more are loaded for it. */
const ENOUGH = 10;
/** Pages loaded at most for one wish of the reader. */
const MOST_PAGES = 20;
/** Pages loaded in a row without being asked for, since the end came into sight; then only the control loads more. */
const MOST_UNASKED = 10;

/** Loads what is older, page by page, and tells how that goes. */
export class Older {
  readonly #live: LiveStory<Story, PublicEntry>;
  readonly #changed: () => void;
  #state: 'idle' | 'loading' | 'failed' = 'idle';
  #unasked = 0;
  /** What is being loaded. Never rejects. */
  #underWay: Promise<void> | undefined;

  /** @param changed called when something else is to be said of it. */
  constructor(live: LiveStory<Story, PublicEntry>, changed: () => void) {
    this.#live = live;
    this.#changed = changed;
  }

  get state(): StoryView['older'] {
    if (!this.#live.hasOlder) return 'none';
    return this.#state === 'idle' ? 'more' : this.#state;
  }

  /** The end came into sight. What failed, the reader has to ask for. */
  nearEnd(isChosen?: (entry: PublicEntry) => boolean): void {
    if (this.state !== 'more' || this.#unasked >= MOST_UNASKED) return;
    this.#unasked += 1;
    void this.#load(isChosen);
  }

  /**
   * The reader wants more.
   *
   * @param isChosen what a filter leaves: as many pages are loaded as it takes to bring some of that.
   */
  more(isChosen?: (entry: PublicEntry) => boolean): Promise<void> {
    this.#unasked = 0;
    return this.#load(isChosen);
  }

  async #load(isChosen: ((entry: PublicEntry) => boolean) | undefined): Promise<void> {
    if (this.#state === 'loading') return;
    const { entries } = this.#live;
    const before = isChosen && entries.filter(isChosen).length;
    await this.loadUntil(
      () => before === undefined || this.#live.entries.filter((entry) => isChosen?.(entry)).length >= before + ENOUGH,
    );
  }

  /**
   * Loads one page, and then others until this holds, there is no older one or it was enough for once. Where some are
   * under way already, those first.
   */
  async loadUntil(isDone: () => boolean, most = MOST_PAGES): Promise<void> {
    while (this.#underWay !== undefined) {
      await this.#underWay;
      if (isDone()) return;
    }
    this.#underWay = this.#loadPages(isDone, most);
    await this.#underWay;
    this.#underWay = undefined;
  }

  async #loadPages(isDone: () => boolean, most: number): Promise<void> {
    this.#become('loading');
    try {
      for (let page = 0; page < most && this.#live.hasOlder; page += 1) {
        await this.#live.loadOlder();
        if (isDone()) break;
      }
      this.#become('idle');
    } catch {
      this.#become('failed');
    }
  }

  #become(state: 'idle' | 'loading' | 'failed'): void {
    this.#state = state;
    this.#changed();
  }
}

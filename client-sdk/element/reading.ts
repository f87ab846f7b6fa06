import type { PublicEntry, Story } from '../protocol/index.js';
import { pinnedFirst } from '../view/story-tree.js';
import type { Choice } from '../view/story-view.js';

/** What one reader sees of a story's entries: what they chose, less what waits until they want it. */
export class Reading {
  choice: Choice = { order: 'newest', keyEvents: false };
  /** New entries that came while the reader was further down. */
  readonly #gathered = new Set<string>();

  /** A new entry came. Whoever does not see where it would appear is not to lose their place by it. */
  arrived(entry: PublicEntry, seesTop: boolean): void {
    if (!seesTop && this.choice.order === 'newest' && entry.status === 'usable') this.#gathered.add(entry.id);
  }

  /** Lets those in that wait, and tells which they were. */
  showGathered(): ReadonlySet<string> {
    const ids = new Set(this.#gathered);
    this.#gathered.clear();
    return ids;
  }

  /** Those that wait, of the ones that are held and chosen. */
  gathered(entries: readonly PublicEntry[]): number {
    return entries.filter((entry) => this.#gathered.has(entry.id) && this.#isChosen(entry)).length;
  }

  shown(story: Story, entries: readonly PublicEntry[]): readonly PublicEntry[] {
    const visible = entries.filter((entry) => !this.#gathered.has(entry.id) && this.#isChosen(entry));
    if (this.choice.order === 'oldest') return visible.reverse();
    return pinnedFirst(story, visible);
  }

  #isChosen(entry: PublicEntry): boolean {
    const { keyEvents, tag } = this.choice;
    if (!keyEvents && tag === undefined) return true;
    if (entry.status !== 'usable') return false;
    return (!keyEvents || entry.keyEvent) && (tag === undefined || entry.tags.includes(tag));
  }
}

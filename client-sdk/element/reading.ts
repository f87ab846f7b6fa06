import type { PublicEntry, Story } from '../protocol/index.js';
import { arrange } from '../view/arrange.js';
import type { Choice } from '../view/story-view.js';

/** What one reader sees of a story's entries: what they chose, less what waits until they want it. */
export class Reading {
  choice: Choice;
  /** New entries that came while the reader was elsewhere in the story. */
  readonly #gathered = new Set<string>();
  /** New entries that came in their place, while nobody looked at the page. */
  readonly #unlookedAt = new Set<string>();

  constructor(order: Choice['order']) {
    this.choice = { order, keyEvents: false, tag: undefined };
  }

  choose(choice: Partial<Choice>): void {
    this.choice = { ...this.choice, ...choice };
  }

  get isFiltered(): boolean {
    return this.choice.keyEvents || this.choice.tag !== undefined;
  }

  /**
   * A new entry came. Whoever does not see where it would appear is not to lose their place by it.
   *
   * @param seesEdge whether the reader sees where it would appear.
   * @param looks whether the page can be seen at all.
   */
  arrived({ id }: PublicEntry, seesEdge: boolean, looks: boolean): void {
    if (!seesEdge) this.#gathered.add(id);
    else if (!looks) this.#unlookedAt.add(id);
  }

  /** The reader looks at the page again. */
  looked(): void {
    this.#unlookedAt.clear();
  }

  /** Whether any wait, chosen or not. */
  get hasGathered(): boolean {
    return this.#gathered.size > 0;
  }

  isGathered(id: string): boolean {
    return this.#gathered.has(id);
  }

  /** Lets those in that wait, and tells which they were. */
  showGathered(): ReadonlySet<string> {
    const ids = new Set(this.#gathered);
    this.#gathered.clear();
    return ids;
  }

  /** Those that wait, of the ones that are held and chosen. */
  gathered(entries: readonly PublicEntry[]): number {
    return this.#count(entries, this.#gathered);
  }

  /** Those that the reader has not seen. */
  unseen(entries: readonly PublicEntry[]): number {
    return this.#count(entries, this.#gathered) + this.#count(entries, this.#unlookedAt);
  }

  /** @param beside entries that are not among the others, and are shown before them. */
  shown(story: Story, entries: readonly PublicEntry[], beside: readonly PublicEntry[] = []): readonly PublicEntry[] {
    const { order } = this.choice;
    const visible = entries.filter((entry) => !this.#gathered.has(entry.id));
    const all = order === 'newest' ? [...beside, ...visible] : [...visible, ...beside];
    return arrange(story, all.filter(this.isChosen), order);
  }

  /** Bound, as it is given to what looks for chosen ones. */
  readonly isChosen = (entry: PublicEntry): boolean => {
    const { keyEvents, tag } = this.choice;
    if (!keyEvents && tag === undefined) return true;
    // Of what was withdrawn it is not known what it was.
    if (entry.status !== 'usable') return false;
    return (!keyEvents || entry.keyEvent) && (tag === undefined || entry.tags.includes(tag));
  };

  #count(entries: readonly PublicEntry[], ids: ReadonlySet<string>): number {
    if (ids.size === 0) return 0;
    return entries.filter((entry) => ids.has(entry.id) && entry.status === 'usable' && this.isChosen(entry)).length;
  }
}

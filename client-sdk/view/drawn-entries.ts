import type { PublicEntry } from '../protocol/index.js';
import type { TreeNode } from '../tree/tree.js';
import { articleTree } from './entry-tree.js';
import type { StoryView } from './story-view.js';
import { dayOf } from './times.js';

/**
 * The articles drawn last. One whose entry is the same object, and of which nothing else that it depends upon changed, is
 * the same tree again, which `show` passes over: a change to one of a thousand entries costs as much as one of ten.
 */
export class DrawnEntries {
  #articles = new WeakMap<PublicEntry, { readonly own: string; readonly tree: TreeNode }>();
  #view: StoryView | undefined;
  #look: readonly unknown[] = [];

  article(entry: PublicEntry, view: StoryView): TreeNode {
    if (view !== this.#view) this.#begin(view);
    const own = ownLookOf(entry, view);
    const known = this.#articles.get(entry);
    if (known?.own === own) return known.tree;
    const tree = articleTree(entry, view);
    this.#articles.set(entry, { own, tree });
    return tree;
  }

  #begin(view: StoryView): void {
    const look = commonLookOf(view);
    if (look.some((value, at) => value !== this.#look[at])) this.#articles = new WeakMap();
    this.#look = look;
    this.#view = view;
  }
}

/** What all articles depend upon. How long ago something was is no part of it: that is told anew without drawing. */
function commonLookOf({ story, texts, clock, links, headingLevel, hidden, choice, players }: StoryView) {
  const { language, timeZone, now } = clock;
  return [
    ...[story.language, texts, language, timeZone, dayOf(new Date(now), clock)],
    ...[links, headingLevel, hidden, choice.tag, players],
  ];
}

/** What one article depends upon beside its entry. */
function ownLookOf({ id }: PublicEntry, { story, marks, copied }: StoryView): string {
  return `${story.pinned.includes(id)} ${marks.get(id)} ${copied?.entry === id}`;
}

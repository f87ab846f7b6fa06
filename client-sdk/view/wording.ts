import { type Child, h, type TreeNode } from '../tree/tree.js';
import { directionOf, isSameLanguage, tagOf } from './language.js';
import { type CountedName, type PlainName, say, sayCount, type Values } from './messages.js';
import { remember } from './remember.js';
import type { StoryView } from './story-view.js';
import { timeTree } from './times.js';

type Spoken = Pick<StoryView, 'story' | 'texts' | 'clock'>;

/**
 * The attributes of whatever holds the interface's words only: empty where they are in the story's language. Else a
 * screen reader would read German with an Arabic voice, and a full stop would stand at the wrong end of a line.
 */
export function marksOf({ story, texts }: Spoken): { readonly lang?: string; readonly dir?: 'ltr' | 'rtl' } {
  const { language } = texts;
  return isSameLanguage(language, story.language) ? {} : inLanguage(language);
}

/** The attributes of what is in a language. */
export function inLanguage(language: string): { readonly lang: string; readonly dir: 'ltr' | 'rtl' } {
  return { lang: language, dir: directionOf(language) };
}

/** The text of this name among the story's own words, marked where it is in another language. */
export function worded(view: Spoken, name: PlainName, values: Values = {}): Child {
  return marked(view, say(view.texts, name, values));
}

/** The same for a text that depends on a count. */
export function wordedCount(view: Spoken, name: CountedName, count: number): Child {
  return marked(view, sayCount(view.texts, name, count));
}

/** Words of the interface, marked where they are in another language than the story. */
export function marked(view: Spoken, ...words: readonly Child[]): Child {
  const marks = marksOf(view);
  return marks.lang === undefined ? words : h('span', marks, words);
}

/** A text with a tree in place of `{name}`. */
export function withTree(text: string, name: string, tree: Child): Child {
  const [before = '', after = ''] = text.split(`{${name}}`);
  return [before, tree, after];
}

/**
 * Several things as a language enumerates them.
 *
 * @param type with an "and" before the last (default), or without.
 */
export function listed(items: readonly Child[], language: string, type: 'conjunction' | 'unit' = 'conjunction'): Child {
  const there = items.filter((item) => item !== undefined && item !== false);
  if (there.length < 2) return there;
  const parts = listFormats[type](tagOf(language) ?? 'en').formatToParts(there.map((_, at) => String(at)));
  return parts.map(({ type: kind, value }) => (kind === 'element' ? there[Number(value)] : value));
}

const listFormats = {
  conjunction: remember((language) => new Intl.ListFormat(language, { type: 'conjunction' })),
  unit: remember((language) => new Intl.ListFormat(language, { type: 'unit' })),
};

/** A moment as it is told in the interface's language. */
export function momentTree(at: string, view: Spoken): TreeNode {
  return timeTree(at, view.clock, marksOf(view));
}

import type { Block, Entry, PublicEntry, Story } from '../protocol/index.js';
import { h } from '../tree/tree.js';
import { isSameLanguage } from '../view/language.js';
import { say, sayCount, type Texts } from '../view/messages.js';
import { inLanguage, withTree } from '../view/wording.js';
import { LiveRegion, type Sentence } from './live-region.js';
import type { Preferences } from './preferences.js';

/** Milliseconds over which new entries become one announcement, so that a burst does not bury what is being read. */
const GATHER_MS = 4_000;
/** Entries remembered as said, to tell those who heard them of corrections; the oldest are forgotten. */
const MOST_SAID = 50;

/** Characters of an entry's text that are read out where it has no headline. */
const OPENING = 160;

/** What announcements depend upon at the moment they are made. */
export interface Hearing {
  readonly which: Preferences['announce'];
  readonly texts: Texts;
  readonly story: Story | undefined;
}

interface Said {
  readonly urgent: boolean;
  readonly corrections: number;
}

/**
 * What readers who listen to a page are told unasked. New entries are gathered for a few seconds and told politely, one
 * by its headline, several by their number; breaking news at once. Who was told something that is then corrected or
 * withdrawn is told that too, and what is no longer so stays nowhere to be heard.
 */
export class Announcements {
  readonly #polite = new LiveRegion('status');
  readonly #urgent = new LiveRegion('alert');
  readonly #hearing: () => Hearing;
  /** New entries not yet told of, in their latest form. */
  readonly #waiting = new Map<string, Entry>();
  readonly #said = new Map<string, Said>();
  #afterwards: Sentence[] = [];
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(root: ShadowRoot, hearing: () => Hearing) {
    this.#hearing = hearing;
    root.prepend(this.#polite.node, this.#urgent.node);
  }

  /**
   * An entry came or changed.
   *
   * @param previous the form that was shown until now.
   * @param isNew it was published just now, or while the reader was away; not on an older page that is not loaded.
   */
  heard(entry: PublicEntry, previous: PublicEntry | undefined, isNew: boolean): void {
    const { id } = entry;
    this.#polite.takeBack(id);
    this.#urgent.takeBack(id);
    this.#afterwards = this.#afterwards.filter(({ about }) => !about.includes(id));
    const said = this.#said.get(id);
    if (entry.status !== 'usable') {
      this.#waiting.delete(id);
      this.#said.delete(id);
      const notice = entry.notice?.text ?? say(this.#hearing().texts, `${entry.status}.notice`);
      if (said !== undefined) this.#follow(this.#quote(say(this.#hearing().texts, 'said.withdrawn'), notice, id), said);
      return;
    }
    const isBack = previous !== undefined && previous.status !== 'usable';
    if (this.#waiting.has(id) || isNew || isBack) this.#wait(entry);
    else if (said !== undefined && entry.corrections.length > said.corrections) {
      this.#said.set(id, { ...said, corrections: entry.corrections.length });
      const text = entry.corrections[0]?.text ?? '';
      this.#follow(this.#quote(say(this.#hearing().texts, 'said.correction'), text, id), said);
    }
  }

  /** An entry is newly breaking. */
  breaking(entry: Entry): void {
    const { which, texts } = this.#hearing();
    if (which === 'off') return;
    this.#waiting.delete(entry.id);
    this.#remember(entry, true);
    this.#urgent.say([this.#quote(say(texts, 'said.breaking'), wordsOf(entry), entry.id)]);
  }

  /** Tells what came of something that the reader did, whether or not they want to be told things unasked. */
  answer(text: string): void {
    const { language } = this.#hearing().texts;
    this.#polite.say([{ about: [], tree: h('p', inLanguage(language), text) }]);
  }

  /** The story was replaced, or is followed no longer. */
  clear(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#waiting.clear();
    this.#said.clear();
    this.#afterwards = [];
    this.#polite.clear();
    this.#urgent.clear();
  }

  #wait(entry: Entry): void {
    if (this.#hearing().which !== 'all') return;
    this.#waiting.set(entry.id, entry);
    this.#gather();
  }

  #follow(sentence: Sentence, { urgent }: Said): void {
    if (this.#hearing().which === 'off') return;
    if (urgent) {
      this.#urgent.say([sentence]);
      return;
    }
    this.#afterwards.push(sentence);
    this.#gather();
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      const sentences = [...this.#afterwards, ...this.#news()];
      this.#afterwards = [];
      this.#waiting.clear();
      this.#polite.say(sentences);
    }, GATHER_MS);
  }

  #news(): readonly Sentence[] {
    const [first, ...others] = this.#waiting.values();
    if (first === undefined) return [];
    if (others.length > 0) return [this.#count(others.length + 1)];
    const headline = wordsOf(first);
    if (headline === '') return [this.#count(1)];
    this.#remember(first, false);
    const { story } = this.#hearing();
    const language = story?.language ?? '';
    return [{ about: [first.id], tree: h('p', inLanguage(language), headline) }];
  }

  #count(count: number): Sentence {
    const { texts } = this.#hearing();
    const { language } = texts;
    const tree = h('p', inLanguage(language), sayCount(texts, 'gathered', count));
    return { about: [], tree };
  }

  /**
   * The story's words within the interface's, each marked with its language.
   *
   * @param text with `{text}` where the words belong.
   */
  #quote(text: string, words: string, id: string): Sentence {
    const { texts, story } = this.#hearing();
    const { language } = texts;
    const other = story !== undefined && !isSameLanguage(story.language, language) ? story.language : undefined;
    const quoted = other === undefined ? words : h('bdi', { lang: other }, words);
    const tree = h('p', inLanguage(language), withTree(text, 'text', quoted));
    return { about: [id], tree };
  }

  #remember({ id, corrections }: Entry, urgent: boolean): void {
    this.#said.delete(id);
    this.#said.set(id, { urgent, corrections: corrections.length });
    for (const oldest of this.#said.keys()) {
      if (this.#said.size <= MOST_SAID) break;
      this.#said.delete(oldest);
    }
  }
}

/** What an entry is known by to those who hear of it: its headline, else its first words, if it has any. */
function wordsOf({ headline, body }: Entry): string {
  if (headline !== undefined) return headline;
  const text = body.map(textOf).find((one) => one !== '') ?? '';
  if (text.length <= OPENING) return text;
  return `${text.slice(0, OPENING).replace(/\s+\S*$/, '')}…`;
}

function textOf(block: Block): string {
  if (!('content' in block)) return '';
  const text = block.content.map((span) => span.text).join('');
  return text.replace(/\s+/g, ' ').trim();
}

import { focusOn } from './focus.js';
import { preferences } from './preferences.js';
import { scrollBehavior } from './scroll.js';

/** What keys do that only the element can. */
export interface KeyActions {
  /** Where keys are heard: nowhere, while focus is in the element, or on the whole page. */
  scope(): 'off' | 'focus' | 'page';
  /** Shows the entries that wait, and goes to the first; `false` where none does. */
  showGathered(): boolean;
  openHelp(): void;
}

type Move = 'next' | 'previous' | 'before' | 'after';
type Command = Move | 'new' | 'help';

const LETTERS: Readonly<Record<string, Command>> = { j: 'next', k: 'previous', n: 'new', '?': 'help', '؟': 'help' };
/** Where letters stand on keyboards of other scripts. */
const CODES: Readonly<Record<string, Command>> = { KeyJ: 'next', KeyK: 'previous', KeyN: 'new' };

/** Where keys are for something else. */
const OTHERS = 'input, textarea, select, dialog, [role=textbox], [role=searchbox], [role=combobox], [role=listbox]';
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, iframe, [tabindex="0"]';

/**
 * The keyboard of a feed (WAI-ARIA's pattern), and single letters as feed readers have them. Those are heard while focus
 * is in the element, or where the page is ours, and can be turned off: a page that hears single letters everywhere acts
 * on what people say who dictate (WCAG 2.1.4).
 */
export class Keyboard {
  readonly #host: Element;
  readonly #root: ShadowRoot;
  readonly #actions: KeyActions;

  constructor(host: Element, root: ShadowRoot, actions: KeyActions) {
    this.#host = host;
    this.#root = root;
    this.#actions = actions;
  }

  /**
   * Does what a key is for that nobody else took.
   *
   * @param way of the event, from where it happened outwards.
   */
  take(event: KeyboardEvent, way: readonly EventTarget[]): void {
    if (event.defaultPrevented || event.isComposing) return;
    const path = way.filter((target) => target instanceof Element);
    if (!this.#hears(path)) return;
    const within = path.includes(this.#host) ? path.slice(0, path.indexOf(this.#host)) : path;
    if (within.some(isForOthers)) return;
    // What has focus now: keys that waited for this to be loaded come one after the other.
    const article = this.#root.activeElement?.closest('.entry') ?? undefined;
    const command = commandOf(event, article);
    if (command !== undefined && this.#does(command, article)) event.preventDefault();
  }

  #hears(path: readonly Element[]): boolean {
    const scope = preferences().keys === 'off' ? 'off' : this.#actions.scope();
    if (scope === 'off') return false;
    // Of several stories, the one that is being read.
    return path.includes(this.#host) || (scope === 'page' && !path.some(({ localName }) => localName === 'live-story'));
  }

  #does(command: Command, article: Element | undefined): boolean {
    switch (command) {
      case 'help':
        this.#actions.openHelp();
        return true;
      case 'new':
        return this.#actions.showGathered();
      case 'next':
      case 'previous':
        return this.#goTo(this.#neighbour(command === 'next' ? 1 : -1, article));
      default:
        return this.#leave(command);
    }
  }

  #goTo(article: Element | undefined): boolean {
    if (!focusOn(this.#root, article)) return false;
    article?.scrollIntoView({ block: 'start', behavior: scrollBehavior() });
    return true;
  }

  /** From the article that has focus; else from what is in sight. */
  #neighbour(step: 1 | -1, from: Element | undefined): Element | undefined {
    const articles = [...this.#root.querySelectorAll('.feed > .entry')];
    if (from !== undefined) return articles[articles.indexOf(from) + step];
    const top = (article: Element) => article.getBoundingClientRect().top;
    return step === 1
      ? articles.find((article) => top(article) > 0)
      : articles.findLast((article) => top(article) < -1);
  }

  /** Out of the feed, to the nearest thing before or after it, in the element or else in the page around it. */
  #leave(side: 'before' | 'after'): boolean {
    const feed = this.#root.querySelector('.feed');
    if (feed === null) return false;
    const within = this.#host.getRootNode();
    const found =
      nearest(side, feed, this.#root) ??
      (within instanceof Document || within instanceof ShadowRoot ? nearest(side, this.#host, within) : undefined);
    found?.focus();
    return found !== undefined;
  }
}

function isForOthers(element: Element): boolean {
  return element.matches(OTHERS) || (element instanceof HTMLElement && element.isContentEditable);
}

/** @param article the one that has focus, or holds what has. */
function commandOf(event: KeyboardEvent, article: Element | undefined): Command | undefined {
  const { key, code, ctrlKey, altKey, metaKey, shiftKey } = event;
  if (altKey || metaKey) return undefined;
  if (ctrlKey) {
    if (article === undefined || shiftKey) return undefined;
    return key === 'Home' ? 'before' : key === 'End' ? 'after' : undefined;
  }
  const command = LETTERS[key.toLowerCase()];
  // On which keyboards it needs the shift key is their affair.
  if (shiftKey) return command === 'help' ? command : undefined;
  if (article !== undefined) {
    // A page is an entry; but of one that is longer than the screen, the rest is read first.
    const { top, bottom } = article.getBoundingClientRect();
    if (key === 'PageDown') return bottom > innerHeight ? undefined : 'next';
    if (key === 'PageUp') return top < 0 ? undefined : 'previous';
  }
  return command ?? (/^[\x20-\x7e]$/.test(key) ? undefined : CODES[code]);
}

function nearest(side: 'before' | 'after', place: Element, within: ParentNode): HTMLElement | undefined {
  const wanted = side === 'after' ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
  const all = [...within.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => {
    const position = place.compareDocumentPosition(element);
    return (position & wanted) !== 0 && !place.contains(element) && !element.contains(place) && isThere(element);
  });
  return side === 'after' ? all[0] : all.at(-1);
}

function isThere(element: HTMLElement): boolean {
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
}

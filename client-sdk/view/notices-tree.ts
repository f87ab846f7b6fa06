import type { Entry } from '../protocol/index.js';
import { type Child, h, type Tree } from '../tree/tree.js';
import { say, sayCount, type WholeTexts } from './messages.js';
import type { StoryView } from './story-view.js';
import { timeText } from './times.js';
import { listed, marked, marksOf, withTree, worded } from './wording.js';

/** What changed while the reader was away. */
export interface SinceLeft {
  readonly updates: number;
  readonly corrections: number;
  readonly withdrawals: number;
  /** There may be more updates: they reach below what is loaded. */
  readonly orMore?: boolean;
}

/** What a view and its later texts say. */
type Telling = StoryView & { readonly texts: WholeTexts };

/** Raised when an entry breaks. */
export function bannerTree({ id, headline, publishedAt }: Entry, view: Telling): Tree {
  return h(
    'section',
    { class: 'banner', part: 'banner', 'aria-label': say(view.texts, 'breaking'), key: `banner ${id}` },
    h('span', { class: 'label is-breaking' }, worded(view, 'breaking')),
    ' ',
    h(
      'a',
      { href: view.links.entry(id), 'data-action': 'visit', 'data-entry': id },
      headline ?? timeText(publishedAt, view.clock),
    ),
    ' ',
    dismiss('dismiss-banner', view),
  );
}

/** For who comes back. */
export function sinceTree({ updates, corrections, withdrawals, orMore }: SinceLeft, view: Telling): Tree {
  const { texts } = view;
  const parts = [
    updates > 0 && sayCount(texts, 'since.updates', updates, orMore),
    corrections > 0 && sayCount(texts, 'since.corrections', corrections),
    withdrawals > 0 && sayCount(texts, 'since.withdrawals', withdrawals),
  ];
  return noticeTree('since', withTree(say(texts, 'since'), 'what', listed(parts, texts.language)), view);
}

/** For who followed a link to an entry that the story does not have. */
export function missingTree(view: Telling): Tree {
  return noticeTree('missing', say(view.texts, 'missing'), view);
}

function noticeTree(name: string, what: Child, view: Telling): Tree {
  return h(
    'p',
    { class: 'since', part: 'since', key: name },
    marked(view, what),
    ' ',
    dismiss(`dismiss-${name}`, view),
  );
}

function dismiss(action: string, view: Telling): Tree {
  const name = say(view.texts, 'dismiss');
  return h(
    'button',
    // Its cross is drawn: as a text it would be read out.
    { type: 'button', class: 'dismiss', 'data-action': action, 'aria-label': name, title: name, ...marksOf(view) },
  );
}

import { pictureTree } from '../body/to-tree.js';
import { type Child, h, type Tree, type TreeNode } from '../tree/tree.js';
import { articleTree } from './entry-tree.js';
import { say } from './messages.js';
import type { StoryView, Trouble } from './story-view.js';
import { timeText } from './times.js';
import { inLanguage, marked, momentTree, withTree, worded, wordedCount } from './wording.js';

/** A story from its headline to its last entry, as it stands in the element's shadow root. */
export function storyTree(view: StoryView): Tree {
  const { story, hidden } = view;
  return h(
    'section',
    {
      class: 'story',
      part: 'story',
      ...inLanguage(story.language),
      'aria-label': story.headline,
    },
    !hidden.has('header') && headerTree(view),
    noticesTree(view),
    h(
      'div',
      { class: 'side' },
      stateTree(view),
      !hidden.has('key-points') && keyPointsTree(view),
      !hidden.has('controls') && controlsTree(view),
    ),
    h(
      'div',
      { class: 'column' },
      view.choice.order === 'oldest' && h('div', { class: 'pages' }, olderTree(view)),
      feedTree(view),
      pagesTree(view),
    ),
  );
}

function headerTree({ story, headingLevel, hidden }: StoryView): Tree {
  const { kicker, headline, standfirst, picture } = story;
  const figure = picture !== undefined && !hidden.has('picture') && pictureTree(picture);
  return h(
    // No `header`: in a page whose own it is not within, it would be told to be the page's.
    'div',
    // Said ahead of the picture, so that a page which comes in little by little lays out for it what stands before it.
    { class: figure ? 'header is-pictured' : 'header', part: 'header' },
    kicker !== undefined && h('p', { class: 'kicker', part: 'kicker' }, kicker),
    h(`h${headingLevel}`, { class: 'story-headline', part: 'headline' }, headline),
    standfirst !== undefined && h('p', { class: 'standfirst', part: 'standfirst' }, standfirst),
    figure,
  );
}

function stateTree(view: StoryView): Tree {
  const { story, entries, texts } = view;
  const newest = [story, ...entries].reduce((latest, { updatedAt }) => (updatedAt > latest ? updatedAt : latest), '');
  return h(
    'p',
    { class: 'state', part: 'state' },
    h('span', { class: `status is-${story.status}`, part: 'status' }, worded(view, `status.${story.status}`)),
    ' ',
    marked(view, withTree(say(texts, 'updated'), 'time', momentTree(newest, view))),
  );
}

/** Always there, so that what appears in it moves nothing: its places lie above the page or have a height of their own. */
function noticesTree(view: StoryView): Tree {
  const { trouble, gathered, notices } = view;
  return h(
    'div',
    { class: 'notices' },
    h('p', { class: 'trouble', role: 'status' }, trouble !== undefined && marked(view, troubleText(trouble, view))),
    notices,
    gathered > 0 &&
      h(
        'button',
        { type: 'button', class: 'gathered', part: 'new-updates', key: 'gathered', 'data-action': 'show-gathered' },
        wordedCount(view, 'gathered', gathered),
      ),
  );
}

function troubleText(trouble: Trouble, { texts, clock }: StoryView): string {
  return say(texts, trouble.kind, 'since' in trouble ? { time: timeText(trouble.since, clock) } : {});
}

function keyPointsTree(view: StoryView): Child {
  const { story, headingLevel, links } = view;
  if (story.keyPoints.length === 0) return undefined;
  const items = story.keyPoints.map(({ text, entryId }) =>
    h(
      'li',
      {},
      entryId === undefined
        ? text
        : h('a', { href: links.entry(entryId), 'data-action': 'visit', 'data-entry': entryId }, text),
    ),
  );
  return h(
    'div',
    { class: 'key-points', part: 'key-points' },
    h(`h${headingLevel + 1}`, {}, worded(view, 'key-points')),
    h('ul', {}, items),
  );
}

/** Of one height, whether a script is there or not. */
function controlsTree(view: StoryView): Tree {
  const { texts, choice, links } = view;
  const { keyEvents, tag, order } = choice;
  const choose = (action: string, isOn: boolean, text: Child) =>
    h('button', { type: 'button', 'data-action': action, 'aria-pressed': `${isOn}` }, text);
  return h(
    'div',
    { class: 'controls', part: 'controls', role: 'group', 'aria-label': say(texts, 'filter.label') },
    h('a', { class: 'refresh', href: links.story }, worded(view, 'refresh')),
    h(
      'span',
      { class: 'filters needs-script' },
      choose('all', !keyEvents && tag === undefined, worded(view, 'filter.all')),
      choose('key-events', keyEvents, worded(view, 'filter.key-events')),
      tag !== undefined &&
        h(
          'button',
          { type: 'button', 'data-action': 'all', 'aria-pressed': 'true' },
          worded(view, 'filter.tag', { tag }),
        ),
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'order needs-script',
        'data-action': 'order',
        'aria-pressed': `${order === 'oldest'}`,
      },
      worded(view, 'order.oldest'),
    ),
    h(
      'button',
      { type: 'button', class: 'settings needs-script', 'data-action': 'settings', 'aria-haspopup': 'dialog' },
      worded(view, 'settings'),
    ),
  );
}

/** What is not an article stands beside the feed: in it, it would be passed over by those who go from one to the next. */
function feedTree(view: StoryView): Child {
  const { entries, texts, older, choice, drawn } = view;
  const isFiltered = choice.keyEvents || choice.tag !== undefined;
  const of = older === 'none' ? entries.length : -1;
  return [
    h('p', { class: 'empty', role: 'status' }, entries.length === 0 && marked(view, emptyText(view, isFiltered))),
    h(
      'div',
      {
        class: 'feed',
        part: 'feed',
        // A feed has articles; what has none is no feed.
        ...(entries.length > 0 && {
          role: 'feed',
          'aria-label': say(texts, 'entries'),
          'aria-busy': `${older === 'loading'}`,
        }),
      },
      entries.map((entry, at) => placed(drawn?.article(entry, view) ?? articleTree(entry, view), at + 1, of)),
    ),
  ];
}

/**
 * An article where it stands in the feed (WAI-ARIA `feed`).
 *
 * @param of -1 while it is not known how many there are.
 */
function placed(article: TreeNode, at: number, of: number): TreeNode {
  const attributes = { ...article.attributes, 'aria-posinset': String(at), 'aria-setsize': String(of) };
  return { ...article, attributes };
}

function emptyText({ story, texts, clock }: StoryView, isFiltered: boolean): string {
  if (isFiltered) return say(texts, 'empty.filtered');
  if (story.status !== 'upcoming') return say(texts, 'empty');
  return say(texts, 'empty.upcoming', { time: timeText(story.coverageStart, clock) });
}

/** What comes after the last entry. */
function pagesTree(view: StoryView): Tree {
  const { links, story, choice } = view;
  return h(
    'div',
    { class: 'pages' },
    links.newest !== undefined && h('a', { class: 'newest', href: links.newest }, worded(view, 'newest')),
    choice.order === 'newest' && olderTree(view),
    story.status === 'ended' && h('p', { class: 'over' }, worded(view, 'ended')),
  );
}

/** Stands where the oldest entry is that is there. */
function olderTree(view: StoryView): Child {
  const { older, links } = view;
  if (older === 'none') return undefined;
  return h(
    'a',
    { class: 'older', part: 'older', rel: 'next', href: links.older ?? links.story, 'data-action': 'older' },
    worded(view, older === 'more' ? 'older' : `older.${older}`),
  );
}

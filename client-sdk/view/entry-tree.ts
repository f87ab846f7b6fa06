import { linkTree, toTree } from '../body/to-tree.js';
import {
  type EmbedBlock,
  type Entry,
  isSafeUrl,
  type PublicEntry,
  type Source,
  type Tombstone,
} from '../protocol/index.js';
import { type Child, h, type Tree, type TreeNode } from '../tree/tree.js';
import { embedTree } from './embed-tree.js';
import { say, sayCount } from './messages.js';
import type { StoryView } from './story-view.js';
import { agoText } from './times.js';
import { listed, marked, marksOf, momentTree, withTree, worded } from './wording.js';

/** One entry, or what is left of it, as an article. Where it stands among the others is not its own to say. */
export function articleTree(entry: PublicEntry, view: StoryView): TreeNode {
  return entry.status === 'usable' ? usableTree(entry, view) : tombstoneTree(entry, view);
}

function usableTree(entry: Entry, view: StoryView): TreeNode {
  const { texts, story, headingLevel } = view;
  const { id, headline, breaking, keyEvent, verification } = entry;
  const isPinned = story.pinned.includes(id);
  const labels = [
    breaking && label('breaking', worded(view, 'breaking')),
    isPinned && label('pinned', worded(view, 'pinned')),
    keyEvent && label('key-event', worded(view, 'key-event')),
    verification !== undefined && label(verification, worded(view, `verification.${verification}`)),
  ].filter((one) => one !== false);
  return h(
    'article',
    articleOf(entry, view, breaking && 'is-breaking', isPinned && 'is-pinned', keyEvent && 'is-key-event'),
    stampTree(entry, view),
    h(
      'div',
      { class: 'report' },
      labels.length > 0 &&
        h(
          'p',
          { class: 'labels', id: `labels-${id}` },
          labels.flatMap((one) => [one, ' ']),
        ),
      headline !== undefined && headingTree(headline, entry, view),
      entry.corrections.map((correction) =>
        h(
          'p',
          { class: 'correction' },
          h('strong', marksOf(view), withTree(say(texts, 'corrected'), 'time', momentTree(correction.at, view))),
          ' ',
          correction.text,
        ),
      ),
      h(
        'div',
        { class: 'body', part: 'body' },
        toTree(entry.body, {
          embed: (block) => embedOf(block, entry, view),
          headingLevel: headingLevel + (headline === undefined ? 1 : 2),
        }),
      ),
      relationsTree(entry, view),
      creditsTree(entry, view),
    ),
  );
}

function tombstoneTree(entry: Tombstone, view: StoryView): TreeNode {
  return h(
    'article',
    articleOf(entry, view, 'is-withdrawn'),
    stampTree(entry, view),
    h(
      'div',
      { class: 'report' },
      h('p', { class: 'labels', id: `labels-${entry.id}` }, label('withdrawn', worded(view, entry.status))),
      h(
        'p',
        { class: 'notice', id: `headline-${entry.id}` },
        entry.notice?.text ?? worded(view, `${entry.status}.notice`),
      ),
    ),
  );
}

function articleOf(entry: PublicEntry, { marks }: StoryView, ...classes: readonly (string | false)[]) {
  const { id, status } = entry;
  const isNamed = status !== 'usable' || entry.headline !== undefined;
  const mark = marks.get(id);
  return {
    key: id,
    part: 'entry',
    tabindex: 0,
    class: ['entry', ...classes, mark !== undefined && `is-${mark}`].filter((name) => name !== false).join(' '),
    // Its labels first, where it has any: whether something is breaking or withdrawn is said before what it says.
    'aria-labelledby': `labels-${id} ${isNamed ? 'headline' : 'stamp'}-${id}`,
  };
}

function stampTree({ id, publishedAt }: PublicEntry, view: StoryView): Tree {
  const { clock, links, texts } = view;
  return h(
    'p',
    { class: 'stamp', part: 'time', id: `stamp-${id}` },
    h(
      'a',
      {
        href: links.entry(id),
        title: say(texts, 'permalink'),
        'data-action': 'visit',
        'data-entry': id,
        ...marksOf(view),
      },
      momentTree(publishedAt, view),
    ),
    ' ',
    h(
      'span',
      { class: 'ago', 'data-at': publishedAt, ...marksOf(view) },
      clock.timeZone === undefined && agoText(publishedAt, clock),
    ),
  );
}

function headingTree(headline: string, { id }: Entry, { headingLevel }: StoryView): Tree {
  return h(`h${headingLevel + 1}`, { class: 'headline', part: 'entry-headline', id: `headline-${id}` }, headline);
}

function label(kind: string, text: Child): Tree {
  return h('span', { class: `label is-${kind}`, part: 'label' }, text);
}

function embedOf(block: EmbedBlock, entry: Entry, view: StoryView): Tree {
  const name = `${entry.id} ${entry.body.indexOf(block)}`;
  return embedTree(block, name, entry.headline, view);
}

function relationsTree({ relations }: Entry, view: StoryView): Child {
  if (relations.length === 0) return undefined;
  const items = relations.map(({ rel, entryId }) =>
    h(
      'a',
      { href: view.links.entry(entryId), 'data-action': 'visit', 'data-entry': entryId },
      worded(view, `relation.${rel}`),
    ),
  );
  return h(
    'p',
    { class: 'relations' },
    items.flatMap((item) => [item, ' ']),
  );
}

function creditsTree(entry: Entry, view: StoryView): Tree {
  const { texts, hidden, story, copied } = view;
  const { id, headline, bylines, sources, located, tags, version, updatedAt, publishedAt } = entry;
  const names = bylines.map(({ name, role, url }) => [linked(name, url), role !== undefined && ` (${role})`]);
  return h(
    'footer',
    { class: 'credits', part: 'credits' },
    names.length > 0 && h('p', { class: 'byline' }, listed(names, story.language)),
    located !== undefined && h('p', { class: 'located' }, located),
    sources.length > 0 && sourcesTree(sources, view),
    version > 1 &&
      updatedAt !== publishedAt &&
      h('p', { class: 'edited' }, marked(view, withTree(say(texts, 'edited'), 'time', momentTree(updatedAt, view)))),
    tags.length > 0 &&
      h(
        'p',
        { class: 'tags', key: 'tags' },
        tags.map((tag) => [tagTree(tag, view), ' ']),
      ),
    !hidden.has('share') &&
      h(
        'p',
        { class: 'share needs-script', key: 'share' },
        h(
          'button',
          {
            type: 'button',
            'data-action': 'share',
            'data-entry': id,
            'aria-describedby': `${headline === undefined ? 'stamp' : 'headline'}-${id}`,
          },
          copied?.entry === id ? marked(view, copied.text) : worded(view, 'share'),
        ),
      ),
  );
}

function tagTree(tag: string, { texts, choice }: StoryView): Tree {
  return h(
    'button',
    {
      type: 'button',
      'data-action': 'tag',
      'data-tag': tag,
      'aria-label': say(texts, 'filter.tag', { tag }),
      'aria-pressed': `${choice.tag === tag}`,
    },
    tag,
  );
}

function sourcesTree(sources: readonly Source[], view: StoryView): Tree {
  const { texts } = view;
  const list = sources.map(({ name, role, via, url }) => {
    const what = [say(texts, `source.${role}`), via !== undefined && say(texts, 'via', { name: via })];
    return [linked(name, url), ' (', listed(what, texts.language, 'unit'), ')'];
  });
  const said = sayCount(texts, 'source', sources.length);
  return h('p', { class: 'sources' }, marked(view, withTree(said, 'sources', listed(list, texts.language))));
}

/** URLs are checked here again: this runs in browsers too, which must not depend on what a server let through. */
function linked(text: string, url: string | undefined): Child {
  return url === undefined || !isSafeUrl(url) ? text : linkTree(url, text);
}

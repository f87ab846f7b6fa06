import { linkTree } from '../body/to-tree.js';
import type { EmbedBlock } from '../protocol/index.js';
import { h, type Tree } from '../tree/tree.js';
import type { StoryView } from './story-view.js';
import { worded } from './wording.js';

/**
 * Third-party material: nothing of it is loaded before the reader asks for it, and until then a link leads there.
 *
 * @param name by which the element knows what was asked for.
 * @param headline of its entry, which tells it from others where it has no title.
 */
export function embedTree(block: EmbedBlock, name: string, headline: string | undefined, view: StoryView): Tree {
  const { url, provider, title } = block;
  const open = linkTree(url, worded(view, 'embed.open', { provider }));
  const player = view.players.get(name);
  if (player !== undefined) {
    const named = title ?? (headline === undefined ? provider : `${provider}: ${headline}`);
    const classes = `embed is-loaded${player.isTall ? ' is-tall' : ''}`;
    return h('figure', { class: classes }, h('iframe', { ...player.frame, title: named }), h('figcaption', {}, open));
  }
  return h(
    'figure',
    { class: 'embed' },
    h('p', { class: 'embed-title' }, title ?? provider),
    h(
      'button',
      { type: 'button', class: 'needs-script', 'data-action': 'load-embed', 'data-embed': name },
      worded(view, 'embed.load', { provider }),
    ),
    h('figcaption', {}, worded(view, 'embed.note', { provider }), ' ', open),
  );
}

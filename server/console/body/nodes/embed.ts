import { LIMITS } from '@slugline/client/protocol';
import { Node } from '@tiptap/core';
import type { Node as DocNode } from '@tiptap/pm/model';
import { TEXTS } from '../texts.js';
import { blockControls } from './block-controls.js';
import { type Field, Fields } from './fields.js';

const TITLE: Field = {
  label: TEXTS.title,
  most: LIMITS.headline,
  read: ({ attrs }) => attrs.title,
  write: (_node, title) => ({ title }),
};

/** Third-party material. It is named here and not loaded, as readers have it before they ask. */
export const Embed = Node.create({
  name: 'embed',
  group: 'block',
  atom: true,
  addAttributes: () => ({
    url: { default: '', rendered: false },
    provider: { default: '', rendered: false },
    title: { default: '', rendered: false },
  }),
  // As it is copied; nothing of this is ever put into the page.
  renderHTML: ({ node: { attrs } }) => [
    'iframe',
    { src: attrs.url, 'data-provider': attrs.provider, title: attrs.title },
  ],
  addNodeView() {
    return ({ node, view, getPos }) => {
      const dom = document.createElement('figure');
      dom.className = 'embed';
      const name = dom.appendChild(document.createElement('p'));
      const show = ({ attrs }: DocNode) => {
        name.textContent = `${attrs.provider}: ${attrs.url}`;
      };
      const fields = new Fields(node, [TITLE], { view, getPos });
      dom.append(fields.dom, blockControls(view, getPos));
      show(node);
      return {
        dom,
        update: (next: DocNode) => {
          if (next.type !== node.type) return false;
          show(next);
          fields.update(next);
          return true;
        },
        stopEvent: ({ target }: Event) => target !== name && target !== dom,
        ignoreMutation: () => true,
      };
    };
  },
});

import { LIMITS } from '@slugline/client/protocol';
import { Node } from '@tiptap/core';
import type { Node as DocNode } from '@tiptap/pm/model';
import { TEXTS } from '../texts.js';
import { type Field, Fields } from './fields.js';
import { kindRule } from './text-nodes.js';

const field = (name: 'speaker' | 'speakerRole' | 'source'): Field => ({
  label: TEXTS[name],
  most: LIMITS.name,
  read: ({ attrs }) => attrs[name],
  write: (_node, text) => ({ [name]: text }),
});

const FIELDS = [field('speaker'), field('speakerRole'), field('source')];

/** A quote, with who said it in fields below its words. */
export const Quote = Node.create({
  name: 'quote',
  group: 'block',
  content: 'inline*',
  defining: true,
  addAttributes: () => ({
    speaker: { default: '', rendered: false },
    speakerRole: { default: '', rendered: false },
    source: { default: '', rendered: false },
  }),
  parseHTML: () => [{ tag: 'blockquote' }],
  renderHTML: ({ node }) => ['blockquote', ['p', 0], ...attribution(node)],
  addInputRules: () => [kindRule(/^\s*>\s$/, { type: 'quote' })],
  addNodeView() {
    return ({ node, view, getPos }) => {
      const dom = document.createElement('blockquote');
      const contentDOM = dom.appendChild(document.createElement('p'));
      const fields = new Fields(node, FIELDS, { view, getPos });
      dom.append(fields.dom);
      return {
        dom,
        contentDOM,
        update: (next: DocNode) => {
          if (next.type !== node.type) return false;
          fields.update(next);
          return true;
        },
        stopEvent: ({ target }: Event) => isWithin(fields.dom, target),
        ignoreMutation: ({ target }: { target: globalThis.Node }) => isWithin(fields.dom, target),
      };
    };
  },
});

/** As it is copied: in the form in which a quote is read from HTML. */
function attribution({ attrs: { speaker, speakerRole, source } }: DocNode): (string | [string, string])[][] {
  const who = [speaker, speakerRole].filter((text) => text !== '').join(', ');
  if (who === '' && source === '') return [];
  return [
    ['footer', ...(who === '' ? [] : [`— ${who} `]), ...(source === '' ? [] : [['cite', source] as [string, string]])],
  ];
}

function isWithin(parent: globalThis.Node, target: EventTarget | null): boolean {
  return target instanceof globalThis.Node && parent.contains(target);
}

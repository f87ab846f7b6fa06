import { InputRule, Node, textblockTypeInputRule } from '@tiptap/core';
import { type Kind, setKind } from '../kinds.js';

export const Doc = Node.create({ name: 'doc', topNode: true, content: 'block+' });

export const Text = Node.create({ name: 'text', group: 'inline' });

export const Paragraph = Node.create({
  name: 'paragraph',
  // Before the others, so that it is what an empty place is filled with.
  priority: 1_000,
  group: 'block',
  content: 'inline*',
  parseHTML: () => [{ tag: 'p' }],
  renderHTML: () => ['p', 0],
});

const LEVELS = [2, 3, 4] as const;

export const Heading = Node.create({
  name: 'heading',
  group: 'block',
  content: 'inline*',
  defining: true,
  addAttributes: () => ({ level: { default: 2, rendered: false } }),
  parseHTML: () => LEVELS.map((level) => ({ tag: `h${level}`, attrs: { level } })),
  renderHTML: ({ node }) => [`h${node.attrs.level}`, 0],
  addInputRules() {
    const { type } = this;
    return [
      textblockTypeInputRule({
        find: /^(#{1,4})\s$/,
        type,
        getAttributes: ([, signs = '']) => ({ level: Math.max(2, signs.length) }),
      }),
    ];
  },
});

/** A list, as bodies have it: items of text, and none within another. */
export const List = Node.create({
  name: 'list',
  group: 'block',
  content: 'listItem+',
  addAttributes: () => ({ ordered: { default: false, rendered: false } }),
  parseHTML: () => [
    { tag: 'ul', attrs: { ordered: false } },
    { tag: 'ol', attrs: { ordered: true } },
  ],
  renderHTML: ({ node }) => [node.attrs.ordered === true ? 'ol' : 'ul', 0],
  addInputRules: () => [
    kindRule(/^\s*[-*•]\s$/, { type: 'item', ordered: false }),
    kindRule(/^\s*1[.)]\s$/, { type: 'item', ordered: true }),
  ],
});

export const ListItem = Node.create({
  name: 'listItem',
  content: 'inline*',
  defining: true,
  parseHTML: () => [{ tag: 'li' }],
  renderHTML: () => ['li', 0],
});

export const LineBreak = Node.create({
  name: 'lineBreak',
  group: 'inline',
  inline: true,
  selectable: false,
  parseHTML: () => [{ tag: 'br' }],
  renderHTML: () => ['br'],
  renderText: () => '\n',
});

/** What a sign and a space at the beginning of a paragraph turn it into. */
export function kindRule(find: RegExp, kind: Kind): InputRule {
  return new InputRule({
    find,
    handler: ({ state: { tr }, range }) => {
      if (tr.doc.resolve(range.from).parent.type.name !== 'paragraph') return null;
      tr.delete(range.from, range.to);
      return setKind(tr, kind) ? undefined : null;
    },
  });
}

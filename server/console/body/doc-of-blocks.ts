import type { Block, Span } from '@slugline/client/protocol';
import type { Mark, Node, Schema } from '@tiptap/pm/model';

/**
 * Blocks as a document of the editor's schema. An empty body is an empty paragraph, since there must be somewhere to
 * write. What `blocksOfDoc` makes of it says and shows the same.
 */
export function docOfBlocks(blocks: readonly Block[], schema: Schema): Node {
  const nodes = blocks.map((block) => nodeOf(block, schema));
  return schema.node('doc', null, nodes.length === 0 ? [schema.node('paragraph')] : nodes);
}

export function nodeOf(block: Block, schema: Schema): Node {
  switch (block.type) {
    case 'paragraph':
      return schema.node('paragraph', null, inlineOf(block.content, schema));
    case 'heading':
      return schema.node('heading', { level: block.level }, inlineOf(block.content, schema));
    case 'list': {
      const items = block.items.map((item) => schema.node('listItem', null, inlineOf(item, schema)));
      return schema.node('list', { ordered: block.ordered }, items);
    }
    case 'quote': {
      const { speaker = '', speakerRole = '', source = '' } = block;
      return schema.node('quote', { speaker, speakerRole, source }, inlineOf(block.content, schema));
    }
    case 'picture':
      return schema.node('picture', { picture: block.picture });
    case 'embed':
      return schema.node('embed', { url: block.url, provider: block.provider, title: block.title ?? '' });
  }
}

/** Each line break is a node of its own, with the marks of the text that it stands in. */
function inlineOf(spans: readonly Span[], schema: Schema): Node[] {
  return spans.flatMap((span) => {
    const marks = marksOf(span, schema);
    return span.text
      .split('\n')
      .flatMap((text, at) => [
        ...(at === 0 ? [] : [schema.node('lineBreak', null, undefined, marks)]),
        ...(text === '' ? [] : [schema.text(text, marks)]),
      ]);
  });
}

function marksOf({ marks = [], href }: Span, schema: Schema): readonly Mark[] {
  const made = [
    ...marks.map((mark) => schema.mark(mark)),
    ...(href === undefined ? [] : [schema.mark('link', { href })]),
  ];
  return made.reduce<readonly Mark[]>((set, mark) => mark.addToSet(set), []);
}

import type { Block, Mark, Picture, Span } from '@slugline/client/protocol';
import type { Node } from '@tiptap/pm/model';

const MARKS: readonly Mark[] = ['strong', 'emphasis', 'code'];

/**
 * The document as blocks. Runs that look the same are one span; what holds nothing to read (a paragraph that was only
 * begun, an empty item) is no block. A picture is there with empty texts for as long as they are not filled in.
 */
export function blocksOfDoc(doc: Node): readonly Block[] {
  return blocksOfNodes(doc.children);
}

/** The same of some of its blocks. */
export function blocksOfNodes(nodes: readonly Node[]): readonly Block[] {
  return nodes.flatMap(blockOf);
}

function blockOf(node: Node): readonly Block[] {
  switch (node.type.name) {
    case 'list': {
      const items = node.children.map(spansOf).filter(isReadable);
      return items.length === 0 ? [] : [{ type: 'list', ordered: node.attrs.ordered === true, items }];
    }
    case 'picture':
      return [{ type: 'picture', picture: pictureOf(node) }];
    case 'embed': {
      const { url, provider, title } = node.attrs;
      return [{ type: 'embed', url, provider, ...(title !== '' && { title }) }];
    }
    default: {
      const content = spansOf(node);
      return isReadable(content) ? [textBlockOf(node, content)] : [];
    }
  }
}

function textBlockOf(node: Node, content: readonly Span[]): Block {
  const { level, speaker, speakerRole, source } = node.attrs;
  switch (node.type.name) {
    case 'heading':
      return { type: 'heading', level, content };
    case 'quote':
      return {
        type: 'quote',
        content,
        ...(speaker !== '' && { speaker }),
        ...(speakerRole !== '' && { speakerRole }),
        ...(source !== '' && { source }),
      };
    default:
      return { type: 'paragraph', content };
  }
}

/** What stands in the picture's place in a body: without a caption where that is empty. */
function pictureOf(node: Node): Picture {
  const { caption, ...picture }: Picture = node.attrs.picture;
  return { ...picture, ...(caption !== undefined && caption !== '' && { caption }) };
}

const isReadable = (spans: readonly Span[]): boolean => spans.some(({ text }) => text.trim() !== '');

function spansOf(node: Node): readonly Span[] {
  const spans: Span[] = [];
  for (const inline of node.children) {
    const span = spanOf(inline);
    const last = spans.at(-1);
    if (last !== undefined && looksLike(last, span)) spans[spans.length - 1] = { ...last, text: last.text + span.text };
    else spans.push(span);
  }
  return spans;
}

function spanOf(inline: Node): Span {
  const marks = MARKS.filter((mark) => inline.marks.some(({ type }) => type.name === mark));
  const href: string | undefined = inline.marks.find(({ type }) => type.name === 'link')?.attrs.href;
  return {
    text: inline.text ?? '\n',
    ...(marks.length > 0 && { marks }),
    ...(href !== undefined && { href }),
  };
}

const looksLike = (one: Span, other: Span): boolean =>
  one.href === other.href && String(one.marks ?? []) === String(other.marks ?? []);

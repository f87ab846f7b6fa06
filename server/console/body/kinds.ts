import { closeHistory } from '@tiptap/pm/history';
import { Fragment, type Node } from '@tiptap/pm/model';
import { type Command, TextSelection, type Transaction } from '@tiptap/pm/state';

/** What a line of text can be: an item of a list, or a block of its own. */
export type Kind =
  | { readonly type: 'paragraph' | 'quote' }
  | { readonly type: 'heading'; readonly level: 2 | 3 | 4 }
  | { readonly type: 'item'; readonly ordered: boolean };

/** A block that holds text, or an item; with a picture or an embed as the one kind that no command turns into another. */
interface Line {
  readonly node: Node;
  readonly kind: Kind | undefined;
  readonly isSelected: boolean;
  /** Where its text begins. */
  readonly start: number;
}

/** Whether all that is selected is of the kind. */
export function isKind({ selection, doc }: Pick<Transaction, 'selection' | 'doc'>, kind: Kind): boolean {
  const lines = selectedLines(doc, selection.from, selection.to).filter((line) => line.isSelected && line.kind);
  return lines.length > 0 && lines.every((line) => line.kind !== undefined && isSame(line.kind, kind));
}

/** Makes what is selected that kind, or paragraphs where all of it was so already. */
export const toggleKind =
  (kind: Kind): Command =>
  (state, dispatch) => {
    const { tr } = state;
    const isSet = setKind(tr, isKind(state, kind) ? { type: 'paragraph' } : kind);
    // A step of its own to take back, however soon it follows another.
    if (isSet) dispatch?.(closeHistory(tr).scrollIntoView());
    return isSet;
  };

/**
 * Turns the selected lines into that kind; of a list that is selected in part, the other items stay items.
 *
 * @returns whether there was a line to turn.
 */
export function setKind(tr: Transaction, kind: Kind): boolean {
  const { selection, doc } = tr;
  const lines = selectedLines(doc, selection.from, selection.to);
  if (!lines.some((line) => line.isSelected && line.kind !== undefined)) return false;
  const [from, to] = blockRange(doc, selection.from, selection.to);
  const made = lines.map((line) => (line.isSelected && line.kind !== undefined ? { ...line, kind } : line));
  const { nodes, starts } = blocksOfLines(made, from);
  tr.replaceWith(from, to, nodes);
  // The text of each line is what it was, so the selection goes on by where in its line it stood.
  const moved = (pos: number): number => {
    const at = lines.findLastIndex(({ start }) => start <= pos);
    const line = lines[at];
    return (starts[at] ?? from) + (line === undefined ? 0 : Math.min(pos - line.start, line.node.content.size));
  };
  tr.setSelection(
    TextSelection.between(tr.doc.resolve(moved(selection.anchor)), tr.doc.resolve(moved(selection.head))),
  );
  return true;
}

/** Positions around the blocks that a selection touches. */
function blockRange(doc: Node, from: number, to: number): [from: number, to: number] {
  let start = doc.content.size;
  let end = 0;
  doc.forEach((node, offset) => {
    if (offset > to || offset + node.nodeSize < from) return;
    start = Math.min(start, offset);
    end = offset + node.nodeSize;
  });
  return [start, end];
}

function selectedLines(doc: Node, from: number, to: number): readonly Line[] {
  const lines: Line[] = [];
  const add = (node: Node, offset: number, kind: Kind | undefined) => {
    const isSelected = offset < to && offset + node.nodeSize > from;
    lines.push({ node, kind, isSelected, start: offset + 1 });
  };
  doc.forEach((node, offset) => {
    if (offset > to || offset + node.nodeSize < from) return;
    if (node.type.name !== 'list') add(node, offset, kindOf(node));
    else {
      const kind: Kind = { type: 'item', ordered: node.attrs.ordered === true };
      node.forEach((item, within) => {
        add(item, offset + 1 + within, kind);
      });
    }
  });
  return lines;
}

function kindOf(node: Node): Kind | undefined {
  switch (node.type.name) {
    case 'paragraph':
    case 'quote':
      return { type: node.type.name };
    case 'heading':
      return { type: 'heading', level: node.attrs.level };
    default:
      return undefined;
  }
}

/** Lines as blocks from a position on, items beside each other as one list, and where each line's text begins. */
function blocksOfLines(lines: readonly Line[], from: number): { nodes: Node[]; starts: number[] } {
  const nodes: Node[] = [];
  const starts: number[] = [];
  let pos = from;
  for (const { node, kind } of lines) {
    const { schema } = node.type;
    const last = nodes.at(-1);
    if (kind?.type !== 'item') {
      nodes.push(kind === undefined || isSame(kind, kindOf(node)) ? node : blockOf(kind, node));
      starts.push(pos + 1);
      pos += node.nodeSize;
    } else if (last?.type.name === 'list' && last.attrs.ordered === kind.ordered) {
      const item = schema.node('listItem', null, node.content);
      nodes[nodes.length - 1] = last.copy(last.content.append(Fragment.from(item)));
      starts.push(pos);
      pos += item.nodeSize;
    } else {
      const item = schema.node('listItem', null, node.content);
      const list = schema.node('list', { ordered: kind.ordered }, [item]);
      nodes.push(list);
      starts.push(pos + 2);
      pos += list.nodeSize;
    }
  }
  return { nodes, starts };
}

function blockOf(kind: Exclude<Kind, { type: 'item' }>, { type: { schema }, content }: Node): Node {
  return schema.node(kind.type, kind.type === 'heading' ? { level: kind.level } : null, content);
}

function isSame(one: Kind, other: Kind | undefined): boolean {
  if (one.type === 'heading') return other?.type === 'heading' && one.level === other.level;
  if (one.type === 'item') return other?.type === 'item' && one.ordered === other.ordered;
  return one.type === other?.type;
}

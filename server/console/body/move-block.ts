import { type Command, NodeSelection, Selection, TextSelection } from '@tiptap/pm/state';

/** Moves the block that the selection begins in before the one above it (-1) or behind the one below it (1). */
export const moveBlock =
  (by: -1 | 1): Command =>
  ({ selection, tr, doc }, dispatch) => {
    const index = selection.$from.index(0);
    const block = doc.maybeChild(index);
    const other = doc.maybeChild(index + by);
    if (block === null || other === null) return false;
    const start = selection.$from.posAtIndex(index, 0);
    const target = by === -1 ? start - other.nodeSize : start + other.nodeSize;
    tr.delete(start, start + block.nodeSize).insert(target, block);
    const within = (pos: number) => Math.min(target + pos - start, target + block.nodeSize - 1);
    tr.setSelection(
      selection instanceof NodeSelection
        ? NodeSelection.create(tr.doc, target)
        : selection instanceof TextSelection
          ? TextSelection.between(tr.doc.resolve(within(selection.anchor)), tr.doc.resolve(within(selection.head)))
          : Selection.near(tr.doc.resolve(target + 1)),
    );
    dispatch?.(tr.scrollIntoView());
    return true;
  };

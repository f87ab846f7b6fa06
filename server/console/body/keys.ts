import { Extension } from '@tiptap/core';
import { closeHistory, history, redo, undo } from '@tiptap/pm/history';
import { type Command, Plugin } from '@tiptap/pm/state';
import { type Kind, setKind, toggleKind } from './kinds.js';
import { moveBlock } from './move-block.js';

export interface KeysOptions {
  /** Asks where the selected words are to lead. */
  readonly onLink: () => void;
  /** Goes to the tools above the text. */
  readonly onTools: () => void;
}

const item = (ordered: boolean): Kind => ({ type: 'item', ordered });

/** The keyboard of the editor. Ctrl or Cmd with Enter is left to the page around it. */
export const Keys = Extension.create<KeysOptions>({
  name: 'keys',
  // Before Tiptap's own, which know nothing of items that are text.
  priority: 1_000,
  addKeyboardShortcuts() {
    const { editor, options } = this;
    const run = (command: Command) => () => command(editor.state, editor.view.dispatch);
    const tell = (callback: () => void) => () => {
      callback();
      return true;
    };
    return {
      'Mod-b': () => editor.commands.toggleMark('strong'),
      'Mod-i': () => editor.commands.toggleMark('emphasis'),
      'Mod-e': () => editor.commands.toggleMark('code'),
      'Mod-k': tell(options.onLink),
      'Mod-Alt-0': run(toggleKind({ type: 'paragraph' })),
      'Mod-Alt-2': run(toggleKind({ type: 'heading', level: 2 })),
      'Mod-Alt-3': run(toggleKind({ type: 'heading', level: 3 })),
      'Mod-Alt-4': run(toggleKind({ type: 'heading', level: 4 })),
      'Mod-Shift-7': run(toggleKind(item(true))),
      'Mod-Shift-8': run(toggleKind(item(false))),
      'Mod-Shift-9': run(toggleKind({ type: 'quote' })),
      'Mod-z': run(undo),
      'Mod-Shift-z': run(redo),
      'Mod-y': run(redo),
      'Alt-ArrowUp': run(moveBlock(-1)),
      'Alt-ArrowDown': run(moveBlock(1)),
      'Alt-F10': tell(options.onTools),
      'Shift-Enter': run(breakLine),
      Enter: run(enter),
      Backspace: run(backspace),
    };
  },
  addProseMirrorPlugins: () => [history(), roomBelow],
});

const breakLine: Command = ({ tr, schema, selection }, dispatch) => {
  if (!selection.$from.parent.isTextblock) return false;
  dispatch?.(tr.replaceSelectionWith(schema.node('lineBreak')).scrollIntoView());
  return true;
};

/** In an empty item: ends the list. Within a quote: begins a line of it. */
const enter: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const { parent } = $from;
  if (parent.type.name === 'listItem' && parent.content.size === 0) {
    const { tr } = state;
    const isSet = setKind(tr, { type: 'paragraph' });
    if (isSet) dispatch?.(tr.scrollIntoView());
    return isSet;
  }
  const isWithinQuote = parent.type.name === 'quote' && !(empty && $from.parentOffset === parent.content.size);
  return isWithinQuote && breakLine(state, dispatch);
};

/** At the beginning of what is no paragraph: makes it one. Items join the one above, where there is one. */
const backspace: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset > 0 || !$from.parent.isTextblock) return false;
  const isLaterItem = $from.parent.type.name === 'listItem' && $from.index($from.depth - 1) > 0;
  if ($from.parent.type.name === 'paragraph' || isLaterItem) return false;
  const { tr } = state;
  const isSet = setKind(tr, { type: 'paragraph' });
  if (isSet) dispatch?.(closeHistory(tr).scrollIntoView());
  return isSet;
};

/** Below a picture, an embed, a list or a quote at the end there is always a paragraph to go on in. */
const roomBelow = new Plugin({
  appendTransaction: (_transactions, _before, { doc, schema, tr }) => {
    const last = doc.lastChild?.type.name;
    if (last === 'paragraph' || last === 'heading') return undefined;
    return tr.insert(doc.content.size, schema.node('paragraph')).setMeta('addToHistory', false);
  },
});

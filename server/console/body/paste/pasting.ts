import { toText } from '@slugline/client/body';
import type { Block } from '@slugline/client/protocol';
import { Extension } from '@tiptap/core';
import { Fragment, Slice } from '@tiptap/pm/model';
import { Plugin, Selection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { blocksOfNodes } from '../blocks-of-doc.js';
import { nodeOf } from '../doc-of-blocks.js';
import { readClipboard } from './read-clipboard.js';

export interface PastingOptions {
  /** Told what could not be pasted. */
  readonly onLost: (lost: readonly string[]) => void;
  /** Takes files of pictures; without it they are not pasted. */
  readonly onPictures?: ((view: EditorView, files: readonly File[]) => void) | undefined;
}

/**
 * What was copied in an editor of this page last. The clipboard's own forms know less than a body: of the same text, this
 * is pasted.
 */
let copied: { readonly text: string; readonly slice: unknown } | undefined;

/** Pastes and drops as clean blocks, whatever they come from. The browser's and ProseMirror's own reading is not used. */
export const Pasting = Extension.create<PastingOptions>({
  name: 'pasting',
  addProseMirrorPlugins() {
    const { options } = this;
    return [
      new Plugin({
        props: {
          handleDOMEvents: {
            paste: (view, event) => {
              if (event.clipboardData === null || view.composing) return false;
              event.preventDefault();
              take(view, event.clipboardData, options);
              return true;
            },
            drop: (view, event) => {
              // What is dragged within the editor is moved, not read again.
              if (event.dataTransfer === null || view.dragging !== null) return false;
              event.preventDefault();
              const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
              if (at === null) return true;
              view.dispatch(view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at.pos))));
              take(view, event.dataTransfer, options);
              view.focus();
              return true;
            },
          },
          clipboardTextSerializer: (slice) => {
            const text = toText(blocksOfNodes(slice.content.content));
            copied = { text, slice: slice.toJSON() };
            return text;
          },
        },
      }),
    ];
  },
});

function take(view: EditorView, data: DataTransfer, { onLost, onPictures }: PastingOptions): void {
  const html = data.getData('text/html');
  const text = data.getData('text/plain').replace(/\r\n?/g, '\n');
  const pictures = [...data.files].filter(({ type }) => type.startsWith('image/'));
  // Programs that copy text add a picture of it; who copies a picture has no text.
  if (pictures.length > 0 && text.trim() === '' && onPictures !== undefined) {
    onPictures(view, pictures);
    return;
  }
  const open = /\bdata-pm-slice="(\d+) (\d+)/.exec(html);
  if (open !== null && copied?.text === text) {
    insert(view, Slice.fromJSON(view.state.schema, copied.slice));
    return;
  }
  const { blocks, lost, link } = readClipboard(html, text);
  if (lost.length > 0) onLost(lost);
  if (link !== undefined && !view.state.selection.empty) {
    const { tr, selection, schema } = view.state;
    view.dispatch(tr.addMark(selection.from, selection.to, schema.mark('link', { href: link })));
    return;
  }
  if (blocks.length === 0) return;
  const isOpen = open === null ? undefined : { start: Number(open[1]) > 0, end: Number(open[2]) > 0 };
  insert(view, sliceOf(blocks, view, isOpen));
}

function insert(view: EditorView, slice: Slice): void {
  view.dispatch(
    view.state.tr.replaceSelection(slice).scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'),
  );
}

/**
 * A paragraph at either end goes on with the text there, and items with the list there. Other blocks stay what they are,
 * unless they were copied in part.
 */
function sliceOf(
  blocks: readonly Block[],
  { state: { schema, selection } }: EditorView,
  isOpen = { start: false, end: false },
): Slice {
  const isInList = selection.$from.parent.type.name === 'listItem';
  const opening = (block: Block | undefined, isPart: boolean): number => {
    switch (block?.type) {
      case 'paragraph':
        return 1;
      case 'list':
        return isInList || isPart ? 2 : 0;
      case 'heading':
      case 'quote':
        return isPart ? 1 : 0;
      default:
        return 0;
    }
  };
  const content = Fragment.from(blocks.map((block) => nodeOf(block, schema)));
  return new Slice(content, opening(blocks[0], isOpen.start), opening(blocks.at(-1), isOpen.end));
}

import type { Block } from '@slugline/client/protocol';
import { directionOf } from '@slugline/client/view';
import { Editor } from '@tiptap/core';
import { EditorState } from '@tiptap/pm/state';
import { Asking } from './asking.js';
import { blocksOfDoc } from './blocks-of-doc.js';
import { BODY_STYLES } from './body-css.js';
import { BODY_EXTENSIONS } from './body-extensions.js';
import { docOfBlocks } from './doc-of-blocks.js';
import { Keys } from './keys.js';
import { addressOf, linkAt, resourceOf, setLink } from './links.js';
import { Pasting } from './paste/pasting.js';
import { pictureUploads, type UploadPicture, uploadPictures } from './picture-uploads.js';
import { Placeholder } from './placeholder.js';
import { TEXTS } from './texts.js';
import { Toolbar, toolsOf } from './toolbar.js';

export interface BodyEditorOptions {
  readonly blocks: readonly Block[];
  /** BCP 47: of the text, whose direction follows from it. */
  readonly language: string;
  readonly placeholder: string;
  /** Called after each change that the editor made, not after `replace`. */
  readonly onChange: (blocks: readonly Block[]) => void;
  /** What the text is called by who listens (default "Text of the entry"). */
  readonly label?: string;
  /** Keeps a picture that is chosen, pasted or dropped. Without it pictures are named by their addresses. */
  readonly uploadPicture?: UploadPicture;
}

/** What a picture of the body lacks before it can be published. */
interface Gap {
  /** Of the block, from 0. */
  readonly block: number;
  readonly lacks: readonly ('creditLine' | 'altText')[];
}

/** An open editor of a body. */
export interface BodyEditor {
  /** As it stands: every block may be sent but pictures in which something is missing, which `gaps` tells. */
  blocks(): readonly Block[];
  gaps(): readonly Gap[];
  /** Another body in its place, which can be undone. */
  replace(blocks: readonly Block[]): void;
  /** The body of something else: the last one is not to be brought back into it, nor does a picture on its way go there. */
  begin(blocks: readonly Block[]): void;
  focus(): void;
  /** Takes the editor out of its host. Nothing of it may be called after that. */
  close(): void;
}

/** Puts an editor into the host, which may be in a shadow root. */
export function openBodyEditor(host: HTMLElement, options: BodyEditorOptions): BodyEditor {
  const { language, placeholder, onChange, uploadPicture, label = TEXTS.text } = options;
  adoptStyles(host.getRootNode());
  const dom = document.createElement('div');
  dom.className = 'body-editor';
  const notice = document.createElement('p');
  notice.className = 'notice';
  notice.setAttribute('role', 'status');
  const say = (text: string) => {
    notice.textContent = text;
  };
  const asking = new Asking(() => editor.view.focus());
  const send = (files: readonly File[]) => {
    if (uploadPicture !== undefined) void uploadPictures(editor.view, files, uploadPicture, say);
  };
  const askLink = () => {
    asking.ask({
      label: TEXTS.linkTo,
      value: linkAt(editor),
      confirm: TEXTS.set,
      fault: TEXTS.badLink,
      read: addressOf,
      onAnswer: (href) => setLink(editor, href),
    });
  };

  const editor = new Editor({
    element: dom,
    injectCSS: false,
    // Not the empty text, which Tiptap would have the browser parse as HTML.
    content: { type: 'doc', content: [{ type: 'paragraph' }] },
    enablePasteRules: false,
    enableCoreExtensions: { clipboardTextSerializer: false, paste: false, drop: false, delete: false },
    extensions: [
      ...BODY_EXTENSIONS,
      Placeholder.configure({ placeholder }),
      Keys.configure({ onLink: askLink, onTools: () => toolbar.focus() }),
      Pasting.configure({
        onLost: (lost) => say(TEXTS.pasted(lost)),
        onPictures: uploadPicture && ((_view, files) => send(files)),
      }),
    ],
    editorProps: {
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': label,
        'aria-placeholder': placeholder,
        lang: language,
        dir: directionOf(language),
      },
    },
  });
  const ask = (question: string, insert: (url: string) => void) =>
    asking.ask({
      label: question,
      confirm: TEXTS.add,
      fault: TEXTS.badAddress,
      read: resourceOf,
      onAnswer: (url) => url !== undefined && insert(url),
    });
  const insert = (block: Block) => {
    const [node] = docOfBlocks([block], editor.schema).children;
    if (node !== undefined) editor.view.dispatch(editor.state.tr.replaceSelectionWith(node).scrollIntoView());
  };
  const file = fileInput(send);
  const toolbar = new Toolbar(
    editor,
    toolsOf(editor, {
      askLink,
      askPicture: () => {
        if (uploadPicture !== undefined) file.click();
        else ask(TEXTS.pictureAt, (url) => insert({ type: 'picture', picture: { url, creditLine: '', altText: '' } }));
      },
      askEmbed: () =>
        ask(TEXTS.embedOf, (url) =>
          insert({ type: 'embed', url, provider: new URL(url).hostname.replace(/^www\./, '') }),
        ),
    }),
  );
  editor.on('transaction', ({ transaction }) => {
    toolbar.update();
    if (transaction.docChanged && transaction.getMeta(REPLACED) !== true) onChange(blocksOfDoc(editor.state.doc));
  });
  dom.prepend(toolbar.dom, asking.dom);
  dom.append(notice, file);
  host.append(dom);
  const plugins = [...editor.state.plugins, pictureUploads()];
  // As it was begun is where undoing ends.
  const begin = (blocks: readonly Block[]) => {
    editor.view.updateState(EditorState.create({ doc: docOfBlocks(blocks, editor.schema), plugins }));
    toolbar.update();
  };
  begin(options.blocks);

  return {
    blocks: () => blocksOfDoc(editor.state.doc),
    gaps: () => gapsOf(blocksOfDoc(editor.state.doc)),
    replace: (blocks) => {
      const { tr, doc: old, schema } = editor.state;
      editor.view.dispatch(
        tr.replaceWith(0, old.content.size, docOfBlocks(blocks, schema).content).setMeta(REPLACED, true),
      );
    },
    begin: (blocks) => {
      asking.leave();
      say('');
      begin(blocks);
    },
    focus: () => editor.view.focus(),
    close: () => {
      editor.destroy();
      dom.remove();
    },
  };
}

const REPLACED = 'body-replaced';

function gapsOf(blocks: readonly Block[]): readonly Gap[] {
  return blocks.flatMap((block, at) => {
    if (block.type !== 'picture') return [];
    const lacks = (['creditLine', 'altText'] as const).filter((name) => block.picture[name].trim() === '');
    return lacks.length === 0 ? [] : [{ block: at, lacks }];
  });
}

function fileInput(onFiles: (files: readonly File[]) => void): HTMLInputElement {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = 'image/jpeg,image/png,image/webp,image/gif,image/avif';
  input.multiple = true;
  input.hidden = true;
  input.addEventListener('change', () => {
    onFiles([...(input.files ?? [])]);
    input.value = '';
  });
  return input;
}

let sheet: CSSStyleSheet | undefined;

function adoptStyles(root: Node): void {
  if (!(root instanceof Document || root instanceof ShadowRoot)) return;
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(BODY_STYLES);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}

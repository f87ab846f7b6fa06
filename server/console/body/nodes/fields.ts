import type { Node } from '@tiptap/pm/model';
import { Selection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { TEXTS } from '../texts.js';

/** A text of a block that stands beside what is written in it: who said a quote, whose a picture is. */
export interface Field {
  readonly label: string;
  readonly most: number;
  /** Whether nothing is published without it. */
  readonly isDemanded?: boolean;
  readonly read: (node: Node) => string;
  readonly write: (node: Node, text: string) => Readonly<Record<string, unknown>>;
}

interface Place {
  readonly view: EditorView;
  readonly getPos: () => number | undefined;
}

/** Fields of one block. They are inputs of the page, not part of the text that is edited. */
export class Fields {
  readonly dom = document.createElement('div');
  readonly #place: Place;
  readonly #inputs: readonly (readonly [Field, HTMLInputElement])[];
  #node: Node;

  constructor(node: Node, fields: readonly Field[], place: Place) {
    this.#node = node;
    this.#place = place;
    this.dom.className = 'fields';
    // Words of the page within a text that may be in any language.
    Object.assign(this.dom, { contentEditable: 'false', lang: 'en', dir: 'ltr' });
    this.#inputs = fields.map((field) => [field, this.#inputOf(field)] as const);
    this.update(node);
  }

  update(node: Node): void {
    this.#node = node;
    for (const [field, input] of this.#inputs) {
      const text = field.read(node);
      if (input.value !== text) input.value = text;
      if (field.isDemanded) input.setAttribute('aria-invalid', String(text.trim() === ''));
    }
  }

  #inputOf(field: Field): HTMLInputElement {
    const label = document.createElement('label');
    const name = document.createElement('span');
    name.textContent = field.label;
    const input = document.createElement('input');
    input.type = 'text';
    input.dir = 'auto';
    input.maxLength = field.most;
    if (field.isDemanded) {
      input.required = true;
      input.placeholder = TEXTS.demanded;
    }
    input.addEventListener('input', () => this.#write(field, input.value));
    input.addEventListener('keydown', (event) => this.#onKey(event, input));
    label.append(name, input);
    this.dom.append(label);
    return input;
  }

  #write(field: Field, text: string): void {
    const { view, getPos } = this.#place;
    const pos = getPos();
    if (pos === undefined) return;
    const attributes = { ...this.#node.attrs, ...field.write(this.#node, text) };
    view.dispatch(view.state.tr.setNodeMarkup(pos, null, attributes, this.#node.marks));
  }

  /** Enter goes from field to field and then into the text below, Escape back to the text at once. */
  #onKey(event: KeyboardEvent, input: HTMLInputElement): void {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter') {
      const at = this.#inputs.findIndex(([, one]) => one === input);
      const next = this.#inputs[at + 1]?.[1];
      if (next === undefined) leave(this.#place, this.#node);
      else next.focus();
    } else if (event.key === 'Escape') {
      this.#place.view.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function leave({ view, getPos }: Place, node: Node): void {
  const pos = getPos();
  if (pos === undefined) return;
  const { tr } = view.state;
  const after = tr.doc.resolve(pos + node.nodeSize);
  view.dispatch(tr.setSelection(Selection.near(after, 1)).scrollIntoView());
  view.focus();
}

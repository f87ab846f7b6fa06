import { TEXTS } from './texts.js';

export interface Question {
  readonly label: string;
  /** What stands there already; then it may be taken away, too. */
  readonly value?: string | undefined;
  readonly confirm: string;
  /** What is wrong with an answer. */
  readonly fault: string;
  /** The answer as it is to be taken; nothing where it is none. */
  readonly read: (written: string) => string | undefined;
  /** Called with the answer, or with nothing where it is to be taken away. */
  readonly onAnswer: (answer: string | undefined) => void;
}

/** A row below the tools that asks for one address. Escape and a click elsewhere leave all as it was. */
export class Asking {
  readonly dom = document.createElement('form');
  readonly #name = document.createElement('span');
  readonly #input = document.createElement('input');
  readonly #fault = document.createElement('span');
  readonly #confirm = button(TEXTS.set, 'submit');
  readonly #remove = button(TEXTS.remove, 'button');
  readonly #onDone: () => void;
  #question: Question | undefined;

  /** @param onDone called when the row is away again: focus goes back to the text. */
  constructor(onDone: () => void) {
    this.#onDone = onDone;
    const label = document.createElement('label');
    label.append(this.#name, this.#input);
    this.#input.type = 'text';
    this.#input.inputMode = 'url';
    this.#input.autocomplete = 'off';
    this.#input.spellcheck = false;
    this.#input.dir = 'ltr';
    this.#fault.className = 'fault';
    this.#fault.setAttribute('role', 'alert');
    const cancel = button(TEXTS.cancel, 'button');
    this.dom.className = 'asking';
    this.dom.hidden = true;
    this.dom.noValidate = true;
    this.dom.append(label, this.#confirm, this.#remove, cancel, this.#fault);
    this.dom.addEventListener('submit', (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.#answer();
    });
    this.dom.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    });
    this.#remove.addEventListener('click', () => {
      const question = this.#question;
      this.#close();
      question?.onAnswer(undefined);
    });
    cancel.addEventListener('click', () => this.#close());
  }

  ask(question: Question): void {
    this.#question = question;
    this.#name.textContent = question.label;
    this.#input.value = question.value ?? '';
    this.#confirm.textContent = question.confirm;
    this.#remove.hidden = question.value === undefined;
    this.#say('');
    this.dom.hidden = false;
    this.#input.focus();
    this.#input.select();
  }

  /** What was asked is of a text that is gone: the row goes, and focus stays where it is. */
  leave(): void {
    this.#question = undefined;
    this.dom.hidden = true;
  }

  #answer(): void {
    const question = this.#question;
    if (question === undefined) return;
    const answer = question.read(this.#input.value);
    if (answer === undefined) {
      this.#say(question.fault);
      this.#input.focus();
      return;
    }
    this.#close();
    question.onAnswer(answer);
  }

  #say(fault: string): void {
    this.#fault.textContent = fault;
    this.#input.setAttribute('aria-invalid', String(fault !== ''));
  }

  #close(): void {
    this.leave();
    this.#onDone();
  }
}

function button(text: string, type: 'button' | 'submit'): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = type;
  made.textContent = text;
  return made;
}

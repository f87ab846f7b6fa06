import type { KeyActions, Keyboard } from './keyboard.js';

/** Hears keys. What they are for is loaded when a reader first uses the keyboard, or goes into the element. */
export class Keys {
  readonly #host: Element;
  readonly #root: ShadowRoot;
  readonly #actions: KeyActions;
  #keyboard: Keyboard | undefined;
  #loading: Promise<void> | undefined;

  constructor(host: Element, root: ShadowRoot, actions: KeyActions) {
    this.#host = host;
    this.#root = root;
    this.#actions = actions;
    root.addEventListener('focusin', () => this.#load());
  }

  start(): void {
    // At the end of an event's way, so that everything of the page comes before us.
    addEventListener('keydown', this.#onKey);
  }

  stop(): void {
    removeEventListener('keydown', this.#onKey);
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const scope = this.#actions.scope();
    if (scope === 'off' || (scope === 'focus' && this.#root.activeElement === null)) return;
    if (this.#keyboard === undefined) this.#load();
    else this.#keyboard.take(event);
  };

  #load(): void {
    this.#loading ??= import('./keyboard.js').then(
      ({ Keyboard }) => {
        this.#keyboard = new Keyboard(this.#host, this.#root, this.#actions);
      },
      () => {
        this.#loading = undefined;
      },
    );
  }
}

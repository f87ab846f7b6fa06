import type { KeyActions, Keyboard } from './keyboard.js';

/** Hears keys. What they are for is loaded when a reader first presses one, or goes into the element. */
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
    root.addEventListener('focusin', () => void this.#load());
  }

  /** @param signal ends it. */
  hear(signal: AbortSignal): void {
    // At the end of an event's way, so that everything of the page comes before us.
    addEventListener('keydown', (event) => this.#onKey(event), { signal });
  }

  #onKey(event: KeyboardEvent): void {
    const scope = this.#actions.scope();
    if (scope === 'off' || (scope === 'focus' && this.#root.activeElement === null)) return;
    // Where it went is only known while it is on its way.
    const path = event.composedPath();
    if (this.#keyboard === undefined) void this.#load().then(() => this.#keyboard?.take(event, path));
    else this.#keyboard.take(event, path);
  }

  #load(): Promise<void> {
    this.#loading ??= import('./keyboard.js').then(
      ({ Keyboard }) => {
        this.#keyboard = new Keyboard(this.#host, this.#root, this.#actions);
      },
      () => {
        this.#loading = undefined;
      },
    );
    return this.#loading;
  }
}

import { html, type TemplateResult } from 'lit';
import { isGivingKey } from './keyboard.js';
import { LightElement } from './light-element.js';

/** A window in front of the page, by the browser's own `dialog`: it keeps focus in, and gives it back. */
export abstract class Modal extends LightElement {
  static override properties = { onClose: { attribute: false } };
  declare onClose: () => void;

  constructor() {
    super();
    this.onClose = () => undefined;
  }

  protected abstract heading(): string;
  protected abstract content(): TemplateResult;
  /** For what needs the width. */
  protected isWide(): boolean {
    return false;
  }

  protected close(): void {
    this.querySelector('dialog')?.close();
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')?.showModal();
  }

  protected override render(): TemplateResult {
    return html`<dialog class=${this.isWide() ? 'is-wide' : ''} aria-labelledby="modal-heading"
      @close=${() => this.onClose()} @keydown=${(event: KeyboardEvent) => this.#pressed(event)}>
      <header class="modal-head">
        <h2 id="modal-heading">${this.heading()}</h2>
        <button type="button" class="quiet small" @click=${() => this.close()}>Close</button>
      </header>
      ${this.content()}
    </dialog>`;
  }

  /** As in the composer: what is written is given by the keys that publish. */
  #pressed(event: KeyboardEvent): void {
    if (!isGivingKey(event)) return;
    event.preventDefault();
    // The window is gone in a moment: the composer behind it is not to take this as meant for itself.
    event.stopPropagation();
    const form = this.querySelector('form');
    // By its first button, so that a window with several does something and does not just close.
    form?.requestSubmit(form.querySelector<HTMLButtonElement>('button.primary'));
  }
}

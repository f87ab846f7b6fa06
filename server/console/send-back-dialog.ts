import { type DeskEntry, LIMITS } from '@slugline/client/protocol';
import { html, type TemplateResult } from 'lit';
import { Modal } from './modal.js';
import { nameOf } from './story-desk.js';

/** Gives what was submitted back to who wrote it, with what is to be done. */
class SendBackDialog extends Modal {
  static override properties = { ...Modal.properties, entry: { attribute: false }, onSendBack: { attribute: false } };
  declare entry: DeskEntry;
  declare onSendBack: (note: string) => void;

  protected override heading(): string {
    return 'Send back';
  }

  protected override content(): TemplateResult {
    return html`<form class="fields" @submit=${(event: SubmitEvent) => this.#done(event)}>
      <p dir="auto"><strong>${nameOf(this.entry)}</strong></p>
      <label>What is to be done, for ${this.entry.createdBy.name}
        <textarea name="note" rows="3" maxlength=${LIMITS.edNote} dir="auto" autofocus></textarea>
      </label>
      <footer><button class="primary">Send back</button></footer>
    </form>`;
  }

  #done(event: SubmitEvent): void {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    this.onSendBack(String(new FormData(event.target).get('note') ?? ''));
    this.close();
  }
}

customElements.define('send-back-dialog', SendBackDialog);

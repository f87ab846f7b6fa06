import { type DeskEntry, LIMITS } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { Modal } from './modal.js';
import { nameOf, type StoryDesk } from './story-desk.js';

/** Takes an entry from readers' screens: for now (hold), or for good (cancel). */
class WithdrawDialog extends Modal {
  static override properties = { ...Modal.properties, desk: { attribute: false }, entry: { attribute: false } };
  declare desk: StoryDesk;
  declare entry: DeskEntry;

  protected override heading(): string {
    return this.entry.status === 'withheld' ? 'Held entry' : 'Take from readers';
  }

  protected override content(): TemplateResult {
    const isHeld = this.entry.status === 'withheld';
    return html`<form class="fields" @submit=${(event: SubmitEvent) => this.#done(event)}>
      <p dir="auto"><strong>${nameOf(this.entry)}</strong></p>
      <p class="help">
        ${
          isHeld
            ? 'Readers do not see it. Release it, and it stands where it stood.'
            : 'Its text leaves every open page at once, and is in no answer from then on.'
        }
      </p>
      <label>What readers are told in its place (may be empty)
        <textarea name="notice" rows="3" maxlength=${LIMITS.notice} dir="auto" autofocus></textarea>
      </label>
      <footer>
        ${
          isHeld
            ? html`<button class="primary" value="release">Release</button>`
            : html`<button class="primary" value="withheld">Hold, to decide later</button>`
        }
        <button class="danger" value="canceled">Cancel for good</button>
      </footer>
      ${isHeld ? nothing : html`<p class="help">What is held can be released. What is canceled never comes back.</p>`}
    </form>`;
  }

  #done(event: SubmitEvent): void {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const notice = String(new FormData(event.target).get('notice') ?? '');
    const choice = event.submitter instanceof HTMLButtonElement ? event.submitter.value : '';
    if (choice === 'release') this.desk.release(this.entry);
    else if (choice === 'withheld' || choice === 'canceled') this.desk.withdraw(this.entry, choice, notice);
    this.close();
  }
}

customElements.define('withdraw-dialog', WithdrawDialog);

import { type DeskEntry, LIMITS } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { ApiFailure } from './api.js';
import { Modal } from './modal.js';
import { nameOf, type StoryDesk } from './story-desk.js';

/** Takes an entry from readers' screens: for now (hold), or for good (cancel). */
class WithdrawDialog extends Modal {
  static override properties = {
    ...Modal.properties,
    desk: { attribute: false },
    entry: { attribute: false },
    trouble: { state: true },
    isBusy: { state: true },
  };
  declare desk: StoryDesk;
  declare entry: DeskEntry;
  declare trouble: string | undefined;
  declare isBusy: boolean;

  constructor() {
    super();
    this.isBusy = false;
  }

  protected override heading(): string {
    return this.entry.status === 'withheld' ? 'Held entry' : 'Take from readers';
  }

  protected override content(): TemplateResult {
    const isHeld = this.entry.status === 'withheld';
    return html`<form class="fields" @submit=${(event: SubmitEvent) => void this.#done(event)}>
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
      <p class="trouble" role="alert">${this.trouble}</p>
      <footer>
        ${
          isHeld
            ? html`<button class="primary" value="release" ?disabled=${this.isBusy}>Release</button>`
            : html`<button class="primary" value="withheld" ?disabled=${this.isBusy}>Hold, to decide later</button>`
        }
        <button class="danger" value="canceled" ?disabled=${this.isBusy}>Cancel for good</button>
      </footer>
      ${isHeld ? nothing : html`<p class="help">What is held can be released. What is canceled never comes back.</p>`}
    </form>`;
  }

  async #done(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const notice = String(new FormData(event.target).get('notice') ?? '');
    const choice = event.submitter instanceof HTMLButtonElement ? event.submitter.value : '';
    this.isBusy = true;
    try {
      if (choice === 'release') await this.desk.release(this.entry);
      else if (choice === 'withheld' || choice === 'canceled') await this.desk.withdraw(this.entry, choice, notice);
      this.close();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = `Not done, as far as is known. ${error.message}`;
    } finally {
      this.isBusy = false;
    }
  }
}

customElements.define('withdraw-dialog', WithdrawDialog);

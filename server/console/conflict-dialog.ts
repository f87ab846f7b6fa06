import type { DeskEntry } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { ApiFailure } from './api.js';
import type { Command } from './command.js';
import { draftOf, type EntryDraft } from './entry-draft.js';
import { Modal } from './modal.js';
import type { StoryDesk } from './story-desk.js';
import { merge, partsOf } from './versions.js';
import { wordDiff } from './word-diff.js';
import type { CorrectionText } from './writing.js';

/** What was written, of which form of the entry, and what readers were to be told with it. */
interface Ours {
  readonly draft: EntryDraft;
  readonly base: DeskEntry;
  readonly correction: CorrectionText | undefined;
}

/** Two editors changed one entry: shows both forms beside each other. Nothing is overwritten unless one says so. */
class ConflictDialog extends Modal {
  static override properties = {
    ...Modal.properties,
    desk: { attribute: false },
    command: { attribute: false },
    now: { state: true },
    trouble: { state: true },
  };
  declare desk: StoryDesk;
  /** What the server refused; absent where it was noticed before it was sent. */
  declare command: Command | undefined;
  declare now: DeskEntry | undefined;
  declare trouble: string | undefined;

  protected override isWide(): boolean {
    return true;
  }

  protected override heading(): string {
    return 'Changed by two of you';
  }

  protected override firstUpdated(): void {
    super.firstUpdated();
    void this.#look();
  }

  protected override content(): TemplateResult {
    const { now } = this;
    const ours = this.#ours();
    if (now === undefined || ours === undefined)
      return html`<p role="status">${this.trouble ?? 'Looking what it is now…'}</p>`;
    const { draft, base } = ours;
    const theirs = partsOf(draftOf(now));
    const former = partsOf(draftOf(base));
    const shown = partsOf(draft)
      .map((part, at) => ({ ...part, theirs: theirs[at]?.text ?? '', former: former[at]?.text ?? '' }))
      .filter((part) => part.text !== part.theirs || part.name === 'headline');
    const { clashes } = merge(draft, base, now);
    return html`
      <p class="help">
        ${now.updatedBy.name} saved version ${now.version} while you worked on version ${base.version}.
        ${clashes.length === 0 ? 'You changed different parts: both can stay.' : 'Parts that both of you changed are marked.'}
      </p>
      <table class="versions">
        <thead>
          <tr><td></td><th scope="col">${now.updatedBy.name}: now, version ${now.version}</th><th scope="col">Yours, not published</th></tr>
        </thead>
        <tbody>
          ${shown.map(
            ({
              name,
              word,
              text,
              theirs: other,
              former: before,
            }) => html`<tr class=${clashes.includes(name) ? 'is-clash' : ''}>
              <th scope="row">${word}${clashes.includes(name) ? html`<span class="label is-waiting">Both</span>` : nothing}</th>
              <td dir="auto">${wordDiff(before, other)}</td>
              <td dir="auto">${wordDiff(before, text)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      <footer>
        <button type="button" class="primary" @click=${() => this.#takeUp(now, ours)}>
          ${clashes.length === 0 ? 'Go on with both' : 'Go on with mine, upon theirs'}
        </button>
        <button type="button" @click=${() => this.#letGo()}>Keep theirs, drop mine</button>
      </footer>
      <p class="help">Nothing is published before you save.</p>`;
  }

  #ours(): Ours | undefined {
    const { draft, base, correction } = this.command ?? this.desk.writing;
    return draft === undefined || base === undefined ? undefined : { draft, base, correction };
  }

  /** Asks for it, since the stream may be a moment behind the refusal. */
  async #look(): Promise<void> {
    const id = this.#ours()?.base.id;
    if (id === undefined) return;
    try {
      const path = `/v1/stories/${this.desk.slug}/entries/${id}?edition=desk`;
      this.now = (await this.desk.api.call<{ entry: DeskEntry }>({ path })).entry;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.now = this.desk.entry(id);
      this.trouble = error.message;
    }
  }

  #takeUp(now: DeskEntry, { draft, base, correction }: Ours): void {
    this.desk.writing.takeUp(merge(draft, base, now).draft, now, correction);
    this.#forget();
  }

  #letGo(): void {
    if (this.command === undefined) this.desk.writing.drop();
    this.#forget();
  }

  #forget(): void {
    if (this.command !== undefined) this.desk.outbox.takeBack(this.command.id);
    this.close();
  }
}

customElements.define('conflict-dialog', ConflictDialog);

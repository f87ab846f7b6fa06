import type { ChangeKind, DeskEntry } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { ApiFailure } from './api.js';
import { draftOf } from './entry-draft.js';
import { Modal } from './modal.js';
import type { StoryDesk } from './story-desk.js';
import { partsOf } from './versions.js';
import { wordDiff } from './word-diff.js';
import { wholeTime } from './words.js';

interface Revision {
  readonly version: number;
  readonly kind: ChangeKind;
  readonly at: string;
  readonly entry: DeskEntry;
}

interface Revisions {
  readonly revisions: readonly Revision[];
  readonly older?: number;
}

const KINDS: Readonly<Record<string, string>> = {
  'entry.drafted': 'Drafted',
  'entry.submitted': 'Submitted',
  'entry.scheduled': 'Scheduled',
  'entry.returned': 'Sent back',
  'entry.published': 'Published',
  'entry.updated': 'Changed',
  'entry.corrected': 'Corrected',
  'entry.withheld': 'Held',
  'entry.released': 'Released',
  'entry.canceled': 'Canceled',
};

/** Every form that an entry had, with what changed from one to the next. */
class HistoryDialog extends Modal {
  static override properties = {
    ...Modal.properties,
    desk: { attribute: false },
    entry: { attribute: false },
    revisions: { state: true },
    older: { state: true },
    trouble: { state: true },
  };
  declare desk: StoryDesk;
  declare entry: DeskEntry;
  /** Newest first. */
  declare revisions: readonly Revision[];
  declare older: number | undefined;
  declare trouble: string | undefined;

  constructor() {
    super();
    this.revisions = [];
  }

  protected override isWide(): boolean {
    return true;
  }

  protected override heading(): string {
    return 'History';
  }

  protected override firstUpdated(): void {
    super.firstUpdated();
    void this.#load('');
  }

  protected override content(): TemplateResult {
    const { revisions, older, trouble } = this;
    return html`
      <p class="trouble" role="alert">${trouble}</p>
      ${revisions.length === 0 && trouble === undefined ? html`<p role="status">Loading…</p>` : nothing}
      <ol class="revisions">${revisions.map((revision, at) => this.#revision(revision, revisions[at + 1]))}</ol>
      ${older === undefined ? nothing : html`<button type="button" @click=${() => void this.#load(`&before=${older}`)}>Earlier versions</button>`}
    `;
  }

  #revision({ version, kind, at, entry }: Revision, former: Revision | undefined): TemplateResult {
    const before = former === undefined ? undefined : partsOf(draftOf(former.entry));
    const parts = partsOf(draftOf(entry)).filter(({ text }, index) => text !== (before?.[index]?.text ?? ''));
    const correction = kind === 'entry.corrected' ? entry.corrections[0]?.text : undefined;
    const isFirst = former === undefined && version === 1;
    return html`<li>
      <p class="stamp">
        <b>${KINDS[kind] ?? kind}</b> <time datetime=${at}>${wholeTime(at)}</time>
        <span class="soft">${entry.updatedBy.name}, version ${version}</span>
        ${
          version !== this.entry.version && entry.status === 'usable' && this.entry.status === 'usable'
            ? html`<button type="button" class="small" @click=${() => this.#takeUp(entry)}>Bring this text back</button>`
            : nothing
        }
      </p>
      ${correction === undefined ? nothing : html`<p class="notice" dir="auto">${correction}</p>`}
      ${entry.notice === undefined ? nothing : html`<p class="notice" dir="auto">${entry.notice.text}</p>`}
      <dl class="parts">
        ${(former === undefined && !isFirst ? [] : parts)
          .filter(({ text, name }) => !isFirst || (text !== '' && text !== 'no' && name !== 'urgency'))
          .map(
            ({ name, word, text }) => html`<div><dt>${word}</dt>
              <dd dir="auto">${isFirst ? text : wordDiff(before?.find((one) => one.name === name)?.text ?? '', text)}</dd></div>`,
          )}
      </dl>
    </li>`;
  }

  /**
   * Into the composer: it is saved, or corrected, like any other change. As where the server restores a version, its way to
   * readers, whether it is breaking and the desk's note stay as they are now.
   */
  #takeUp(entry: DeskEntry): void {
    const now = this.desk.entry(this.entry.id) ?? this.entry;
    const { breaking, edNote, publishAt, embargoedUntil } = draftOf(now);
    this.desk.writing.takeUp({ ...draftOf(entry), breaking, edNote, publishAt, embargoedUntil }, now);
    this.close();
  }

  async #load(rest: string): Promise<void> {
    const path = `/v1/stories/${this.desk.slug}/entries/${this.entry.id}/revisions?limit=50${rest}`;
    try {
      const { revisions, older } = await this.desk.api.call<Revisions>({ path });
      this.revisions = [...this.revisions, ...revisions];
      this.older = older;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error.message;
    }
  }
}

customElements.define('history-dialog', HistoryDialog);

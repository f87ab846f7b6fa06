import type { ByTransport, DeskEntry, Recall, RecallReach, RecallUnknown } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { type Api, ApiFailure } from './api.js';
import { Modal } from './modal.js';
import { nameOf } from './story-desk.js';
import { counted, figure, wholeTime } from './words.js';

/** Milliseconds between two looks, until nothing more is to be waited for. */
const EVERY_MS = 2_000;

const UNKNOWN: Readonly<Record<RecallUnknown, string>> = {
  copies: 'what readers copied or photographed',
  away: 'pages that are offline: they drop it when they are back',
  unsampled: 'what those who were not asked have on their screens',
  fetched_feeds: 'what feed readers fetched before',
  other_caches: 'caches that do not do as our answers say',
  shown_alerts: 'alerts on devices that cannot be reached now',
};
const ALERTS = {
  pending: 'not yet looked at',
  replacing: 'being replaced',
  replaced: 'replaced',
  dropped: 'stopped before anybody was told',
} as const;

/** How far a withdrawal has come. */
class RecallDialog extends Modal {
  static override properties = {
    ...Modal.properties,
    api: { attribute: false },
    entry: { attribute: false },
    recall: { state: true },
    trouble: { state: true },
  };
  declare api: Api;
  declare entry: DeskEntry;
  declare recall: Recall | undefined;
  declare trouble: string | undefined;

  protected override heading(): string {
    return 'Recall report';
  }

  protected override firstUpdated(): void {
    super.firstUpdated();
    const timer = setInterval(() => {
      if (this.recall?.state !== 'done') void this.#look();
    }, EVERY_MS);
    this.untilGone(() => clearInterval(timer));
    void this.#look();
  }

  protected override content(): TemplateResult {
    const { recall, trouble } = this;
    if (recall === undefined) return html`<p role="status">${trouble ?? 'Asking…'}</p>`;
    const { status, at, state, readers, breaking, caches, replacedAt, alerts, unknown } = recall;
    return html`<div class="recall">
      <p dir="auto"><strong>${nameOf(this.entry)}</strong></p>
      <p>
        ${status === 'withheld' ? 'Held' : 'Canceled'} ${wholeTime(at)}.
        <b>${state === 'done' ? 'Nothing more is to be waited for.' : 'Still under way.'}</b>
      </p>
      <dl class="parts">
        ${readers === undefined ? nothing : this.#reach('Open pages', readers)}
        ${breaking === undefined ? nothing : this.#reach('Breaking news', breaking)}
        <div><dt>Caches</dt><dd>may answer with it until ${wholeTime(caches.until)}</dd></div>
        ${alerts.map(({ topic, state: one }) => html`<div><dt>Alerts</dt><dd>${topic === '@breaking' ? 'breaking news' : topic}: ${ALERTS[one]}</dd></div>`)}
      </dl>
      <details>
        <summary>${counted(replacedAt.length, 'address', 'addresses')} answered without its text</summary>
        <ul>${replacedAt.map((address) => html`<li>${address}</li>`)}</ul>
      </details>
      <p class="help">No server can know: ${unknown.map((what) => UNKNOWN[what]).join('; ')}.</p>
    </div>`;
  }

  #reach(word: string, { there, handed, asked, confirmed }: RecallReach): TemplateResult {
    return html`<div><dt>${word}</dt>
      <dd>
        ${figure(sum(handed))} of ${figure(sum(there))} connected were told at once.
        ${asked === 0 ? nothing : html`${figure(confirmed)} of ${figure(asked)} who were asked confirmed that they dropped it.`}
      </dd></div>`;
  }

  async #look(): Promise<void> {
    const { slug, id } = this.entry;
    try {
      this.recall = await this.api.call<Recall>({ path: `/v1/stories/${slug}/entries/${id}/recall` });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error.message;
    }
  }
}

const sum = ({ socket, sse, poll }: ByTransport): number => socket + sse + poll;

customElements.define('recall-dialog', RecallDialog);

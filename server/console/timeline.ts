import { toText } from '@slugline/client/body';
import type { DeskEntry } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import { repeat } from 'lit/directives/repeat.js';
import { reachFigures } from './audience-figures.js';
import type { Source } from './emitter.js';
import { LightElement } from './light-element.js';
import type { StoryDesk } from './story-desk.js';
import { counted, timeText, VERIFICATION_WORDS, wholeTime } from './words.js';

/** Which entries are shown. */
const FILTERS = {
  all: { word: 'All', shows: () => true },
  published: {
    word: 'Published',
    shows: ({ workflow, status }: DeskEntry) => workflow === 'published' && status === 'usable',
  },
  unpublished: { word: 'Drafts', shows: ({ workflow }: DeskEntry) => workflow !== 'published' },
  withdrawn: { word: 'Withdrawn', shows: ({ status }: DeskEntry) => status !== 'usable' },
} as const;

/** What an editor may do with an entry of the timeline. */
export type EntryAct = 'edit' | 'correct' | 'pin' | 'hold' | 'recall' | 'history';

const ACTS: readonly { readonly act: EntryAct; readonly word: string; readonly key?: string }[] = [
  { act: 'edit', word: 'Edit', key: 'enter' },
  { act: 'correct', word: 'Correct', key: 'c' },
  { act: 'pin', word: 'Pin', key: 'p' },
  { act: 'hold', word: 'Hold or cancel', key: 'h' },
  { act: 'recall', word: 'Recall report' },
  { act: 'history', word: 'History' },
];

/** Characters of a body that are shown below a headline. */
const EXCERPT = 180;

/** The desk edition: everything that was written to the story, newest first. */
class DeskTimeline extends LightElement {
  static override properties = {
    desk: { attribute: false },
    mayEdit: { attribute: false },
    onAct: { attribute: false },
    filter: { state: true },
    sought: { state: true },
    current: { state: true },
  };
  declare desk: StoryDesk;
  declare mayEdit: boolean;
  declare onAct: (act: EntryAct, entry: DeskEntry) => void;
  declare filter: keyof typeof FILTERS;
  declare sought: string;
  /** Id of the entry that the arrow keys are at. */
  declare current: string | undefined;

  constructor() {
    super();
    this.filter = 'all';
    this.sought = '';
  }

  protected override sources(): readonly Source[] {
    return [this.desk.live, this.desk.outbox, this.desk.writing, this.desk.audience, this.desk.presence];
  }

  /** Puts the cursor where one searches. */
  search(): void {
    this.querySelector<HTMLInputElement>('input[type=search]')?.focus();
  }

  protected override render(): TemplateResult {
    const { live } = this.desk;
    const entries = this.#shown();
    return html`
      <div class="pane-head">
        <h2>Timeline</h2>
        <input type="search" aria-label="Search the timeline" placeholder="Search  /" .value=${this.sought}
          @input=${({ target }: Event) => this.#seek(target)} @keydown=${(event: KeyboardEvent) => this.#leaveSearch(event)}>
      </div>
      <div class="filters" role="group" aria-label="What is shown">
        ${(Object.keys(FILTERS) as (keyof typeof FILTERS)[]).map(
          (name) =>
            html`<button type="button" class="chip" aria-pressed=${this.filter === name} @click=${() => this.#choose(name)}>
              ${FILTERS[name].word}
            </button>`,
        )}
      </div>
      <div class="scroller" tabindex="-1">
        ${this.#waiting()}
        <ol class="timeline" @keydown=${(event: KeyboardEvent) => this.#pressed(event)}>
          ${repeat(
            entries,
            ({ id }) => id,
            (entry) => this.#entry(entry),
          )}
        </ol>
        ${entries.length === 0 ? html`<p class="empty">${this.#nothing()}</p>` : nothing}
        ${live.hasOlder ? html`<button type="button" @click=${() => void live.loadOlder()}>Older entries</button>` : nothing}
      </div>`;
  }

  /** What was given and has no entry yet. */
  #waiting(): TemplateResult | typeof nothing {
    const made = this.desk.outbox.waiting.filter(({ slug, entryId, draft }) => {
      return slug === this.desk.slug && entryId === undefined && draft !== undefined;
    });
    if (made.length === 0) return nothing;
    return html`<ul class="timeline is-waiting" aria-label="On their way">
      ${made.map(
        ({ draft, at }) => html`<li class="item">
          <p class="stamp"><time>${timeText(at)}</time> <span class="label is-waiting">Waiting, not published yet</span></p>
          <p class="item-headline" dir="auto">${draft?.headline || 'No headline'}</p>
        </li>`,
      )}
    </ul>`;
  }

  #entry(entry: DeskEntry): TemplateResult {
    const { desk } = this;
    const { id, headline, body, status, workflow, breaking, keyEvent, verification, corrections, version } = entry;
    const isPinned = desk.live.story?.pinned.includes(id) ?? false;
    const isWritten = desk.writing.base?.id === id;
    const text = toText(body).replace(/\s+/g, ' ');
    // Withdrawals are recorded among them, and have a label of their own.
    const corrected = corrections.filter(({ kind }) => kind !== 'withdrawn').length;
    return html`<li>
      <article class=${classMap({ item: true, 'is-breaking': breaking, 'is-key': keyEvent, 'is-gone': status !== 'usable', 'is-written': isWritten })}
        tabindex=${id === (this.current ?? desk.live.entries[0]?.id) ? 0 : -1} data-id=${id} aria-labelledby="entry-${id}"
        @focusin=${() => this.#at(id)}>
        <p class="stamp">
          <time datetime=${entry.publishedAt} title=${wholeTime(entry.publishedAt)}>${timeText(entry.publishedAt)}</time>
          ${status === 'usable' ? nothing : html`<span class="label is-${status}">${status === 'withheld' ? 'Held' : 'Canceled'}</span>`}
          ${workflow === 'published' ? nothing : html`<span class="label is-${workflow}">${workflowText(entry)}</span>`}
          ${breaking ? html`<span class="label is-breaking">Breaking</span>` : nothing}
          ${keyEvent ? html`<span class="label">Key event</span>` : nothing}
          ${isPinned ? html`<span class="label">Pinned</span>` : nothing}
          ${verification === undefined ? nothing : html`<span class="label is-${verification}">${VERIFICATION_WORDS[verification]}</span>`}
          ${corrected > 0 ? html`<span class="label">${counted(corrected, 'correction')}</span>` : nothing}
          ${desk.presence.at(id).map((name) => html`<span class="label is-waiting">${name} edits</span>`)}
          ${desk.isUnderWay(id) ? html`<span class="label is-waiting">Change waiting</span>` : nothing}
          ${!isWritten && desk.drafts.has(id) ? html`<span class="label is-waiting">Unsaved change</span>` : nothing}
        </p>
        <h3 class="item-headline" id="entry-${id}" dir="auto">${headline ?? (text.slice(0, 60) || 'No text')}</h3>
        ${headline !== undefined && text !== '' ? html`<p class="excerpt" dir="auto">${text.slice(0, EXCERPT)}</p>` : nothing}
        <p class="soft by">
          ${entry.updatedBy.name}${version > 1 ? `, version ${version}` : ''} ${reachFigures(desk.audience.reachOf(id))}
        </p>
        <div class="acts">${ACTS.map((one) => this.#act(one, entry, isPinned))}</div>
      </article>
    </li>`;
  }

  #act({ act, word }: (typeof ACTS)[number], entry: DeskEntry, isPinned: boolean): TemplateResult | typeof nothing {
    if (!this.#may(act, entry)) return nothing;
    const isUsable = entry.status === 'usable';
    const name = act === 'pin' && isPinned ? 'Unpin' : act === 'hold' && !isUsable ? 'Release or cancel' : word;
    return html`<button type="button" class="small" aria-describedby="entry-${entry.id}" @click=${() => this.onAct(act, entry)}>
      ${name}
    </button>`;
  }

  /** Who does not publish changes what they wrote and nobody has decided upon. */
  #may(act: EntryAct, entry: DeskEntry): boolean {
    const isOwn = entry.createdBy.memberId === this.desk.memberId && /draft|submitted/.test(entry.workflow);
    return isPossible(act, entry) && (this.mayEdit || (act === 'edit' && isOwn));
  }

  #shown(): readonly DeskEntry[] {
    const words = this.sought.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = this.desk.live.entries.filter((entry) => {
      // Thrown away before anybody read it.
      if (entry.status === 'canceled' && entry.workflow !== 'published') return false;
      if (!FILTERS[this.filter].shows(entry)) return false;
      if (words.length === 0) return true;
      const { headline = '', body, tags, sources, bylines } = entry;
      const names = [...sources, ...bylines].map(({ name }) => name);
      const text = [headline, toText(body), ...tags, ...names].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    });
    // What is still to go out is what there is to do.
    return [
      ...shown.filter(({ workflow }) => workflow !== 'published'),
      ...shown.filter(({ workflow }) => workflow === 'published'),
    ];
  }

  #nothing(): string {
    const { live } = this.desk;
    if (live.position === undefined) return 'Loading…';
    if (live.entries.length === 0) return 'Nothing is published yet. Write the first entry, then press Publish.';
    return live.hasOlder ? 'Nothing among the entries that are loaded.' : 'Nothing.';
  }

  #seek(target: EventTarget | null): void {
    if (target instanceof HTMLInputElement) this.sought = target.value;
  }

  #choose(filter: keyof typeof FILTERS): void {
    this.filter = filter;
  }

  #at(id: string): void {
    this.current = id;
  }

  #leaveSearch(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    this.querySelector<HTMLElement>('.timeline article')?.focus();
  }

  #pressed(event: KeyboardEvent): void {
    const { target } = event;
    if (!(target instanceof HTMLElement) || target.dataset.id === undefined) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const items = [...this.querySelectorAll<HTMLElement>('article[data-id]')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      items[items.indexOf(target) + step]?.focus();
      return;
    }
    const entry = this.desk.entry(target.dataset.id);
    const wanted = ACTS.find(({ key }) => key === event.key.toLowerCase());
    if (entry === undefined || wanted === undefined || !this.#may(wanted.act, entry)) return;
    event.preventDefault();
    this.onAct(wanted.act, entry);
  }
}

function workflowText({ workflow, publishAt, embargoedUntil }: DeskEntry): string {
  const due = publishAt ?? embargoedUntil;
  if (workflow === 'scheduled') return due === undefined ? 'Scheduled' : `Goes out ${timeText(due)}`;
  return workflow === 'draft' ? 'Draft' : 'Submitted';
}

/** Whether something can be done with an entry as it stands. */
function isPossible(act: EntryAct, { status, workflow }: DeskEntry): boolean {
  const isPublished = workflow === 'published';
  switch (act) {
    case 'history':
      return true;
    case 'recall':
      return status !== 'usable' && isPublished;
    case 'hold':
      return status !== 'canceled';
    case 'edit':
      return status === 'usable';
    default:
      return status === 'usable' && isPublished;
  }
}

customElements.define('desk-timeline', DeskTimeline);

declare global {
  interface HTMLElementTagNameMap {
    'desk-timeline': DeskTimeline;
  }
}

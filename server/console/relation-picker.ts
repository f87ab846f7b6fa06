import { LIMITS, type Relation } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import type { Source } from './emitter.js';
import { LightElement } from './light-element.js';
import { nameOf, type StoryDesk } from './story-desk.js';
import { timeText } from './words.js';

const WORDS: Readonly<Record<Relation['rel'], string>> = {
  updates: 'Updates',
  disputes: 'Disputes',
  repeats: 'Repeats',
  replaces: 'Replaces',
};

/** Entries that may be picked: the newest that are loaded of those that readers have. To others no link of theirs leads. */
const MOST_OFFERED = 100;

/** What an entry has to do with others of its story. */
class RelationPicker extends LightElement {
  static override properties = { desk: { attribute: false }, rel: { state: true } };
  declare desk: StoryDesk;
  declare rel: Relation['rel'];

  constructor() {
    super();
    this.rel = 'updates';
  }

  protected override sources(): readonly Source[] {
    return [this.desk.writing, this.desk.live];
  }

  protected override render(): TemplateResult {
    const { writing, live } = this.desk;
    const { relations } = writing.draft;
    const offered = live.entries
      .filter(({ id, status, workflow }) => {
        return status === 'usable' && workflow === 'published' && id !== writing.base?.id;
      })
      .filter(({ id }) => !relations.some(({ entryId, rel }) => entryId === id && rel === this.rel))
      .slice(0, MOST_OFFERED);
    return html`<div class="sources" role="group" aria-label="Relations">
      ${relations.map(({ rel, entryId }, at) => {
        const entry = this.desk.entry(entryId);
        return html`<span class="chip is-set"><span class="soft">${WORDS[rel]}</span>
          <span dir="auto">${entry === undefined ? entryId : nameOf(entry)}</span>
          <button type="button" class="cross" aria-label="Remove the relation" @click=${() => this.#remove(at)}></button></span>`;
      })}
      ${
        relations.length < LIMITS.relations && offered.length > 0
          ? html`<select aria-label="Kind of relation" @change=${({ target }: Event) => this.#choose(target)}>
                ${(Object.keys(WORDS) as Relation['rel'][]).map(
                  (rel) => html`<option value=${rel} ?selected=${rel === this.rel}>${WORDS[rel]}</option>`,
                )}
              </select>
              <select aria-label="The other entry" .value=${''} @change=${({ target }: Event) => this.#add(target)}>
                <option value="">another entry…</option>
                ${offered.map(
                  (entry) => html`<option value=${entry.id}>${timeText(entry.publishedAt)} ${nameOf(entry)}</option>`,
                )}
              </select>`
          : nothing
      }
    </div>`;
  }

  #choose(target: EventTarget | null): void {
    const rel = (Object.keys(WORDS) as Relation['rel'][]).find(
      (one) => target instanceof HTMLSelectElement && one === target.value,
    );
    this.rel = rel ?? 'updates';
  }

  #add(target: EventTarget | null): void {
    if (!(target instanceof HTMLSelectElement) || target.value === '') return;
    const { writing } = this.desk;
    writing.change({ relations: [...writing.draft.relations, { rel: this.rel, entryId: target.value }] });
    target.value = '';
  }

  #remove(at: number): void {
    const { writing } = this.desk;
    writing.change({ relations: writing.draft.relations.filter((_relation, index) => index !== at) });
  }
}

customElements.define('relation-picker', RelationPicker);

import type { DeskStory, StoryStatus } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { audienceFigures } from './audience-figures.js';
import type { Source } from './emitter.js';
import { LightElement } from './light-element.js';
import type { StoryDesk } from './story-desk.js';
import { LINK_WORDS, NO_ROOM, STATUS_WORDS } from './words.js';
import './header-dialog.js';

/** What a story is called and in which state it is; both can be changed here. */
class StoryHead extends LightElement {
  static override properties = {
    desk: { attribute: false },
    mayEdit: { attribute: false },
    done: { attribute: false },
    onArticle: { attribute: false },
    isEditing: { state: true },
    trouble: { state: true },
  };
  declare desk: StoryDesk;
  declare mayEdit: boolean;
  /** What the server said last. */
  declare done: string | undefined;
  declare onArticle: () => void;
  declare isEditing: boolean;
  declare trouble: string | undefined;

  constructor() {
    super();
    this.isEditing = false;
  }

  protected override sources(): readonly Source[] {
    return [this.desk.live, this.desk.audience, this.desk.outbox];
  }

  protected override render(): TemplateResult {
    const { story, status } = this.desk.live;
    return html`<header class="story-head">
      <h1 dir="auto" lang=${story?.language ?? 'en'}>
        ${story?.kicker === undefined ? nothing : html`<span class="kicker">${story.kicker}</span>`}
        ${story?.headline ?? this.desk.slug}
      </h1>
      ${this.done === undefined ? nothing : html`<p class="soft done is-cut" title=${this.done}>${this.done}</p>`}
      <p class="trouble" role="alert">${this.trouble}</p>
      ${audienceFigures(this.desk.audience.audience)}
      <p class="link is-${status}" role="status">${LINK_WORDS[status]}</p>
      ${story === undefined ? nothing : this.#controls(story)}
      ${
        this.isEditing && story !== undefined
          ? html`<header-dialog .desk=${this.desk} .story=${story} .onClose=${() => this.#edit(false)}></header-dialog>`
          : nothing
      }
    </header>`;
  }

  #controls({ status: current, visibility }: DeskStory): TemplateResult {
    const status = this.desk.givenStatus ?? current;
    return html`
      ${visibility === 'private' ? html`<span class="label">Private</span>` : nothing}
      ${
        this.mayEdit
          ? html`<label class="heard" for="story-status">State of the story</label>
              <select id="story-status" class="status is-${status}" @change=${({ target }: Event) => this.#turn(target)}>
                ${(Object.keys(STATUS_WORDS) as StoryStatus[]).map(
                  (name) =>
                    html`<option value=${name} .selected=${live(name === status)}>${STATUS_WORDS[name]}</option>`,
                )}
              </select>
              <button type="button" class="small" aria-haspopup="dialog" @click=${() => this.#edit(true)}>Header and key points</button>
              <button type="button" class="small" aria-haspopup="dialog" @click=${() => this.onArticle()}>Article…</button>`
          : html`<span class="status is-${status}">${STATUS_WORDS[status]}</span>`
      }
    `;
  }

  #turn(target: EventTarget | null): void {
    if (!(target instanceof HTMLSelectElement)) return;
    const isGiven = this.desk.changeStory({ status: target.value });
    this.trouble = isGiven ? undefined : NO_ROOM;
    if (!isGiven) target.value = this.desk.live.story?.status ?? target.value;
  }

  #edit(on: boolean): void {
    this.isEditing = on;
  }
}

customElements.define('story-head', StoryHead);

import { LIMITS } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { announce } from './announcer.js';
import type { Source } from './emitter.js';
import { CONTROL } from './keyboard.js';
import { LightElement } from './light-element.js';
import { markdownOf } from './markdown-of.js';
import { nameOf, type StoryDesk } from './story-desk.js';
import { applyTemplate, TEMPLATES } from './templates.js';
import { textIn } from './text-in.js';
import { exactTime } from './words.js';
import './composer-details.js';

/** Where entries are written. */
class EntryComposer extends LightElement {
  static override properties = {
    desk: { attribute: false },
    mayPublish: { attribute: false },
    onCompare: { attribute: false },
    trouble: { state: true },
  };
  declare desk: StoryDesk;
  declare mayPublish: boolean;
  /** Shows the entry as it is now beside what is written. */
  declare onCompare: () => void;
  declare trouble: string | undefined;

  protected override sources(): readonly Source[] {
    return [this.desk.writing, this.desk.live, this.desk.outbox];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const keep = () => this.desk.writing.keep();
    addEventListener('pagehide', keep);
    document.addEventListener('visibilitychange', keep);
    this.untilGone(() => {
      keep();
      removeEventListener('pagehide', keep);
      document.removeEventListener('visibilitychange', keep);
    });
  }

  /** Puts the cursor into the headline. */
  write(): void {
    this.querySelector<HTMLElement>('[name=headline]')?.focus();
  }

  protected override render(): TemplateResult {
    const { writing, live: story } = this.desk;
    const { draft, base, correction } = writing;
    const language = story.story?.language ?? 'en';
    return html`<form class="composer-form" @submit=${(event: SubmitEvent) => this.#submitted(event)}>
      <div class="pane-head">
        <h2>${base === undefined ? 'New entry' : correction === undefined ? 'Edit' : 'Correct'}</h2>
        ${
          base === undefined
            ? html`<div class="templates" role="group" aria-label="Begin with">
                ${TEMPLATES.map(
                  (template) =>
                    html`<button type="button" class="chip" @click=${() => applyTemplate(template, writing)}>${template.name}</button>`,
                )}
              </div>`
            : html`<p class="soft is-cut" dir="auto">${nameOf(base)}, version ${base.version}</p>
                <button type="button" class="small" @click=${() => this.leave()}>Leave <kbd>Esc</kbd></button>`
        }
      </div>
      ${this.#meanwhile()}
      ${correction === undefined ? nothing : this.#correction(correction)}
      <label class="heard" for="headline">Headline</label>
      <textarea id="headline" name="headline" class="headline" rows="1" maxlength=${LIMITS.headline} placeholder="Headline"
        lang=${language} dir="auto" .value=${live(draft.headline)}
        @input=${({ target }: Event) => this.#typed('headline', target)}
        @keydown=${(event: KeyboardEvent) => this.#headlineKey(event)}></textarea>
      <label class="heard" for="body">Text</label>
      <textarea id="body" name="body" class="body" maxlength=${LIMITS.bodySource} placeholder="What happened"
        lang=${language} dir="auto" aria-describedby="body-help" .value=${live(markdownOf(draft.body))}
        @input=${({ target }: Event) => this.#typed('body', target)}></textarea>
      <p id="body-help" class="heard">Plain text or Markdown. An empty line begins a paragraph.</p>
      <composer-details .desk=${this.desk}></composer-details>
      <footer class="composer-foot">
        <p class="trouble" role="alert">${this.trouble}</p>
        <p class="soft kept">${this.#keptText()}</p>
        ${
          writing.hasChanges
            ? html`<button type="button" class="quiet" @click=${() => this.#drop()}>${base === undefined ? 'Clear' : 'Undo all'}</button>`
            : nothing
        }
        ${
          this.mayPublish
            ? html`<button class="primary ${draft.breaking && base?.breaking !== true ? 'is-breaking' : ''}">
                ${this.#verb()} <kbd>${CONTROL} ⏎</kbd>
              </button>`
            : nothing
        }
      </footer>
    </form>`;
  }

  /** Gives what is written to be published, unless something is missing. */
  publish(): void {
    if (!this.mayPublish) return;
    // Fields that tell of a change when they are left have not told of it yet.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    const { writing } = this.desk;
    const { draft, base, correction } = writing;
    this.trouble = undefined;
    if (base === undefined) {
      if (!writing.hasChanges) this.#missing('Write a headline or a text first.', 'headline');
      else this.#given(this.desk.publish(draft), 'Sent to be published.');
      return;
    }
    if (correction !== undefined) {
      const text = [correction.wrong, correction.right].map((part) => part.trim());
      if (text.includes('')) this.#missing('Say what was wrong and what is right: readers are told both.', 'wrong');
      else this.#given(this.desk.correct(base, draft, text.map(sentence).join(' ')), 'The correction is sent.');
    } else if (!writing.hasChanges) this.#missing('Nothing is changed.', 'headline');
    else this.#given(this.desk.edit(base, draft), 'The change is sent.');
  }

  /** Back to a new entry. What was written of this one is kept. */
  leave(): void {
    this.trouble = undefined;
    this.desk.writing.openNew();
    this.write();
  }

  protected override updated(): void {
    const area = this.querySelector<HTMLTextAreaElement>('#headline');
    if (area === null) return;
    // As high as its text, where the browser does not do that by itself.
    area.style.blockSize = 'auto';
    area.style.blockSize = `${area.scrollHeight}px`;
  }

  #correction({ wrong, right }: { readonly wrong: string; readonly right: string }): TemplateResult {
    const { writing } = this.desk;
    return html`<fieldset class="correction">
      <legend>Readers are told</legend>
      <label>What was wrong
        <textarea name="wrong" rows="2" maxlength=${LIMITS.correctionText / 2} dir="auto" .value=${live(wrong)}
          placeholder="An earlier version said that two people were hurt."
          @input=${({ target }: Event) => writing.correct({ wrong: textIn(target) })}></textarea>
      </label>
      <label>What is right
        <textarea name="right" rows="2" maxlength=${LIMITS.correctionText / 2 - 10} dir="auto" .value=${live(right)}
          placeholder="It was three."
          @input=${({ target }: Event) => writing.correct({ right: textIn(target) })}></textarea>
      </label>
      <button type="button" class="small" @click=${() => writing.correct(undefined)}>No correction, a plain edit</button>
    </fieldset>`;
  }

  /** A colleague was faster. */
  #meanwhile(): TemplateResult | typeof nothing {
    const { base } = this.desk.writing;
    const now = base === undefined ? undefined : this.desk.entry(base.id);
    if (base === undefined || now === undefined || now.version <= base.version) return nothing;
    return html`<p class="notice" role="status">
      ${now.updatedBy.name} changed this entry while you wrote (version ${now.version}).
      <button type="button" class="small" @click=${() => this.onCompare()}>See both</button>
    </p>`;
  }

  #verb(): string {
    const { base, correction, draft } = this.desk.writing;
    if (correction !== undefined) return 'Correct';
    if (base !== undefined) return draft.breaking && !base.breaking ? 'Save as breaking' : 'Save';
    return draft.breaking ? 'Publish as breaking' : 'Publish';
  }

  #keptText(): string {
    const { kept, hasChanges } = this.desk.writing;
    if (kept === 'failed') return 'This browser keeps nothing: do not close the page before you publish.';
    if (kept !== undefined) return `Kept in this browser, ${exactTime(kept)}`;
    return hasChanges ? 'Writing…' : '';
  }

  #typed(field: 'headline' | 'body', target: EventTarget | null): void {
    const text = textIn(target);
    this.trouble = undefined;
    // A line break in a headline would be none for readers.
    if (field === 'headline') this.desk.writing.change({ headline: text.replace(/\s*\n\s*/g, ' ') });
    else this.desk.writing.change({ body: { markdown: text } });
  }

  #headlineKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.isComposing) return;
    event.preventDefault();
    this.querySelector<HTMLElement>('#body')?.focus();
  }

  #given(isGiven: boolean, text: string): void {
    if (!isGiven) {
      this.trouble = 'This browser can keep no more of what waits. Your text stays here.';
      return;
    }
    this.desk.writing.drop();
    announce(text);
    this.write();
  }

  #missing(text: string, field: string): void {
    this.trouble = text;
    this.querySelector<HTMLElement>(`[name=${field}]`)?.focus();
  }

  #drop(): void {
    this.desk.writing.drop();
    this.write();
  }

  #submitted(event: SubmitEvent): void {
    event.preventDefault();
    this.publish();
  }
}

/** With a full stop, where there is none of any kind. */
function sentence(text: string): string {
  return /[.!?…。！？؟۔"”»)]$/u.test(text) ? text : `${text}.`;
}

customElements.define('entry-composer', EntryComposer);

declare global {
  interface HTMLElementTagNameMap {
    'entry-composer': EntryComposer;
  }
}

import { LIMITS } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { announce } from './announcer.js';
import type { Command } from './command.js';
import type { Source } from './emitter.js';
import { CONTROL } from './keyboard.js';
import { LightElement } from './light-element.js';
import { nextStep } from './next-step.js';
import { nameOf, type StoryDesk } from './story-desk.js';
import { applyTemplate, TEMPLATES } from './templates.js';
import { textIn } from './text-in.js';
import { exactTime, NO_ROOM } from './words.js';
import './body-field.js';
import './composer-details.js';
import './send-back-dialog.js';

/** Where entries are written. */
class EntryComposer extends LightElement {
  static override properties = {
    desk: { attribute: false },
    mayPublish: { attribute: false },
    onCompare: { attribute: false },
    onTakeUp: { attribute: false },
    trouble: { state: true },
    isSendingBack: { state: true },
  };
  declare desk: StoryDesk;
  declare mayPublish: boolean;
  /** Shows the entry as it is now beside what is written. */
  declare onCompare: () => void;
  /** Goes on with what was refused. */
  declare onTakeUp: (command: Command) => void;
  declare trouble: string | undefined;
  declare isSendingBack: boolean;

  constructor() {
    super();
    this.isSendingBack = false;
  }

  protected override sources(): readonly Source[] {
    return [this.desk.writing, this.desk.live, this.desk.serverDrafts, this.desk.presence, this.desk.outbox];
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

  /** Puts the cursor where one begins. */
  write(): void {
    const first = this.desk.writing.correction === undefined ? 'headline' : 'wrong';
    this.querySelector<HTMLElement>(`[name=${first}]`)?.focus();
  }

  protected override render(): TemplateResult {
    const { writing, live: story } = this.desk;
    const { draft, base, correction } = writing;
    const language = story.story?.language ?? 'en';
    return html`<form class="composer-form" novalidate @submit=${(event: SubmitEvent) => this.#submitted(event)}>
      <div class="pane-head">
        <h2>${this.#heading()}</h2>
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
      ${this.desk.refused.map((command) => this.#refused(command))} ${this.#meanwhile()} ${this.#told()}
      ${correction === undefined ? nothing : this.#correction(correction)}
      <label class="heard" for="headline">Headline</label>
      <textarea id="headline" name="headline" class="headline" rows="1" maxlength=${LIMITS.headline} placeholder="Headline"
        lang=${language} dir="auto" .value=${live(draft.headline)}
        @input=${({ target }: Event) => this.#typed(target)}
        @keydown=${(event: KeyboardEvent) => this.#headlineKey(event)}></textarea>
      <body-field .desk=${this.desk}></body-field>
      <composer-details .desk=${this.desk}></composer-details>
      <footer class="composer-foot">
        <p class="trouble" role="alert">${this.trouble}</p>
        <p class="soft kept">${this.#keptText()}</p>
        ${
          writing.hasChanges || base?.workflow === 'draft'
            ? html`<button type="button" class="quiet" @click=${() => this.#drop()}>
                ${base === undefined ? 'Clear' : base.workflow === 'draft' ? 'Discard' : 'Undo all'}
              </button>`
            : nothing
        }
        ${
          base?.workflow === 'submitted' && this.mayPublish
            ? html`<button type="button" class="quiet" aria-haspopup="dialog" @click=${() => this.#sendBack(true)}>Send back…</button>`
            : nothing
        }
        <button class="primary ${draft.breaking && base?.breaking !== true ? 'is-breaking' : ''}">
          ${nextStep(writing, this.mayPublish).verb} <kbd>${CONTROL} ⏎</kbd>
        </button>
      </footer>
    </form>
    ${
      this.isSendingBack && base !== undefined
        ? html`<send-back-dialog .entry=${base} .onClose=${() => this.#sendBack(false)}
            .onSendBack=${(note: string) => this.#sentBack(note)}></send-back-dialog>`
        : nothing
    }`;
  }

  /** Gives what is written to where it goes next, unless something is missing. */
  async publish(): Promise<void> {
    // Fields that tell of a change when they are left have not told of it yet.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    const { writing, serverDrafts } = this.desk;
    const { sheet } = writing;
    await serverDrafts.settle();
    if (writing.sheet !== sheet) return;
    this.trouble = undefined;
    const body = this.querySelector('body-field');
    if (body?.isUploading === true) {
      this.trouble = 'A picture is still on its way: publish when it is here.';
      return;
    }
    if ((body?.gaps() ?? []).length > 0) {
      this.trouble = 'A picture lacks its credit, or what it shows for those who cannot see it.';
      body?.querySelector<HTMLElement>('input:invalid')?.focus();
      return;
    }
    const next = nextStep(writing, this.mayPublish);
    if ('missing' in next) this.#missing(next.missing, next.field);
    else this.#given(next.give(this.desk), next.told);
  }

  /** Saves it as a draft, now and not at the next pause. */
  async saveDraft(): Promise<void> {
    this.desk.writing.keep();
    await this.desk.serverDrafts.save();
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

  #heading(): string {
    const { base, correction } = this.desk.writing;
    if (base === undefined) return 'New entry';
    if (correction !== undefined) return 'Correct';
    return { draft: 'Draft', submitted: 'Submitted', scheduled: 'Scheduled', published: 'Edit' }[base.workflow];
  }

  /** What was refused while something else was written is kept, and comes back once there is room for it. */
  #refused(command: Command): TemplateResult {
    const { says, refusal } = command;
    const isConflict = refusal?.code === 'version_conflict';
    return html`<p class="notice">
      <span><b>Refused:</b> <span dir="auto">${says}</span>. ${refusal?.text}</span>
      ${
        isConflict || this.desk.hasRoomFor(command)
          ? html`<button type="button" class="small" @click=${() => this.onTakeUp(command)}>
              ${isConflict ? 'See both' : 'Write on with it'}
            </button>`
          : html`<span class="soft">You can write on with it once nothing else is begun here.</span>`
      }
    </p>`;
  }

  /** What a colleague wrote to whoever has it now. */
  #told(): TemplateResult | typeof nothing {
    const { base } = this.desk.writing;
    const note = base?.workflow === 'published' ? undefined : base?.workflowNote;
    return note === undefined
      ? nothing
      : html`<p class="notice"><b>${note.by.name}:</b> <span dir="auto">${note.text}</span></p>`;
  }

  /** A colleague was faster. */
  #meanwhile(): TemplateResult | typeof nothing {
    const { base } = this.desk.writing;
    if (base === undefined) return nothing;
    const now = this.desk.entry(base.id);
    const others = this.desk.presence.at(base.id);
    if (now === undefined || now.version <= base.version) {
      return others.length === 0
        ? nothing
        : html`<p class="notice" role="status">${others.join(', ')} edits this too.</p>`;
    }
    // What we save ourselves may be heard of before its answer is here.
    if (this.desk.serverDrafts.isSaving) return nothing;
    return html`<p class="notice" role="status">
      ${now.updatedBy.name} changed this entry while you wrote (version ${now.version}).
      <button type="button" class="small" @click=${() => this.onCompare()}>See both</button>
    </p>`;
  }

  #keptText(): string {
    const { writing, serverDrafts } = this.desk;
    const { kept, hasChanges } = writing;
    if (kept === 'failed') return 'This browser keeps nothing: do not close the page before you publish.';
    if (serverDrafts.saved !== undefined) return `Draft saved, ${exactTime(serverDrafts.saved)}`;
    if (kept !== undefined) return `Kept in this browser, ${exactTime(kept)}`;
    return hasChanges ? 'Writing…' : '';
  }

  #typed(target: EventTarget | null): void {
    this.trouble = undefined;
    // A line break in a headline would be none for readers.
    this.desk.writing.change({ headline: textIn(target).replace(/\s*\n\s*/g, ' ') });
  }

  #headlineKey(event: KeyboardEvent): void {
    // Tab too: who writes goes on to the text, and back from there to its tools.
    const goesOn = event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey);
    if (!goesOn || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (this.querySelector('body-field')?.takeFocus() === true) event.preventDefault();
    else if (event.key === 'Enter') event.preventDefault();
  }

  #given(isGiven: boolean, text: string): void {
    if (!isGiven) {
      this.trouble = `${NO_ROOM} Your text stays here.`;
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

  #sendBack(on: boolean): void {
    this.isSendingBack = on;
  }

  #sentBack(note: string): void {
    const { base, draft, former } = this.desk.writing;
    if (base !== undefined) this.#given(this.desk.move({ base, draft, former }, 'draft', note), 'Sent back.');
  }

  #drop(): void {
    const { base } = this.desk.writing;
    if (base?.workflow === 'draft' && !this.desk.discard(base)) {
      this.trouble = `${NO_ROOM} The draft stays.`;
      return;
    }
    this.trouble = undefined;
    this.desk.writing.drop();
    this.write();
  }

  #submitted(event: SubmitEvent): void {
    event.preventDefault();
    void this.publish();
  }
}

customElements.define('entry-composer', EntryComposer);

declare global {
  interface HTMLElementTagNameMap {
    'entry-composer': EntryComposer;
  }
}

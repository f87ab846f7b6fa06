import type { Source as NewsSource, Verification } from '@slugline/client/protocol';
import { LIMITS } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Source } from './emitter.js';
import { LightElement } from './light-element.js';
import { instant, localTime } from './local-time.js';
import type { StoryDesk } from './story-desk.js';
import { textIn } from './text-in.js';
import { timeText, VERIFICATION_WORDS } from './words.js';
import './relation-picker.js';
import './source-chips.js';

const URGENCY = ['flash', 'bulletin', 'urgent', 'important', 'ordinary', 'minor', 'minor', 'minor', 'least'];

/** What an entry says of itself: how urgent, how sure, from whom, and what it has to do with others. */
class ComposerDetails extends LightElement {
  static override properties = { desk: { attribute: false } };
  declare desk: StoryDesk;

  protected override sources(): readonly Source[] {
    return [this.desk.writing];
  }

  protected override render(): TemplateResult {
    const { writing } = this.desk;
    const { draft } = writing;
    return html`
      <div class="marks" role="group" aria-label="Marks">
        <button type="button" class="chip is-alert" aria-pressed=${draft.breaking} title="Alerts everybody who asked for it"
          @click=${() => writing.change({ breaking: !draft.breaking })}>Breaking <kbd>B</kbd></button>
        <button type="button" class="chip" aria-pressed=${draft.keyEvent}
          @click=${() => writing.change({ keyEvent: !draft.keyEvent })}>Key event <kbd>K</kbd></button>
        <span class="apart"></span>
        ${(Object.keys(VERIFICATION_WORDS) as Verification[]).map(
          (name) =>
            html`<button type="button" class="chip" aria-pressed=${draft.verification === name} @click=${() => this.#verify(name)}>
              ${VERIFICATION_WORDS[name]}
            </button>`,
        )}
      </div>
      <source-chips .named=${draft.sources} .onChange=${(sources: readonly NewsSource[]) => writing.change({ sources })}>
      </source-chips>
      <details class="more">
        <summary>More: ${this.#told() || 'relations, byline, place, tags, schedule, note'}</summary>
        <relation-picker .desk=${this.desk}></relation-picker>
        <div class="fields row">
          <label>Bylines, with commas
            <input name="bylines" dir="auto" .value=${live(draft.bylines.map(({ name }) => name).join(', '))}
              @change=${({ target }: Event) => this.#byline(target)}>
          </label>
          <label>Place
            <input name="located" dir="auto" maxlength=${LIMITS.name} .value=${live(draft.located)}
              @input=${({ target }: Event) => writing.change({ located: textIn(target) })}>
          </label>
          <label>Tags, with commas
            <input name="tags" .value=${live(draft.tags.join(', '))} @change=${({ target }: Event) => this.#tag(target)}>
          </label>
          <label>Urgency
            <select name="urgency" @change=${({ target }: Event) => this.#urge(target)}>
              <option value="" ?selected=${draft.urgency === undefined}>As usual</option>
              ${URGENCY.map(
                (word, at) =>
                  html`<option value=${at + 1} ?selected=${draft.urgency === at + 1}>${at + 1}, ${word}</option>`,
              )}
            </select>
          </label>
          ${
            writing.base?.workflow === 'published'
              ? nothing
              : html`<label>Publish by itself at
                  <input type="datetime-local" name="publishAt" .value=${live(localTime(draft.publishAt))}
                    @change=${({ target }: Event) => writing.change({ publishAt: instant(textIn(target)) })}>
                </label>
                <label>Embargo: for no reader before
                  <input type="datetime-local" name="embargoedUntil" .value=${live(localTime(draft.embargoedUntil))}
                    @change=${({ target }: Event) => writing.change({ embargoedUntil: instant(textIn(target)) })}>
                </label>`
          }
        </div>
        <div class="fields">
          <label>Note to colleagues; no reader ever sees it
            <textarea name="edNote" rows="2" dir="auto" maxlength=${LIMITS.edNote} .value=${live(draft.edNote)}
              @input=${({ target }: Event) => writing.change({ edNote: textIn(target) })}></textarea>
          </label>
        </div>
      </details>
    `;
  }

  /** What is set of what is folded away. */
  #told(): string {
    const { relations, bylines, located, tags, edNote, urgency, publishAt, embargoedUntil } = this.desk.writing.draft;
    return [
      relations.length > 0 ? `${relations.length} related` : '',
      bylines.map(({ name }) => name).join(', '),
      located,
      tags.join(', '),
      urgency === undefined ? '' : `urgency ${urgency}`,
      edNote === '' ? '' : 'note',
      publishAt === '' ? '' : `goes out ${timeText(publishAt)}`,
      embargoedUntil === '' ? '' : `embargo until ${timeText(embargoedUntil)}`,
    ]
      .filter(Boolean)
      .join(' · ');
  }

  #verify(name: Verification): void {
    const { writing } = this.desk;
    const { verification, ...rest } = writing.draft;
    writing.replace(verification === name ? rest : { ...rest, verification: name });
  }

  #byline(target: EventTarget | null): void {
    const former = this.desk.writing.draft.bylines;
    const bylines = listed(target)
      .slice(0, LIMITS.bylines)
      .map((name) => former.find((one) => one.name === name) ?? { name });
    this.desk.writing.change({ bylines });
  }

  #tag(target: EventTarget | null): void {
    this.desk.writing.change({ tags: [...new Set(listed(target))].slice(0, LIMITS.tags) });
  }

  #urge(target: EventTarget | null): void {
    const { writing } = this.desk;
    const { urgency: _former, ...rest } = writing.draft;
    const value = target instanceof HTMLSelectElement ? Number(target.value) : 0;
    writing.replace(value === 0 ? rest : { ...rest, urgency: value });
  }
}

function listed(target: EventTarget | null): readonly string[] {
  return textIn(target)
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

customElements.define('composer-details', ComposerDetails);

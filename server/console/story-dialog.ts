import { type DeskStory, isSlug, LIMITS } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { type Api, ApiFailure } from './api.js';
import { Modal } from './modal.js';
import { slugOf } from './slug-of.js';

/** Languages that are offered; any other BCP 47 tag can be typed. */
const LANGUAGES = ['en', 'de', 'es', 'fr', 'ar', 'he', 'uk', 'pt', 'it', 'tr', 'pl', 'nl'];

/** Begins a story. It needs a headline; its short name comes from that until somebody says otherwise. */
class StoryDialog extends Modal {
  static override properties = {
    ...Modal.properties,
    api: { attribute: false },
    onMade: { attribute: false },
    slug: { state: true },
    isOwnSlug: { state: true },
    trouble: { state: true },
    isBusy: { state: true },
  };
  declare api: Api;
  declare onMade: (slug: string) => void;
  declare slug: string;
  declare isOwnSlug: boolean;
  declare trouble: string | undefined;
  declare isBusy: boolean;

  constructor() {
    super();
    this.slug = '';
    this.isOwnSlug = false;
    this.isBusy = false;
  }

  protected override heading(): string {
    return 'New story';
  }

  protected override content(): TemplateResult {
    const language = navigator.language || 'en';
    return html`<form class="fields" @submit=${(event: SubmitEvent) => void this.#make(event)}>
      <label>Headline
        <input name="headline" required maxlength=${LIMITS.headline} dir="auto" autofocus
          @input=${({ target }: Event) => this.#titled(target)}>
      </label>
      <label>Short name, in its address
        <input name="slug" required maxlength=${LIMITS.slug} .value=${this.slug} pattern="[a-z0-9]+(-[a-z0-9]+)*"
          title="Small letters, digits and hyphens between them" spellcheck="false" autocapitalize="off"
          @input=${({ target }: Event) => this.#named(target)}>
      </label>
      <div class="row">
        <label>Kicker, above the headline <input name="kicker" maxlength=${LIMITS.kicker} dir="auto"></label>
        <label>Language
          <input name="language" value=${language} required list="languages" spellcheck="false" autocapitalize="off">
          <datalist id="languages">${LANGUAGES.map((one) => html`<option value=${one}></option>`)}</datalist>
        </label>
      </div>
      <label>Standfirst <textarea name="standfirst" rows="2" maxlength=${LIMITS.standfirst} dir="auto"></textarea></label>
      <fieldset class="row">
        <legend>Who may read it</legend>
        <label class="choice"><input type="radio" name="visibility" value="public" checked> Everybody</label>
        <label class="choice"><input type="radio" name="visibility" value="private"> Only whom you give a key or token</label>
      </fieldset>
      <p class="trouble" role="alert">${this.trouble ?? nothing}</p>
      <footer><button class="primary" ?disabled=${this.isBusy}>Begin the story</button></footer>
    </form>`;
  }

  #titled(target: EventTarget | null): void {
    if (!this.isOwnSlug && target instanceof HTMLInputElement) this.slug = slugOf(target.value);
  }

  #named(target: EventTarget | null): void {
    if (!(target instanceof HTMLInputElement)) return;
    this.slug = target.value;
    this.isOwnSlug = target.value !== '';
  }

  async #make(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const fields = Object.fromEntries(
      [...new FormData(event.target)]
        .map(([name, value]) => [name, String(value).trim()])
        .filter(([, text]) => text !== ''),
    );
    if (!isSlug(this.slug)) {
      this.trouble = 'The short name is of small letters and digits, with hyphens between words.';
      return;
    }
    this.isBusy = true;
    try {
      const made = await this.api.call<{ story: DeskStory }>({ method: 'POST', path: '/v1/stories', body: fields });
      this.close();
      this.onMade(made.story.slug);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble =
        error.code === 'story_exists' ? 'There is a story of this short name. Choose another one.' : error.message;
    } finally {
      this.isBusy = false;
    }
  }
}

customElements.define('story-dialog', StoryDialog);

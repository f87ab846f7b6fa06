import { LIMITS } from '@slugline/client/protocol';
import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { BodyEditor } from './body/open-body-editor.js';
import type { StoredPicture } from './body/picture-uploads.js';
import type { Source } from './emitter.js';
import { LightElement } from './light-element.js';
import { markdownOf } from './markdown-of.js';
import type { StoryDesk } from './story-desk.js';
import { textIn } from './text-in.js';

/**
 * The text of what is written. Its editor is loaded when it is needed; where it does not come, as in a tunnel, one goes on in a
 * plain field, in Markdown.
 */
class BodyField extends LightElement {
  static override properties = { desk: { attribute: false }, isPlain: { state: true } };
  declare desk: StoryDesk;
  declare isPlain: boolean;
  #editor: BodyEditor | undefined;
  /** Whose text the editor has: not what came with a later turn. */
  #turn = -1;
  /** What that text is of. */
  #sheet: object | undefined;
  #entryId: string | undefined;
  #language = '';
  /** Pictures that are on their way, and in no block yet. */
  #uploads = 0;

  constructor() {
    super();
    this.isPlain = false;
  }

  protected override sources(): readonly Source[] {
    return [this.desk.writing, this.desk.live];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#editor?.close();
    this.#editor = undefined;
  }

  get isUploading(): boolean {
    return this.#uploads > 0;
  }

  /** What pictures lack before they can be published. */
  gaps(): ReturnType<BodyEditor['gaps']> {
    return this.#editor?.gaps() ?? [];
  }

  /** @returns false where there is nothing to write in yet. */
  takeFocus(): boolean {
    if (this.#isPlain()) this.querySelector('textarea')?.focus();
    else this.#editor?.focus();
    return this.#isPlain() || this.#editor !== undefined;
  }

  protected override render(): TemplateResult {
    const { writing } = this.desk;
    if (!this.#isPlain()) return html`<div class="body-host"></div>`;
    return html`<label class="heard" for="body">Text</label>
      <textarea id="body" name="body" class="body" maxlength=${LIMITS.bodySource} placeholder="What happened"
        lang=${this.#storyLanguage()} dir="auto" aria-describedby="body-help"
        .value=${live(markdownOf(writing.draft.body))}
        @input=${({ target }: Event) => writing.change({ body: { markdown: textIn(target) } })}></textarea>
      <p id="body-help" class="soft">Plain text or Markdown. An empty line begins a paragraph.</p>`;
  }

  protected override updated(): void {
    const { writing } = this.desk;
    const { sheet, base } = writing;
    const isOther = sheet !== this.#sheet && (base === undefined || base.id !== this.#entryId);
    this.#sheet = sheet;
    this.#entryId = base?.id;
    if (this.#isPlain()) {
      this.#editor?.close();
      this.#editor = undefined;
      return;
    }
    if (this.#editor === undefined || this.#language !== this.#storyLanguage()) void this.#open();
    else if (this.#turn !== writing.turn) {
      this.#turn = writing.turn;
      if (isOther) this.#editor.begin(this.#blocks());
      else this.#editor.replace(this.#blocks());
    }
  }

  /** What was written in Markdown stays so. */
  #isPlain(): boolean {
    return this.isPlain || 'markdown' in this.desk.writing.draft.body;
  }

  async #open(): Promise<void> {
    const part = await import('./body/open-body-editor.js').catch(() => undefined);
    if (part === undefined) {
      this.isPlain = true;
      return;
    }
    const host = this.querySelector<HTMLElement>('.body-host');
    const language = this.#storyLanguage();
    if (host === null || !this.isConnected || (this.#editor !== undefined && this.#language === language)) return;
    this.#editor?.close();
    const { writing } = this.desk;
    this.#language = language;
    this.#turn = writing.turn;
    this.#editor = part.openBodyEditor(host, {
      blocks: this.#blocks(),
      language,
      placeholder: 'What happened',
      label: 'Text',
      onChange: (blocks) => writing.change({ body: { blocks } }),
      uploadPicture: (file) => this.#upload(file),
    });
  }

  async #upload(file: File) {
    const path = '/v1/pictures';
    this.#uploads += 1;
    try {
      return (await this.desk.api.call<{ picture: StoredPicture }>({ method: 'POST', path, body: file })).picture;
    } finally {
      this.#uploads -= 1;
    }
  }

  #blocks() {
    const { body } = this.desk.writing.draft;
    return 'blocks' in body ? body.blocks : [];
  }

  #storyLanguage(): string {
    return this.desk.live.story?.language ?? 'en';
  }
}

customElements.define('body-field', BodyField);

declare global {
  interface HTMLElementTagNameMap {
    'body-field': BodyField;
  }
}

import { toText } from '@slugline/client/body';
import type { Block, DeskStory, Picture } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import type { Article } from '../story/article/article.js';
import { piecesOfBlocks } from '../story/article/pieces-of-blocks.js';
import { piecesOfText } from '../story/article/pieces-of-text.js';
import { splitArticle } from '../story/article/split-article.js';
import { ApiFailure } from './api.js';
import { EMPTY_DRAFT, type EntryDraft, publishFields } from './entry-draft.js';
import { Modal } from './modal.js';
import { slugOf } from './slug-of.js';
import type { Workplace } from './story-desk.js';
import { textIn } from './text-in.js';
import { NO_ROOM } from './words.js';

/** Characters of an entry that the preview shows. */
const EXCERPT = 220;

interface Part {
  readonly headline: string;
  readonly body: readonly Block[];
}

/** Takes an article apart, and shows what would become of it before anything does. */
class ArticleDialog extends Modal {
  static override properties = {
    ...Modal.properties,
    workplace: { attribute: false },
    slug: { attribute: false },
    onDone: { attribute: false },
    article: { state: true },
    left: { state: true },
    trouble: { state: true },
    isBusy: { state: true },
  };
  declare workplace: Workplace;
  /** The story that its parts go to; absent: one that is made of its top. */
  declare slug: string | undefined;
  declare onDone: (slug: string) => void;
  declare article: Article | undefined;
  /** Which parts are left out, counted from 0. */
  declare left: ReadonlySet<number>;
  declare trouble: string | undefined;
  declare isBusy: boolean;

  constructor() {
    super();
    this.left = new Set();
    this.isBusy = false;
  }

  protected override isWide(): boolean {
    return true;
  }

  protected override heading(): string {
    return this.slug === undefined ? 'A story from an article' : 'Entries from an article';
  }

  protected override content(): TemplateResult {
    const { article } = this;
    if (article === undefined) {
      return html`<div class="fields">
        <label>Paste the whole article, as it stands on its page
          <textarea rows="14" dir="auto" autofocus @paste=${(event: ClipboardEvent) => void this.#pasted(event)}></textarea>
        </label>
        <p class="trouble" role="alert">${this.trouble}</p>
        <footer><button type="button" class="primary" @click=${() => this.#read()}>Take it apart</button></footer>
      </div>`;
    }
    const parts = partsOf(article);
    const chosen = parts.length - this.left.size;
    return html`<div class="article">
      ${
        this.slug === undefined
          ? html`<p class="kicker" dir="auto">${article.kicker}</p><h3 dir="auto">${article.headline}</h3><p dir="auto">${article.standfirst}</p>`
          : nothing
      }
      <ol class="article-parts">
        ${parts.map(
          ({ headline, body }, at) => html`<li>
            <label class="choice">
              <input type="checkbox" .checked=${!this.left.has(at)} @change=${() => this.#choose(at)}>
              <b dir="auto">${headline || 'The lead, without a headline'}</b>
            </label>
            <p class="soft" dir="auto">${toText(body).slice(0, EXCERPT)}</p>
          </li>`,
        )}
      </ol>
      <p class="trouble" role="alert">${this.trouble}</p>
      <p class="help">The first one here will be the newest. Nothing is published before you say so.</p>
      <footer>
        <button type="button" class="quiet" @click=${() => this.#again()}>Back</button>
        <button type="button" ?disabled=${this.isBusy || chosen === 0} @click=${() => void this.#put(true)}>Publish ${chosen}</button>
        <button type="button" class="primary" ?disabled=${this.isBusy || chosen === 0} @click=${() => void this.#put(false)}>
          Keep ${chosen} as drafts
        </button>
      </footer>
    </div>`;
  }

  /** With its headings, where they were marked. */
  async #pasted(event: ClipboardEvent): Promise<void> {
    const text = event.clipboardData?.getData('text/html') ?? '';
    if (text === '') return;
    event.preventDefault();
    const plain = event.clipboardData?.getData('text/plain') ?? '';
    const part = await import('./body/paste/read-clipboard.js').catch(() => undefined);
    const blocks = part?.readClipboard(text, plain).blocks ?? [];
    this.#is(splitArticle(blocks.length > 0 ? piecesOfBlocks(blocks) : piecesOfText(plain)));
  }

  #read(): void {
    this.#is(splitArticle(piecesOfText(textIn(this.querySelector('textarea')))));
  }

  #is(article: Article | undefined): void {
    this.article = article;
    this.left = new Set();
    this.trouble =
      article === undefined ? 'There is no headline: an article begins with one, above its text.' : undefined;
  }

  #again(): void {
    this.article = undefined;
  }

  #choose(at: number): void {
    const left = new Set(this.left);
    if (!left.delete(at)) left.add(at);
    this.left = left;
  }

  async #put(isOut: boolean): Promise<void> {
    const { article } = this;
    if (article === undefined) return;
    this.isBusy = true;
    try {
      const slug = this.slug ?? (await this.#begin(article));
      this.slug = slug;
      const chosen = partsOf(article).flatMap((part, at) => (this.left.has(at) ? [] : { part, at }));
      // The newest entry is the one that stands first in the article.
      for (const { part, at } of chosen.toReversed()) {
        if (!this.#give(slug, part, isOut)) {
          this.trouble = `${NO_ROOM} What is still chosen is not given: try it again when the rest is sent.`;
          return;
        }
        this.#choose(at);
      }
      this.close();
      this.onDone(slug);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error.message;
    } finally {
      this.isBusy = false;
    }
  }

  async #begin({ headline, kicker, standfirst }: Article): Promise<string> {
    const body = {
      slug: slugOf(headline),
      headline,
      language: navigator.language || 'en',
      ...(kicker !== undefined && { kicker }),
      ...(standfirst !== undefined && { standfirst }),
    };
    const { story } = await this.workplace.api.call<{ story: DeskStory }>({
      method: 'POST',
      path: '/v1/stories',
      body,
    });
    return story.slug;
  }

  #give(slug: string, { headline, body }: Part, isOut: boolean): boolean {
    const draft: EntryDraft = { ...EMPTY_DRAFT, headline, body: { blocks: body } };
    const command = this.workplace.outbox.add({
      method: 'POST',
      path: `/v1/stories/${slug}/entries`,
      says: `${isOut ? 'Publish' : 'Draft'} “${headline || 'the lead'}”`,
      slug,
      body: { ...publishFields(draft), ...(!isOut && { workflow: 'draft' }) },
      draft,
    });
    return command !== undefined;
  }
}

function partsOf({ lead, parts }: Article): readonly Part[] {
  return [...(lead.length === 0 ? [] : [{ headline: '', body: lead }]), ...parts].map(({ headline, body }) => ({
    headline,
    body: body.filter((block) => block.type !== 'picture' || isWhole(block.picture)),
  }));
}

/** No picture goes out without its credit, or without what it shows: pages tell the one seldom and the other not always. */
function isWhole({ creditLine, altText }: Picture): boolean {
  return creditLine.trim() !== '' && altText.trim() !== '';
}

customElements.define('article-dialog', ArticleDialog);

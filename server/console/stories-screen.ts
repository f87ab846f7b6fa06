import { type DeskStory, isSlug } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { linkTo } from './address.js';
import { ApiFailure } from './api.js';
import { LightElement } from './light-element.js';
import type { Member } from './session.js';
import type { Workplace } from './story-desk.js';
import { STATUS_WORDS, timeText, wholeTime } from './words.js';
import './article-dialog.js';
import './story-dialog.js';

/** Milliseconds between two looks at the list, while it is looked at. */
const EVERY_MS = 4_000;
/** Stories of the first list, and of each that is asked for below it. */
const MOST = 50;

interface StoryList {
  readonly stories: readonly DeskStory[];
  readonly older?: string;
}

/** All stories, the one that changed last first. */
class StoriesScreen extends LightElement {
  static override properties = {
    workplace: { attribute: false },
    member: { attribute: false },
    list: { state: true },
    more: { state: true },
    trouble: { state: true },
    sought: { state: true },
    isMaking: { state: true },
    isTakingApart: { state: true },
  };
  declare workplace: Workplace;
  declare member: Member;
  declare list: StoryList | undefined;
  /** Pages below the list. */
  declare more: readonly StoryList[];
  declare trouble: string | undefined;
  declare sought: string;
  declare isMaking: boolean;
  declare isTakingApart: boolean;

  constructor() {
    super();
    this.more = [];
    this.sought = '';
    this.isMaking = false;
    this.isTakingApart = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Stories · Desk';
    const look = () => {
      if (!document.hidden) void this.#look();
    };
    const timer = setInterval(look, EVERY_MS);
    this.untilGone(() => clearInterval(timer));
    document.addEventListener('visibilitychange', look);
    this.untilGone(() => document.removeEventListener('visibilitychange', look));
    void this.#look();
  }

  protected override render(): TemplateResult {
    const { list, more } = this;
    const known = new Set<string>();
    const all = [list, ...more]
      .flatMap((page) => page?.stories ?? [])
      .filter(({ slug }) => !known.has(slug) && known.add(slug));
    const words = this.sought.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = all.filter(({ headline, slug, kicker = '' }) => {
      const text = `${headline} ${slug} ${kicker}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const older = (more.at(-1) ?? list)?.older;
    return html`<main id="main" class="stories" tabindex="-1">
      <div class="stories-head">
        <h1>Stories</h1>
        <input type="search" aria-label="Search stories" placeholder="Search" .value=${this.sought}
          @input=${({ target }: Event) => this.#seek(target)}>
        ${
          this.#mayMake()
            ? html`<button type="button" aria-haspopup="dialog" @click=${() => this.#takeApart(true)}>From an article</button>
                <button type="button" class="primary" aria-haspopup="dialog" @click=${() => this.#make(true)}>New story</button>`
            : nothing
        }
      </div>
      <p class="trouble" role="alert">${this.trouble}</p>
      ${
        list !== undefined && all.length === 0
          ? html`<div class="empty">
              <p>There is no story yet.</p>
              ${
                this.#mayMake()
                  ? html`<p>A story is what readers follow: one headline, and the entries that you publish to it one after the other.</p>
                      <button type="button" class="primary" @click=${() => this.#make(true)}>Begin the first story</button>`
                  : nothing
              }
            </div>`
          : html`<ul class="story-list">${shown.map((story) => this.#story(story))}</ul>`
      }
      ${older === undefined ? nothing : html`<button type="button" @click=${() => void this.#older(older)}>Older stories</button>`}
      ${
        this.isMaking
          ? html`<story-dialog .api=${this.workplace.api} .onClose=${() => this.#make(false)}
              .onMade=${(slug: string) => this.#go(slug)}></story-dialog>`
          : nothing
      }
      ${
        this.isTakingApart
          ? html`<article-dialog .workplace=${this.workplace} .onClose=${() => this.#takeApart(false)}
              .onDone=${(slug: string) => this.#go(slug)}></article-dialog>`
          : nothing
      }
    </main>`;
  }

  #story({ slug, headline, kicker, status, visibility, updatedAt, language }: DeskStory): TemplateResult {
    return html`<li>
      <a href=${linkTo({ screen: 'story', slug })}>
        <span class="status is-${status}">${STATUS_WORDS[status]}</span>
        <span class="story-name">
          ${kicker === undefined ? nothing : html`<span class="kicker" lang=${language} dir="auto">${kicker}</span>`}
          <strong lang=${language} dir="auto">${headline}</strong>
          <span class="soft">${slug}${visibility === 'private' ? ' · private' : ''}</span>
        </span>
        <time class="soft" datetime=${updatedAt} title=${wholeTime(updatedAt)}>${timeText(updatedAt)}</time>
      </a>
    </li>`;
  }

  #mayMake(): boolean {
    return this.member.role === 'editor' || this.member.role === 'admin';
  }

  #seek(target: EventTarget | null): void {
    if (target instanceof HTMLInputElement) this.sought = target.value;
  }

  #make(on: boolean): void {
    this.isMaking = on;
  }

  #takeApart(on: boolean): void {
    this.isTakingApart = on;
  }

  #go(slug: string): void {
    if (isSlug(slug)) location.hash = linkTo({ screen: 'story', slug });
  }

  async #look(): Promise<void> {
    try {
      this.list = await this.#ask('');
      this.trouble = undefined;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = `${error.message} The list is as it was.`;
    }
  }

  async #older(before: string): Promise<void> {
    try {
      this.more = [...this.more, await this.#ask(`&before=${encodeURIComponent(before)}`)];
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error.message;
    }
  }

  #ask(rest: string): Promise<StoryList> {
    return this.workplace.api.call({ path: `/v1/stories?edition=desk&limit=${MOST}${rest}` });
  }
}

customElements.define('stories-screen', StoriesScreen);

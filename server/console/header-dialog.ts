import { type DeskStory, type KeyPoint, LIMITS, type Picture } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { ApiFailure } from './api.js';
import type { Colleague } from './colleague.js';
import { Modal } from './modal.js';
import type { StoryDesk } from './story-desk.js';
import { textIn } from './text-in.js';
import { NO_ROOM } from './words.js';

const PICTURE_TEXTS = ['url', 'creditLine', 'altText', 'caption'] as const;
const TEXTS = ['headline', 'kicker', 'standfirst'] as const;

/** A story's header: what stands above its entries. */
class HeaderDialog extends Modal {
  static override properties = {
    ...Modal.properties,
    desk: { attribute: false },
    story: { attribute: false },
    points: { state: true },
    hasPicture: { state: true },
    colleagues: { state: true },
    isRestricted: { state: true },
    trouble: { state: true },
  };
  declare desk: StoryDesk;
  /** As it was when this was opened: what a colleague changes meanwhile is not overwritten. */
  declare story: DeskStory;
  declare points: readonly KeyPoint[];
  declare hasPicture: boolean;
  /** Absent until they are known, and where they are not to be had. */
  declare colleagues: readonly Colleague[] | undefined;
  declare isRestricted: boolean;
  declare trouble: string | undefined;
  #seen: DeskStory | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#seen = this.story;
    this.points = this.story.keyPoints;
    this.hasPicture = this.story.picture !== undefined;
    this.isRestricted = this.story.members !== undefined;
    void this.#ask();
  }

  protected override heading(): string {
    return 'Header of the story';
  }

  protected override content(): TemplateResult {
    const story = this.#seen ?? this.story;
    return html`<form class="fields" @submit=${(event: SubmitEvent) => this.#save(event)}>
      <label>Headline <input name="headline" required maxlength=${LIMITS.headline} dir="auto" value=${story.headline}></label>
      <label>Kicker <input name="kicker" maxlength=${LIMITS.kicker} dir="auto" value=${story.kicker ?? ''}></label>
      <label>Standfirst
        <textarea name="standfirst" rows="3" maxlength=${LIMITS.standfirst} dir="auto">${story.standfirst ?? ''}</textarea>
      </label>
      <label>Who may read it
        <select name="visibility">
          <option value="public" ?selected=${story.visibility === 'public'}>Everybody</option>
          <option value="private" ?selected=${story.visibility === 'private'}>Only whom you give a key or token</option>
        </select>
      </label>
      ${this.#desk(story)}
      <fieldset class="fields">
        <legend>Picture</legend>
        <label>Address <input name="url" type="url" maxlength=${LIMITS.url} value=${story.picture?.url ?? ''}
          placeholder="https://…" @input=${({ target }: Event) => this.#pictured(target)}></label>
        ${
          this.hasPicture
            ? html`<label>Credit, as it is to be printed
                <input name="creditLine" required maxlength=${LIMITS.name} dir="auto" value=${story.picture?.creditLine ?? ''}></label>
              <label>What it shows, for those who cannot see it
                <input name="altText" required maxlength=${LIMITS.altText} dir="auto" value=${story.picture?.altText ?? ''}></label>
              <label>Caption <input name="caption" maxlength=${LIMITS.caption} dir="auto" value=${story.picture?.caption ?? ''}></label>`
            : nothing
        }
      </fieldset>
      <fieldset>
        <legend>Key points</legend>
        <ol class="points">
          ${this.points.map(
            ({ text }, at) => html`<li>
              <input aria-label="Key point ${at + 1}" maxlength=${LIMITS.keyPoint} dir="auto" .value=${text}
                @input=${({ target }: Event) => this.#point(at, target)}>
              <button type="button" class="small up" aria-label="Key point ${at + 1} one up" ?disabled=${at === 0} @click=${() => this.#up(at)}></button>
              <button type="button" class="small cross" aria-label="Remove key point ${at + 1}" @click=${() => this.#remove(at)}></button>
            </li>`,
          )}
        </ol>
        ${
          this.points.length < LIMITS.keyPoints
            ? html`<button type="button" class="small" @click=${() => void this.#add()}>Add a key point</button>`
            : nothing
        }
      </fieldset>
      <p class="trouble" role="alert">${this.trouble}</p>
      <footer><button class="primary">Save</button></footer>
    </form>`;
  }

  /** Who may work on it, where colleagues are known. Admins always may. */
  #desk({ members = [] }: DeskStory): TemplateResult | typeof nothing {
    if (this.colleagues === undefined) return nothing;
    return html`<fieldset>
      <legend>Who may work on it</legend>
      <label class="choice">
        <input type="checkbox" name="restricted" .checked=${this.isRestricted} @change=${() => this.#restrict()}>
        Only these, and admins
      </label>
      ${
        this.isRestricted
          ? this.colleagues.map(
              ({ id, name, role, status }) => html`<label class="choice">
                <input type="checkbox" name="member" value=${id} ?checked=${members.includes(id)}>
                ${name}${status === 'suspended' ? ', suspended' : role === 'admin' ? ', admin' : ''}
              </label>`,
            )
          : nothing
      }
    </fieldset>`;
  }

  #restrict(): void {
    this.isRestricted = !this.isRestricted;
  }

  /** Who is named already is among them, whatever became of them since: else saving would take them from the list. */
  async #ask(): Promise<void> {
    const { members: named = [] } = this.#seen ?? this.story;
    try {
      const { members } = await this.desk.api.call<{ members: readonly Colleague[] }>({ path: '/v1/members' });
      this.colleagues = members.filter(({ id, status, role }) => {
        return named.includes(id) || (status === 'active' && role !== 'admin');
      });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
    }
  }

  #pictured(target: EventTarget | null): void {
    this.hasPicture = textIn(target).trim() !== '';
  }

  #point(at: number, target: EventTarget | null): void {
    if (!(target instanceof HTMLInputElement)) return;
    this.points = this.points.map((point, index) => (index === at ? { ...point, text: target.value } : point));
  }

  #up(at: number): void {
    const points = [...this.points];
    points.splice(at - 1, 0, ...points.splice(at, 1));
    this.points = points;
  }

  #remove(at: number): void {
    this.points = this.points.filter((_point, index) => index !== at);
  }

  async #add(): Promise<void> {
    this.points = [...this.points, { text: '' }];
    await this.updateComplete;
    this.querySelector<HTMLElement>('.points li:last-child input')?.focus();
  }

  /** Sizes and renditions are of the picture that was at the address. */
  #pictureIn(data: FormData, { picture: former }: DeskStory): Picture | undefined {
    const url = textOf(data, 'url');
    if (url === '') return undefined;
    const caption = textOf(data, 'caption');
    const { caption: _former, ...same } = former?.url === url ? former : { url };
    return {
      ...same,
      creditLine: textOf(data, 'creditLine'),
      altText: textOf(data, 'altText'),
      ...(caption !== '' && { caption }),
    };
  }

  #save(event: SubmitEvent): void {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const story = this.#seen ?? this.story;
    const data = new FormData(event.target);
    const fields: Record<string, unknown> = {};
    for (const name of TEXTS) {
      const text = String(data.get(name) ?? '').trim();
      if (text !== (story[name] ?? '')) fields[name] = text === '' ? null : text;
    }
    if (data.get('visibility') !== story.visibility) fields.visibility = data.get('visibility');
    const isSamePicture = PICTURE_TEXTS.every((name) => textOf(data, name) === (story.picture?.[name] ?? ''));
    if (!isSamePicture) fields.picture = this.#pictureIn(data, story) ?? null;
    if (this.colleagues !== undefined) {
      const chosen = this.isRestricted ? data.getAll('member').map(String) : undefined;
      if (chosen?.length === 0) {
        this.trouble = 'Choose who may work on it, or let all of the desk.';
        return;
      }
      if (!isSameSet(chosen, story.members)) fields.members = chosen ?? null;
    }
    const points = this.points
      .map((point) => ({ ...point, text: point.text.trim() }))
      .filter(({ text }) => text !== '');
    if (JSON.stringify(points) !== JSON.stringify(story.keyPoints)) fields.keyPoints = points;
    const isGiven = Object.keys(fields).length === 0 || this.desk.changeStory(fields, story.version);
    this.trouble = isGiven ? undefined : `${NO_ROOM} Nothing is changed.`;
    if (isGiven) this.close();
  }
}

function isSameSet(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  return JSON.stringify(one?.toSorted()) === JSON.stringify(other?.toSorted());
}

/** Of a form, by its names. */
const textOf = (data: FormData, name: string): string => String(data.get(name) ?? '').trim();

customElements.define('header-dialog', HeaderDialog);

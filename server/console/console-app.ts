import { html, nothing, type TemplateResult } from 'lit';
import { linkTo, type Place, placeOf, takeSignInSecret } from './address.js';
import { ApiFailure } from './api.js';
import { Kept } from './kept.js';
import { commandKey } from './keyboard.js';
import { LightElement } from './light-element.js';
import { closeMenus } from './menus.js';
import { Outbox } from './outbox.js';
import { Session } from './session.js';
import type { Workplace } from './story-desk.js';
import './help-dialog.js';
import './members-screen.js';
import './outbox-status.js';
import './sign-in-screen.js';
import './stories-screen.js';
import './story-screen.js';

/** Milliseconds between two looks whether the server is there, while it is not known who is signed in. */
const ASK_AGAIN_MS = 3_000;

/** `<slugline-console>`: who is signed in, what is waiting, and the screen that the address names. */
class ConsoleApp extends LightElement {
  static override properties = {
    place: { state: true },
    trouble: { state: true },
    showsHelp: { state: true },
  };
  declare place: Place;
  declare trouble: string | undefined;
  declare showsHelp: boolean;
  readonly #session = new Session();
  #workplace: Workplace | undefined;

  constructor() {
    super();
    this.place = placeOf(location.hash);
    this.showsHelp = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.untilGone(this.#session.subscribe(() => this.#signedInOrOut()));
    const secret = takeSignInSecret();
    const turn = () => {
      closeMenus(this);
      this.place = placeOf(location.hash);
      this.querySelector<HTMLElement>('#main')?.focus();
    };
    addEventListener('hashchange', turn);
    this.untilGone(() => removeEventListener('hashchange', turn));
    const press = (event: KeyboardEvent) => this.#pressed(event);
    addEventListener('keydown', press);
    this.untilGone(() => removeEventListener('keydown', press));
    const click = (event: Event) => closeMenus(this, event.composedPath());
    addEventListener('click', click);
    this.untilGone(() => removeEventListener('click', click));
    const look = () => this.#lookedAt();
    document.addEventListener('visibilitychange', look);
    this.untilGone(() => document.removeEventListener('visibilitychange', look));
    this.untilGone(() => this.#workplace?.outbox.close());
    void this.#begin(secret);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { state, member } = this.#session;
    if (state === 'asking') return html`<p class="asking" role="status">${this.trouble}</p>`;
    const workplace = this.#workplace;
    const asks = html`<sign-in-screen
      .session=${this.#session}
      .site=${this.dataset.site ?? 'Slugline'}
      .trouble=${state === 'expired' ? 'Your session is over. Sign in to go on; nothing that you wrote is lost.' : this.trouble}
    ></sign-in-screen>`;
    if (workplace === undefined || member === undefined || state === 'out') return asks;
    return html`
      <a class="skip" href="#main" @click=${(event: Event) => this.#skip(event)}>Skip to the story</a>
      <header class="top">
        <a class="brand" href=${linkTo({ screen: 'stories' })}>${this.dataset.site}<span> desk</span></a>
        <outbox-status .outbox=${workplace.outbox}></outbox-status>
        <button type="button" class="quiet" aria-haspopup="dialog" @click=${() => this.#help()}>
          <kbd>?</kbd> Keys
        </button>
        <details class="menu">
          <summary>${member.name}</summary>
          <div>
            <p>${member.name}, ${member.role}</p>
            ${member.role === 'admin' ? html`<a href=${linkTo({ screen: 'members' })}>Members</a>` : nothing}
            <button type="button" @click=${() => void this.#signOut(false)}>Sign out</button>
            <button type="button" @click=${() => void this.#signOut(true)}>Sign out in all browsers</button>
            <p class="trouble" role="alert">${this.trouble}</p>
          </div>
        </details>
      </header>
      ${this.#screen(workplace)} ${state === 'expired' ? html`<div class="over">${asks}</div>` : nothing}
      ${this.showsHelp ? html`<help-dialog .onClose=${() => this.#help(false)}></help-dialog>` : nothing}
    `;
  }

  #screen(workplace: Workplace): TemplateResult {
    const { member } = this.#session;
    if (this.place.screen === 'story') {
      return html`<story-screen .workplace=${workplace} .member=${member} .slug=${this.place.slug}></story-screen>`;
    }
    if (this.place.screen === 'members') {
      return html`<members-screen .api=${workplace.api} .member=${member}></members-screen>`;
    }
    return html`<stories-screen .workplace=${workplace} .member=${member}></stories-screen>`;
  }

  async #begin(secret: string | undefined): Promise<void> {
    try {
      if (secret !== undefined) await this.#session.signIn({ link: secret });
      else await this.#session.resume();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (secret !== undefined && error.status !== 0) {
        this.trouble = 'This link was used before, or is too old. Ask for another one, or sign in with your key.';
        return this.#begin(undefined);
      }
      this.trouble = `The server cannot be reached. Trying again…`;
      setTimeout(() => void this.#begin(secret), ASK_AGAIN_MS);
    }
    return undefined;
  }

  #signedInOrOut(): void {
    const { state, member } = this.#session;
    if (state === 'in' && member !== undefined) {
      this.trouble = undefined;
      if (this.#workplace?.memberId === member.id) this.#goOn(this.#workplace);
      else this.#open(member.id);
    }
    if (state === 'out') this.#leave();
    this.requestUpdate();
  }

  #open(memberId: string): void {
    this.#leave();
    const kept = new Kept(memberId);
    const { api } = this.#session;
    this.#workplace = { memberId, api, kept, outbox: new Outbox(api, kept) };
  }

  /** In another session: what followed stories in the one that is over hears of nothing any more, and has to begin anew. */
  #goOn(workplace: Workplace): void {
    this.#workplace = { ...workplace };
    workplace.outbox.hurry();
  }

  /** Another tab may have signed in meanwhile. */
  #lookedAt(): void {
    if (document.hidden || this.#session.state !== 'expired') return;
    // Where it has not, the session is as it was: over.
    void this.#session.api.renew().catch(() => undefined);
  }

  #leave(): void {
    this.#workplace?.outbox.close();
    this.#workplace = undefined;
  }

  async #signOut(everywhere: boolean): Promise<void> {
    try {
      await this.#session.signOut(everywhere);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error.message;
    }
  }

  #help(shows = true): void {
    this.showsHelp = shows;
  }

  #pressed(event: KeyboardEvent): void {
    if (event.key === 'Escape' && closeMenus(this)) {
      event.preventDefault();
      // What is written behind the menu is not left with it.
      event.stopImmediatePropagation();
      return;
    }
    if (commandKey(event) !== '?') return;
    event.preventDefault();
    this.#help();
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.querySelector<HTMLElement>('#main')?.focus();
  }
}

customElements.define('slugline-console', ConsoleApp);

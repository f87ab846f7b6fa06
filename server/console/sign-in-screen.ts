import { html, nothing, type TemplateResult } from 'lit';
import { ApiFailure } from './api.js';
import { LightElement } from './light-element.js';
import type { Session } from './session.js';

/** Who works here is asked for their key, unless a one-time link said it. */
class SignInScreen extends LightElement {
  static override properties = {
    session: { attribute: false },
    site: { attribute: false },
    trouble: { attribute: false },
    isBusy: { state: true },
    serviceUrl: { state: true },
  };
  declare session: Session;
  declare site: string;
  /** Why they are asked, where it is not plain. */
  declare trouble: string | undefined;
  declare isBusy: boolean;
  /** Where signing in by the organisation's service begins; absent: there is none, as far as is known yet. */
  declare serviceUrl: string | undefined;

  constructor() {
    super();
    this.isBusy = false;
  }

  protected override firstUpdated(): void {
    this.querySelector('input')?.focus();
    void this.#askForService();
  }

  /** A key works without an answer, so whatever goes wrong here is told by what the key comes to. */
  async #askForService(): Promise<void> {
    const ways = await this.session.api
      .call<{ service?: { url: string } }>({ path: '/v1/sign-in' })
      .catch(() => undefined);
    this.serviceUrl = ways?.service?.url;
  }

  protected override render(): TemplateResult {
    return html`<main id="main" class="sign-in" tabindex="-1">
      <form @submit=${(event: SubmitEvent) => void this.#signIn(event)}>
        <p class="brand">${this.site}</p>
        <h1>Sign in to the desk</h1>
        <label for="key">Your key</label>
        <input id="key" name="key" type="password" autocomplete="current-password" spellcheck="false" required
          placeholder="sl_…" aria-describedby="key-help" aria-invalid=${this.trouble === undefined ? 'false' : 'true'}>
        <p id="key-help" class="help">
          An admin gives it to you, or a link that signs you in. Whoever comes first has the link that the server printed at its
          first start; where that printed none, or it is lost, <code>slugline member add</code> prints one.
        </p>
        <p class="trouble" role="alert">${this.trouble}</p>
        <button class="primary" ?disabled=${this.isBusy}>Sign in</button>
        ${this.serviceUrl !== undefined ? html`<p class="service"><a href=${this.serviceUrl}>Sign in with your organisation’s account</a></p>` : nothing}
      </form>
    </main>`;
  }

  async #signIn(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const input = this.querySelector('input');
    const key = input?.value.trim() ?? '';
    if (key === '') return;
    this.isBusy = true;
    try {
      await this.session.signIn({ key });
    } catch (error) {
      this.trouble = troubleOf(error);
      input?.select();
    } finally {
      this.isBusy = false;
    }
  }
}

function troubleOf(error: unknown): string {
  if (!(error instanceof ApiFailure)) throw error;
  return error.status === 401 || error.status === 400
    ? 'This key is not known here, or no longer good.'
    : error.message;
}

customElements.define('sign-in-screen', SignInScreen);

declare global {
  interface HTMLElementTagNameMap {
    'sign-in-screen': SignInScreen;
  }
}

import { LIMITS } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { announce } from './announcer.js';
import { type Api, ApiFailure, type Call } from './api.js';
import type { Colleague } from './colleague.js';
import { LightElement } from './light-element.js';
import type { Member } from './session.js';
import { timeText, wholeTime } from './words.js';

const ROLES = {
  contributor: 'writes, and sends what is written to an editor',
  editor: 'publishes, corrects and withdraws',
  admin: 'does all that, and says who works here',
} as const;
type Role = keyof typeof ROLES;

/** A link that signs somebody in, once. */
interface SignIn {
  readonly url: string;
  readonly expiresAt: string;
}

/** Who works here: for admins, who let people in and out. */
class MembersScreen extends LightElement {
  static override properties = {
    api: { attribute: false },
    member: { attribute: false },
    members: { state: true },
    link: { state: true },
    trouble: { state: true },
  };
  declare api: Api;
  declare member: Member;
  declare members: readonly Colleague[] | undefined;
  /** The link that was made last; it is shown only this once. */
  declare link: (SignIn & { readonly name: string }) | undefined;
  declare trouble: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Members · Desk';
    void this.#look();
  }

  protected override render(): TemplateResult {
    const { members, link, trouble } = this;
    return html`<main id="main" class="stories" tabindex="-1">
      <div class="stories-head"><h1>Members</h1></div>
      <p class="trouble" role="alert">${trouble}</p>
      ${link === undefined ? nothing : this.#link(link)}
      <form class="fields row new-member" @submit=${(event: SubmitEvent) => void this.#add(event)}>
        <label>Name of somebody new <input name="name" required maxlength=${LIMITS.name} autocomplete="off"></label>
        <label>Role
          <select name="role">
            ${(Object.keys(ROLES) as Role[]).map((role) => html`<option value=${role} ?selected=${role === 'editor'}>${role}: ${ROLES[role]}</option>`)}
          </select>
        </label>
        <button class="primary">Add, and make a link to sign in</button>
      </form>
      <table class="members">
        <thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Since</th><th scope="col"><span class="heard">What can be done</span></th></tr></thead>
        <tbody>${members?.map((member) => this.#member(member))}</tbody>
      </table>
    </main>`;
  }

  #member(colleague: Colleague): TemplateResult {
    const { id, name, role, status, createdAt } = colleague;
    const isActive = status === 'active';
    return html`<tr class=${isActive ? '' : 'is-suspended'}>
      <th scope="row">${name}${isActive ? nothing : html` <span class="label">Suspended</span>`}</th>
      <td>
        <select aria-label="Role of ${name}" @change=${({ target }: Event) => void this.#turn(id, target)}>
          ${(Object.keys(ROLES) as Role[]).map((one) => html`<option value=${one} .selected=${live(one === role)}>${one}</option>`)}
        </select>
      </td>
      <td class="soft"><time datetime=${createdAt} title=${wholeTime(createdAt)}>${timeText(createdAt)}</time></td>
      <td>
        ${isActive ? html`<button type="button" class="small" @click=${() => void this.#invite(colleague)}>New link to sign in</button>` : nothing}
        ${
          id === this.member.id
            ? nothing
            : html`<button type="button" class="small" @click=${() => void this.#patch(id, { status: isActive ? 'suspended' : 'active' })}>
                ${isActive ? 'Suspend' : 'Let in again'}
              </button>`
        }
      </td>
    </tr>`;
  }

  #link({ url, expiresAt, name }: SignIn & { readonly name: string }): TemplateResult {
    return html`<div class="notice link-made">
      <p>Give this link to <b>${name}</b>, and to nobody else. It works once, until ${wholeTime(expiresAt)}, and is not shown again.</p>
      <input readonly aria-label="The link" .value=${url} @focus=${({ target }: Event) => target instanceof HTMLInputElement && target.select()}>
      <button type="button" class="small" @click=${() => void this.#copy(url)}>Copy</button>
    </div>`;
  }

  async #add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { target: form } = event;
    if (!(form instanceof HTMLFormElement)) return;
    const { name = '', role = '' } = Object.fromEntries(
      [...new FormData(form)].map(([key, value]) => [key, String(value)]),
    );
    const made = await this.#ask<{ signIn: SignIn }>({
      method: 'POST',
      path: '/v1/members',
      body: { name: name.trim(), role },
    });
    if (made === undefined) return;
    this.link = { ...made.signIn, name };
    form.reset();
    await this.#look();
  }

  async #invite({ id, name }: Colleague): Promise<void> {
    const made = await this.#ask<{ signIn: SignIn }>({ method: 'POST', path: `/v1/members/${id}/sign-in` });
    if (made !== undefined) this.link = { ...made.signIn, name };
  }

  async #turn(id: string, target: EventTarget | null): Promise<void> {
    if (target instanceof HTMLSelectElement) await this.#patch(id, { role: target.value });
  }

  async #patch(id: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    const done = await this.#ask({ method: 'PATCH', path: `/v1/members/${id}`, body: fields });
    const { trouble } = this;
    await this.#look();
    // The list is as it was: why is still to be read beside it.
    if (done === undefined) this.trouble = trouble;
  }

  async #look(): Promise<void> {
    this.members =
      (await this.#ask<{ members: readonly Colleague[] }>({ path: '/v1/members' }))?.members ?? this.members;
  }

  /** `undefined` where it was not done; then it is said why. */
  async #ask<Answer>(call: Call): Promise<Answer | undefined> {
    try {
      const answer = await this.api.call<Answer>(call);
      this.trouble = undefined;
      return answer;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.trouble = error.message;
      return undefined;
    }
  }

  async #copy(url: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(url);
      announce('Copied.');
    } catch {
      // Where the browser does not let us, what is marked is one key away.
      this.querySelector<HTMLInputElement>('.link-made input')?.focus();
    }
  }
}

customElements.define('members-screen', MembersScreen);

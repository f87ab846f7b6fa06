import { type Api, ApiFailure, createApi } from './api.js';
import { Emitter } from './emitter.js';

/** Who works here. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly role: 'reader' | 'contributor' | 'editor' | 'admin';
}

interface SessionAnswer {
  readonly member: Member;
  readonly csrf: string;
}

/**
 * - `asking`: whether the browser's cookie is of a session is not known yet.
 * - `out`: nobody is signed in.
 * - `in`: `member` is.
 * - `expired`: `member` was, and what they do waits until they are again.
 */
export type SessionState = 'asking' | 'out' | 'in' | 'expired';

/** The member who is signed in. The cookie is the browser's: no script can read it, and so none can lose it. */
export class Session extends Emitter {
  readonly api: Api;
  state: SessionState = 'asking';
  member: Member | undefined;
  #csrf = '';

  constructor() {
    super();
    this.api = createApi({
      proof: () => (this.#csrf === '' ? {} : { 'x-csrf-token': this.#csrf }),
      onRefused: () => this.#expire(),
      renew: () => this.#renew(),
    });
  }

  /** Goes on with the session that this browser has, if any. Rejects where the server cannot be reached. */
  async resume(): Promise<void> {
    try {
      this.#begin(await this.api.call<SessionAnswer>({ path: '/v1/session' }));
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status !== 401) throw error;
      this.#is('out');
    }
  }

  /** Rejects with `ApiFailure` where the key, or the secret of a one-time link, is not good. */
  async signIn(proof: { readonly key: string } | { readonly link: string }): Promise<void> {
    this.#begin(await this.api.call<SessionAnswer>({ method: 'POST', path: '/v1/session', body: proof }));
  }

  /** @param everywhere ends the sessions of this member in all browsers. */
  async signOut(everywhere = false): Promise<void> {
    await this.api.call({ method: 'DELETE', path: everywhere ? '/v1/sessions' : '/v1/session' });
    this.member = undefined;
    this.#csrf = '';
    this.#is('out');
  }

  #begin({ member, csrf }: SessionAnswer): void {
    this.member = member;
    this.#csrf = csrf;
    this.#is('in');
  }

  async #renew(): Promise<void> {
    const now = await this.api.call<SessionAnswer>({ path: '/v1/session' });
    if (now.member.id !== this.member?.id) {
      this.#expire();
      throw new ApiFailure(401, 'unauthenticated');
    }
    if (now.csrf !== this.#csrf) this.#begin(now);
  }

  #expire(): void {
    if (this.state !== 'in') return;
    this.#csrf = '';
    this.#is('expired');
  }

  #is(state: SessionState): void {
    this.state = state;
    this.emit();
  }
}

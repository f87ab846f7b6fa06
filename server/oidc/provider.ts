import * as oidc from 'openid-client';
import type { OidcConfig } from './oidc-config.js';

/** What has to come back as it was sent, known to one browser only. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE: without it the service gives nothing for the code that it sends back. */
  readonly verifier: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Whom the sign-in service says somebody to be: `subject` names them for ever, within `issuer`. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Why nobody was found. */
export type Trouble =
  /** The service cannot be reached, or is none. */
  | 'unreachable'
  /** The service said no, or the person did. */
  | 'denied'
  /** What came back is not what must come back. */
  | 'failed';

export class SignInTrouble extends Error {
  override readonly name = 'SignInTrouble';
  readonly trouble: Trouble;

  constructor(trouble: Trouble, cause: unknown) {
    super(`Signing in by the sign-in service: ${trouble}.`, { cause });
    this.trouble = trouble;
  }
}

/** The sign-in service, as far as one sign-in goes. */
export interface SignInProvider {
  /** Where to send the browser, and what is to be kept for when it comes back. Rejects with `SignInTrouble`. */
  begin(): Promise<{ readonly url: string; readonly attempt: Attempt }>;
  /**
   * @param query as the browser brought it back.
   * Rejects with `SignInTrouble` unless the service vouches for somebody, to us, for this attempt, and now.
   */
  finish(query: URLSearchParams, attempt: Attempt): Promise<Identity>;
}

const CALLBACK_PATH = '/sign-in/oidc/callback';

/** Seconds for each request to the service. */
const TIMEOUT = 10;
/** Milliseconds after which its metadata is looked up again: keys are renewed by themselves, addresses move seldom. */
const METADATA_LIFE = 60 * 60 * 1_000;

export function createSignInProvider(config: OidcConfig, now: () => number): SignInProvider {
  const redirectUri = `${config.home}${CALLBACK_PATH}`;
  let known: { readonly at: number; readonly service: Promise<oidc.Configuration> } | undefined;

  /** Looked up when first needed: a service that is away is no reason not to serve readers. */
  async function service(): Promise<oidc.Configuration> {
    const at = performance.now();
    if (known === undefined || at - known.at > METADATA_LIFE) {
      const asked = { at, service: discover(config) };
      known = asked;
      asked.service.catch(() => {
        if (known === asked) known = undefined;
      });
    }
    try {
      return await known.service;
    } catch (error) {
      throw new SignInTrouble('unreachable', error);
    }
  }

  return {
    async begin() {
      const configuration = await service();
      const attempt: Attempt = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
        at: now(),
      };
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: config.scope,
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, attempt };
    },

    async finish(query, { state, nonce, verifier }) {
      const configuration = await service();
      // Where we are is ours to say: `redirect_uri` must be the one that was sent, whatever a proxy made of the address.
      const current = new URL(redirectUri);
      current.search = query.toString();
      try {
        const tokens = await oidc.authorizationCodeGrant(configuration, current, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('there is no ID token');
        return { issuer: claims.iss, subject: claims.sub, claims };
      } catch (error) {
        throw new SignInTrouble(troubleOf(error), error);
      }
    },
  };
}

function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<oidc.Configuration> {
  const url = new URL(issuer);
  return oidc.discovery(url, clientId, clientSecret, undefined, {
    timeout: TIMEOUT,
    // Signatures are checked though tokens come from the service itself: its keys vouch for them, not the way they took.
    execute: [oidc.enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [oidc.allowInsecureRequests] : [])],
  });
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof oidc.AuthorizationResponseError) return 'denied';
  // `fetch` says so where nobody answers; all that was answered and is wrong has an error of its own.
  if (error instanceof TypeError && error.message === 'fetch failed') return 'unreachable';
  return error instanceof Error && error.name === 'TimeoutError' ? 'unreachable' : 'failed';
}

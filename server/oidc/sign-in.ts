import { createHash } from 'node:crypto';
import { endCredentials, signIn } from '../access/people/membership.js';
import type { OpenedSession } from '../access/people/session-book.js';
import type { Rings } from '../access/rings.js';
import { isFailure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { StoryStore } from '../store/story-store.js';
import { BY_SIGN_IN_SERVICE, knownMember, memberIdOf } from './known-member.js';
import type { OidcConfig } from './oidc-config.js';
import { type Attempt, createSignInProvider, type Identity, type SignInProvider, SignInTrouble } from './provider.js';
import type { Refusal } from './refusals.js';
import { roleOf } from './role-of.js';

type SignInOutcome = { readonly opened: OpenedSession } | { readonly refused: Refusal };

/** The server's own stream of attempts that somebody was vouched for in. It has receipts and no objects; they are swept after a day. */
export const ATTEMPTS_STREAM = '@attempts';

/** Signing in by the sign-in service of the newsroom's organisation. */
export interface ServiceSignIn {
  begin: SignInProvider['begin'];
  /** @param attempt as the browser kept it; `undefined`: it kept none. */
  finish(query: URLSearchParams, attempt: Attempt | undefined): Promise<SignInOutcome>;
}

export interface SignInParts {
  readonly config: OidcConfig;
  readonly store: StoryStore;
  readonly rings: Rings;
  readonly logger: Logger;
}

export function createServiceSignIn({ config, store, rings, logger }: SignInParts): ServiceSignIn {
  const provider = createSignInProvider(config, () => store.now());

  async function identityFor(query: URLSearchParams, attempt: Attempt): Promise<Identity | Refusal> {
    try {
      return await provider.finish(query, attempt);
    } catch (error) {
      if (!(error instanceof SignInTrouble)) throw error;
      logger.warn({ err: error, cause: String(error.cause) }, 'nobody was signed in by the sign-in service');
      return error.trouble;
    }
  }

  return {
    begin: () => provider.begin(),
    async finish(query, attempt) {
      if (attempt === undefined) return { refused: 'expired' };
      const identity = await identityFor(query, attempt);
      if (typeof identity === 'string') return { refused: identity };
      // Each attempt counts once, even where the service takes a code twice: an address that leaked later opens nothing.
      // Written down behind the service's word, since anybody can invent an attempt.
      if (!(await isFirstUse(store, attempt))) return { refused: 'expired' };
      const role = roleOf(identity.claims, config.roleClaim, config.roles);
      if (role === undefined) {
        // Who was somebody here once is so no longer.
        await endCredentials(store, rings, memberIdOf(identity), BY_SIGN_IN_SERVICE);
        logger.warn({ subject: identity.subject }, 'the sign-in service names no role that is known here');
        return { refused: 'no-role' };
      }
      const { id } = await knownMember(store, rings, identity, role);
      try {
        return { opened: await signIn(store, rings, id) };
      } catch (error) {
        if (isFailure(error, 'member_suspended')) return { refused: 'suspended' };
        throw error;
      }
    },
  };
}

async function isFirstUse(store: StoryStore, { state }: Attempt): Promise<boolean> {
  const receipt = await store.commit({
    stream: ATTEMPTS_STREAM,
    at: new Date(store.now()).toISOString(),
    expected: [],
    writes: [],
    idempotency: { key: createHash('sha256').update(state).digest('base64url'), fingerprint: 'attempt' },
  });
  return !receipt.replayed;
}

import { isSlug } from '@slugline/client/protocol';
import { errors, importSPKI, jwtVerify } from 'jose';
import { z } from 'zod';
import { ConfigError, type TokenConfig } from '../config.js';
import { Failure } from '../errors.js';
import type { Caller } from './access.js';
import { isUnambiguousJwt } from './jwt-form.js';

/** Stories that one reader token may open. */
const STORIES = 100;
/** Characters; bounds the work that a made-up token can cause. */
const TOKEN_LENGTH = 8_192;
/** Seconds by which the site's clock may run ahead of ours: a token is of use from the moment it was made. */
const CLOCK_TOLERANCE = 5;

const claims = z.object({ exp: z.number(), stories: z.array(z.string().refine(isSlug)).max(STORIES) });

/** Tells which stories a token opens. Rejects with `unauthenticated`. */
export type TokenVerifier = (token: string) => Promise<Extract<Caller, { kind: 'token' }>>;

/**
 * Checks the JWTs that a site signs for its readers. Algorithm, issuer and audience are the configured ones and
 * nothing in the token can choose others; a token without an end is refused.
 *
 * @param now milliseconds since 1970, by the clock that all instances go by.
 * @throws ConfigError when the key is not one of the algorithm's.
 */
export async function createTokenVerifier(config: TokenConfig, now: () => number): Promise<TokenVerifier> {
  const key = await readKey(config);
  return async (token) => {
    if (token.length > TOKEN_LENGTH) throw new Failure('unauthenticated', 'The token is longer than 8,192 characters.');
    if (!isUnambiguousJwt(token)) throw new Failure('unauthenticated', 'The reader token is not a JWT.');
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [config.algorithm],
        issuer: config.issuer,
        audience: config.audience,
        clockTolerance: CLOCK_TOLERANCE,
        currentDate: new Date(now()),
      });
      const { exp, stories } = claims.parse(payload);
      const expiresAt = exp * 1_000;
      // The tolerance is not for this end: doors that stay open close at it, so none may open after it.
      if (expiresAt <= now()) throw new errors.JWTExpired('"exp" has passed', payload);
      return { kind: 'token', stories, expiresAt };
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) {
        throw new Failure('unauthenticated', 'The reader token has expired.', { cause });
      }
      if (cause instanceof z.ZodError) {
        const message = `The token must have an end (\`exp\`), and \`stories\`: a list of at most ${STORIES} slugs.`;
        throw new Failure('unauthenticated', message, { cause });
      }
      throw new Failure('unauthenticated', 'The reader token is not valid here.', { cause });
    }
  };
}

async function readKey({ algorithm, key }: TokenConfig): Promise<Parameters<typeof jwtVerify>[1]> {
  if (algorithm === 'HS256') return new TextEncoder().encode(key);
  try {
    return await importSPKI(key, algorithm);
  } catch (cause) {
    throw new ConfigError(`TOKEN_KEY is not valid. It is not a public key for ${algorithm}.`, { cause });
  }
}

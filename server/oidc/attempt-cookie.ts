import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Attempt } from './provider.js';

/** Milliseconds that people may take at the sign-in service. */
const LIFE = 10 * 60 * 1_000;

const text = z.string().regex(/^[A-Za-z0-9_-]{20,128}$/);
const ATTEMPT = z.strictObject({
  state: text,
  nonce: text,
  verifier: text,
  at: z.number(),
}) satisfies z.ZodType<Attempt>;

/**
 * The cookie that holds an attempt: with the browser that began it, so that no instance has to remember it, and nobody
 * can finish in another's browser what they began in their own. It comes along when the service sends the browser back,
 * from another site, which `Strict` would not let it.
 */
export interface AttemptCookie {
  /** `undefined` where there is none, or it is too old. */
  read(request: IncomingMessage, now: number): Attempt | undefined;
  /** The value of `Set-Cookie`. */
  give(attempt: Attempt): string;
  clear(): string;
}

export function attemptCookie(home: string | undefined): AttemptCookie {
  const isSecure = home?.startsWith('https:') === true;
  const name = isSecure ? '__Host-slugline-attempt' : 'slugline-attempt';
  const set = (value: string, seconds: number) =>
    `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return {
    read({ headers: { cookie = '' } }, now) {
      const values = cookie.split(';').flatMap((pair) => {
        const [key = '', value = ''] = pair.trim().split('=');
        return key === name ? [value] : [];
      });
      const [value] = values;
      if (value === undefined || values.length > 1) return undefined;
      const { success, data } = ATTEMPT.safeParse(decoded(value));
      return success && data.at <= now && now < data.at + LIFE ? data : undefined;
    },
    give: (attempt) => set(Buffer.from(JSON.stringify(attempt)).toString('base64url'), LIFE / 1_000),
    clear: () => set('', 0),
  };
}

function decoded(value: string): unknown {
  try {
    return JSON.parse(Buffer.from(value, 'base64url').toString());
  } catch {
    return undefined;
  }
}

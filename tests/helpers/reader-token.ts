import { SignJWT } from 'jose';

const SECRET = 'a secret that only the site and the server know';

/** Environment of a server that takes the tokens signed here. */
export const TOKEN_ENV = {
  TOKEN_ALGORITHM: 'HS256',
  TOKEN_KEY: SECRET,
  TOKEN_ISSUER: 'news.example',
  TOKEN_AUDIENCE: 'slugline',
} as const;

/** A reader's token for private stories. */
export function readerToken(stories: readonly string[], lifeSeconds = 300): Promise<string> {
  return new SignJWT({ stories })
    .setProtectedHeader({ alg: TOKEN_ENV.TOKEN_ALGORITHM })
    .setIssuer(TOKEN_ENV.TOKEN_ISSUER)
    .setAudience(TOKEN_ENV.TOKEN_AUDIENCE)
    .setExpirationTime(Math.floor(Date.now() / 1_000) + lifeSeconds)
    .sign(new TextEncoder().encode(SECRET));
}

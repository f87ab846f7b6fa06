import type { IncomingMessage } from 'node:http';

/**
 * The cookie that holds a session: what a browser of the desk brings by itself. Scripts cannot read it, no other site
 * makes a browser send it, and where readers come by https a neighbouring host cannot plant one either (`__Host-`).
 */
export interface SessionCookie {
  /**
   * The session's credential. `undefined` where there is none, and where two are brought that differ: which of them
   * counts must not depend on who reads them.
   */
  read(request: IncomingMessage): string | undefined;
  /** The value of `Set-Cookie`. */
  give(credential: string, seconds: number): string;
  clear(): string;
}

/** @param publicUrl where readers reach this server; absent: they may do so without TLS. */
export function sessionCookie(publicUrl: string | undefined): SessionCookie {
  const isSecure = publicUrl?.startsWith('https:') === true;
  const name = isSecure ? '__Host-slugline' : 'slugline';
  const set = (value: string, seconds: number) =>
    `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  return {
    read({ headers: { cookie = '' } }) {
      const values = cookie.split(';').flatMap((pair) => {
        const [key = '', ...rest] = pair.split('=');
        const value = rest.join('=').trim();
        return key.trim() === name && value !== '' ? [value] : [];
      });
      return new Set(values).size === 1 ? values[0] : undefined;
    },
    give: set,
    clear: () => set('', 0),
  };
}

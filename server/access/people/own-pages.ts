import type { IncomingMessage } from 'node:http';
import { type SessionCookie, sessionCookie } from './session-cookie.js';

/** What tells a page of our own, the console above all, from the rest of the web: its cookie, and where it is from. */
export interface OwnPages {
  readonly cookie: SessionCookie;
  /**
   * Whether a request comes from a page of our own, or from what is no page: only then does its cookie count. Browsers
   * send `Origin` with all that is not plainly read from the same site, and newer ones say of the rest where it is from.
   */
  sent(request: IncomingMessage): boolean;
}

/** @param publicUrl where readers reach this server; absent: wherever they say that they do. */
export function ownPages(publicUrl: string | undefined): OwnPages {
  const home = publicUrl === undefined ? undefined : new URL(publicUrl);
  return {
    cookie: sessionCookie(publicUrl),
    sent({ headers }) {
      const { origin, host } = headers;
      const site = headers['sec-fetch-site'];
      // `none`: somebody typed the address.
      if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
      if (origin === undefined || origin === home?.origin) return true;
      // Of our own name, but in clear text: whoever is on the way may have made that page.
      return URL.canParse(origin) && new URL(origin).host === host && host !== home?.host;
    },
  };
}

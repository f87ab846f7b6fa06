import type { Response } from 'express';
import { callerOf } from '../access/authenticate.js';
import { API_SECONDS } from '../cache-times.js';
import { holdsEtag } from '../etag.js';

const PUBLIC = `public, max-age=${API_SECONDS}`;

/**
 * Sends JSON text as it is, or 304 when the asker holds this very version. Who brings no credential gets what
 * everybody gets, so caches may keep it; anything else is kept nowhere. `Vary` goes on both: the same URL is "not
 * found" to one and a story to another, and a cache must not mix them up.
 *
 * @param etag without its quotes.
 */
export function sendJson(res: Response, text: string, etag?: string): void {
  const cache = callerOf(res.req).kind === 'anonymous' ? PUBLIC : 'private, no-store';
  res.vary('Authorization').set('Cache-Control', cache);
  if (etag !== undefined) {
    res.set('ETag', `"${etag}"`);
    if (holdsEtag(res.req, etag)) {
      res.status(304).end();
      return;
    }
  }
  res.type('json').send(text);
}

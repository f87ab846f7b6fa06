import type { Response } from 'express';
import { callerOf } from '../access/authenticate.js';
import { holdsEtag } from '../etag.js';

/**
 * One second of shared caching turns any number of readers into one request per second and edge. It is no longer
 * because a withdrawn text must be gone from every cache within seconds, and nobody purges caches for us.
 */
const PUBLIC = 'public, max-age=1';

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

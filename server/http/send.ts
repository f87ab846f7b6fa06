import type { Response } from 'express';
import { callerOf } from '../access/authenticate.js';

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
    // Express would send the whole body whenever the request says `no-cache`. That word is for caches on the way,
    // and `fetch` adds it to every request that brings an If-None-Match of its own.
    if (holds(res.req.headers['if-none-match'], etag)) {
      res.status(304).end();
      return;
    }
  }
  res.type('json').send(text);
}

function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(`"${etag}"`);
}

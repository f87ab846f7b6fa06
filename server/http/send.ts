import type { Response } from 'express';

/**
 * One second of shared caching turns any number of readers into one request per second and edge. It is no longer
 * because a withdrawn text must be gone from every cache within seconds, and nobody purges caches for us.
 */
const PUBLIC = 'public, max-age=1';

/**
 * Sends JSON text as it is. What everybody may have may be cached; anything else is kept nowhere. `Vary` goes on
 * both: the same URL is "not found" to one and a story to another, and a cache must not mix them up.
 */
export function sendJson(res: Response, text: string, isPublic: boolean): void {
  res.vary('Authorization').set('Cache-Control', isPublic ? PUBLIC : 'private, no-store');
  // Express compares ETag with If-None-Match in `send` and makes it a 304.
  res.type('json').send(text);
}

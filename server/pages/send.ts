import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { PAGE_SECONDS } from '../cache-times.js';
import { holdsEtag } from '../etag.js';

interface Sendable {
  readonly text: string;
  /** Content type, with its charset. */
  readonly type: string;
  /** Whether this is what everybody gets. */
  readonly isForAll: boolean;
}

/**
 * Sends a text, or 304 to who holds this very one. `Vary` goes on whatever it is: the same URL is a story to one and
 * "not found" to another, and a cache must not mix them up.
 */
export function sendText(res: Response, { text, type, isForAll }: Sendable): void {
  const etag = createHash('sha256').update(text).digest('base64url');
  res
    .vary('Authorization')
    .set('Cache-Control', isForAll ? `public, max-age=${PAGE_SECONDS}` : 'private, no-store')
    .set('ETag', `"${etag}"`);
  if (res.statusCode === 200 && holdsEtag(res.req, etag)) {
    res.status(304).end();
    return;
  }
  res.type(type).send(text);
}

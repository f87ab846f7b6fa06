import type { Request } from 'express';

/**
 * Whether the asker holds this very version already (RFC 9110, If-None-Match, weak comparison), so that 304 tells
 * all. Express would send the whole body whenever the request says `no-cache`. That word is for caches on the way,
 * and `fetch` adds it to every request that brings an If-None-Match of its own.
 *
 * @param etag without its quotes.
 */
export function holdsEtag({ headers }: Request, etag: string): boolean {
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(`"${etag}"`);
}

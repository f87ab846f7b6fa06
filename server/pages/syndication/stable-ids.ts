import { createHash } from 'node:crypto';
import type { Story } from '@slugline/client/protocol';

/*
 * Names under which feed readers and newsrooms know a story or an entry again. They are unique everywhere and stay the
 * same when the server moves to another address, or to another store: nothing goes in that can change.
 */

type Named = Pick<Story, 'slug' | 'createdAt'>;

export function storyUrn({ slug, createdAt }: Named): string {
  return urn(['story', slug, createdAt]);
}

export function entryUrn({ slug, createdAt }: Named, id: string): string {
  return urn(['entry', slug, createdAt, id]);
}

/** A UUID of version 8 (RFC 9562, 5.8): made from a digest. */
function urn(name: readonly string[]): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(['slugline', ...name]))
    .digest('hex');
  const variant = ((Number.parseInt(digest.slice(16, 17), 16) & 0b0011) | 0b1000).toString(16);
  const groups = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ];
  return `urn:uuid:${groups.join('-')}`;
}

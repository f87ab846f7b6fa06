import type { StoredObject, Write } from './story-store.js';

/*
 * What the server's own streams of work have in common: their records are JSON in the public edition, which keeps no
 * revisions, and those with work left have an order key, so that whoever looks for work reads nothing else.
 */

/** Who is at work, and until when nobody else may be. ISO 8601, by the store's clock. */
export interface Lease {
  readonly by: string;
  readonly until: string;
}

/** A record as it was read: what is committed upon it expects it there. */
export interface Held<Form> {
  readonly id: string;
  readonly version: number;
  readonly record: Form;
}

const LAST_MS = 9_999_999_999_999;

export function heldRecord<Form>({ objectId, version, form }: StoredObject): Held<Form> {
  return { id: objectId, version, record: JSON.parse(form) };
}

/** @param orderKey absent: there is nothing left to do. */
export function recordWrite(objectId: string, version: number, record: object, orderKey: string | undefined): Write {
  return {
    edition: 'public',
    objectId,
    version,
    kind: version === 1 ? 'entry.published' : 'entry.updated',
    ...(orderKey !== undefined && { orderKey }),
    form: JSON.stringify(record),
  };
}

/**
 * Part of an order key by which what is due first comes first: pages come with the greatest key first.
 *
 * @param ms since 1970.
 */
export function untilDue(ms: number): string {
  return String(LAST_MS - ms).padStart(13, '0');
}

import { isDeepStrictEqual } from 'node:util';
import type { ChangeKind, DeskEntry } from '@slugline/client/protocol';
import type { Write } from '../store/story-store.js';
import { orderKey } from './display-order.js';
import { encodeNote } from './outbox-item.js';
import { publicEntry } from './public-form.js';

/**
 * An entry in both editions, or in the desk edition alone when readers would get nothing new but a version: a
 * note between editors is no news, and must not even show that there is one. The public form then keeps the
 * version it has, and readers see a gap in versions at the next edit.
 */
export function entryWrites(entry: DeskEntry, kind: ChangeKind, previous?: DeskEntry): readonly Write[] {
  const write = {
    objectId: entry.id,
    version: entry.version,
    kind,
    orderKey: orderKey(entry.publishedAt, entry.id),
  };
  const desk: Write = { ...write, edition: 'desk', form: JSON.stringify(entry) };
  if (previous !== undefined && sameForReaders(previous, entry)) return [desk];
  return [{ ...write, edition: 'public', form: JSON.stringify(publicEntry(entry)) }, desk];
}

function sameForReaders(previous: DeskEntry, next: DeskEntry): boolean {
  const { version, updatedAt } = next;
  return isDeepStrictEqual({ ...publicEntry(previous), version, updatedAt }, publicEntry(next));
}

/** A note for `@breaking` whenever the change may concern it: the entry is breaking, or was until now. */
export function breakingNotes(entry: DeskEntry, previous?: DeskEntry): readonly string[] {
  const concerned = entry.breaking || previous?.breaking === true;
  return concerned ? [encodeNote({ topic: 'entry', entryId: entry.id })] : [];
}

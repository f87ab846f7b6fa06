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

/**
 * A note for `@breaking` and for alerts whenever the change may concern them: the entry is of a kind that readers are
 * alerted to, or was until now. Who was alerted is to hear of a correction or a withdrawal in any case, so that those
 * leave a note even where the desk has long taken its mark back.
 */
export function alertNotes(entry: DeskEntry, previous?: DeskEntry): readonly string[] {
  const isMarked = (form: DeskEntry) => form.breaking || form.keyEvent;
  const takesBack = entry.corrections[0] !== previous?.corrections[0] || entry.status !== previous?.status;
  const concerned = isMarked(entry) || (previous !== undefined && (isMarked(previous) || takesBack));
  return concerned ? [encodeNote({ topic: 'entry', entryId: entry.id })] : [];
}

import { isDeepStrictEqual } from 'node:util';
import type { ChangeKind, DeskEntry } from '@slugline/client/protocol';
import type { Write } from '../store/story-store.js';
import { orderKey } from './display-order.js';
import { encodeNote } from './outbox-item.js';
import { publicEntry } from './public-form.js';
import { isPublished } from './workflow-rules.js';

/**
 * An entry in both editions, or in the desk edition alone when it is not published, or when readers would get nothing
 * new but a version: a note between editors is no news, and must not even show that there is one. The public form then
 * keeps the version it has, and readers see a gap in versions at the next edit.
 */
export function entryWrites(entry: DeskEntry, kind: ChangeKind, previous?: DeskEntry): readonly Write[] {
  const write = {
    objectId: entry.id,
    version: entry.version,
    kind,
    // What was thrown away before anybody read it is in no page of the desk's either.
    ...(isThrownAway(entry) ? {} : { orderKey: orderKey(entry.publishedAt, entry.id) }),
  };
  const desk: Write = { ...write, edition: 'desk', form: JSON.stringify(entry) };
  if (!isForReaders(entry, previous)) return [desk];
  return [{ ...write, edition: 'public', form: JSON.stringify(publicEntry(entry)) }, desk];
}

/** Whether a form brought readers anything new. @param previous the form before it; absent: there was none. */
export function isForReaders(entry: DeskEntry, previous?: DeskEntry): boolean {
  if (!isPublished(entry)) return false;
  return previous === undefined || !isPublished(previous) || !sameForReaders(previous, entry);
}

function isThrownAway(entry: DeskEntry): boolean {
  return !isPublished(entry) && entry.status === 'canceled';
}

function sameForReaders(previous: DeskEntry, next: DeskEntry): boolean {
  const { version, updatedAt } = next;
  return isDeepStrictEqual({ ...publicEntry(previous), version, updatedAt }, publicEntry(next));
}

/**
 * A note for `@breaking` and for alerts whenever the change may concern them: the entry is of a kind that readers are
 * alerted to, or was until now. Who was alerted is to hear of a correction or a withdrawal in any case, so that those
 * leave a note even where the desk has long taken its mark back. Nobody was alerted to what is not published.
 */
export function alertNotes(entry: DeskEntry, formerly?: DeskEntry): readonly string[] {
  if (!isPublished(entry)) return [];
  const previous = formerly !== undefined && isPublished(formerly) ? formerly : undefined;
  const isMarked = (form: DeskEntry) => form.breaking || form.keyEvent;
  const takesBack = entry.corrections[0] !== previous?.corrections[0] || entry.status !== previous?.status;
  const concerned = isMarked(entry) || (previous !== undefined && (isMarked(previous) || takesBack));
  return concerned ? [encodeNote({ topic: 'entry', entryId: entry.id })] : [];
}

import type { ChangeKind, PublicEntry, Tombstone } from '@slugline/client/protocol';
import type { StoredObject, Write } from '../store/story-store.js';
import { orderKey } from '../story/display-order.js';
import { publicEntryOf } from '../story/stored.js';

/** An entry as it stands in its story now. */
export interface EntryNow {
  /** The object of the public edition. */
  readonly object: StoredObject;
  readonly storyIsPublic: boolean;
  /** The desk's mark. A tombstone does not carry it, so it is not taken from the public form. */
  readonly breaking: boolean;
}

/**
 * What `@breaking` is to have of an entry, or `undefined` when it is to stay as it is.
 *
 * Shown while it is marked, in a public story: in full, or as a tombstone once withdrawn. What is shown no more
 * leaves a tombstone outside the page: it may be withdrawn later without anybody following it here, so no text of
 * it may stay behind. An entry that was never shown is never added as anything but usable.
 *
 * The version counts on from what `@breaking` has. It is the entry's own, unless the story's visibility came and
 * went: that changes the form here without an edit, and readers take nothing that has not a greater version.
 *
 * @param shown what `@breaking` has.
 */
export function breakingWrite({ object, storyIsPublic, breaking }: EntryNow, shown?: StoredObject): Write | undefined {
  const entry = publicEntryOf(object);
  const belongs = storyIsPublic && breaking;
  if (shown === undefined && !(belongs && entry.status === 'usable')) return undefined;
  // Gone already. What happens to it out of sight must not show, not even that something does.
  if (!belongs && shown !== undefined && shown.orderKey === undefined) return undefined;
  const form = (version: number) => JSON.stringify(belongs ? { ...entry, version } : tombstone(entry, version));
  const key = belongs ? (object.orderKey ?? orderKey(entry.publishedAt, entry.id)) : undefined;
  if (shown !== undefined && shown.orderKey === key && shown.form === form(shown.version)) return undefined;

  const version = Math.max(entry.version, (shown?.version ?? 0) + 1);
  return {
    edition: 'public',
    objectId: object.objectId,
    version,
    kind: kindOf(object.kind, entry, belongs, shown),
    ...(key !== undefined && { orderKey: key }),
    form: form(version),
  };
}

/** Without the notice, which is text too. */
function tombstone({ id, slug, status, publishedAt, updatedAt }: PublicEntry, version: number): Tombstone {
  return { id, slug, version, status: status === 'canceled' ? 'canceled' : 'withheld', publishedAt, updatedAt };
}

function kindOf(kind: ChangeKind, entry: PublicEntry, belongs: boolean, shown: StoredObject | undefined): ChangeKind {
  if (!belongs) return entry.status === 'canceled' ? 'entry.canceled' : 'entry.withheld';
  if (entry.status !== 'usable') return kind;
  if (shown === undefined) return 'entry.published';
  return shown.orderKey === undefined ? 'entry.released' : kind;
}

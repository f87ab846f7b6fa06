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
 * it may stay behind. One that was withdrawn before it was ever shown leaves such a tombstone as well, so that a
 * relay that read the text earlier and comes later finds another version than it expects.
 *
 * The version counts on from what `@breaking` has. It is the entry's own, unless the story's visibility came and
 * went: that changes the form here without an edit, and readers take nothing that has not a greater version.
 *
 * @param held what `@breaking` has.
 */
export function breakingWrite({ object, storyIsPublic, breaking }: EntryNow, held?: StoredObject): Write | undefined {
  const entry = publicEntryOf(object);
  const belongs = storyIsPublic && breaking;
  const wasShown = held?.orderKey !== undefined;
  const isShown = belongs && (entry.status === 'usable' || wasShown);
  // Out of sight, and to stay there. What happens to it must not show, not even that something does.
  if (!isShown && !wasShown && (held !== undefined || !belongs)) return undefined;
  const form = (version: number) => JSON.stringify(isShown ? { ...entry, version } : tombstone(entry, version));
  const key = isShown ? (object.orderKey ?? orderKey(entry.publishedAt, entry.id)) : undefined;
  if (held !== undefined && held.orderKey === key && held.form === form(held.version)) return undefined;

  const version = Math.max(entry.version, (held?.version ?? 0) + 1);
  return {
    edition: 'public',
    objectId: object.objectId,
    version,
    kind: kindOf(object.kind, entry, isShown, held),
    ...(key !== undefined && { orderKey: key }),
    form: form(version),
  };
}

/** Without the notice, which is text too. */
function tombstone({ id, slug, status, publishedAt, updatedAt }: PublicEntry, version: number): Tombstone {
  return { id, slug, version, status: status === 'canceled' ? 'canceled' : 'withheld', publishedAt, updatedAt };
}

function kindOf(kind: ChangeKind, entry: PublicEntry, isShown: boolean, held: StoredObject | undefined): ChangeKind {
  if (!isShown) return entry.status === 'canceled' ? 'entry.canceled' : 'entry.withheld';
  if (entry.status !== 'usable') return kind;
  if (held === undefined) return 'entry.published';
  return held.orderKey === undefined ? 'entry.released' : kind;
}

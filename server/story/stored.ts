import type { DeskEntry, DeskStory, PublicEntry, Story } from '@slugline/client/protocol';
import type { StoredObject } from '../store/story-store.js';

/*
 * The one place where stored JSON becomes typed again. It is not validated a second time: only the commands of
 * this folder wrote it, from input that was, and a store hands back the text that it was given. An import brings
 * forms from a dump of such a store. Reading is on the way of every command, and a check here would also turn a
 * limit lowered in a later version into stories that can no longer be read.
 */
type Form = Pick<StoredObject, 'form'>;

/** The header of the desk edition. */
export function deskStory(header: Form): DeskStory {
  return JSON.parse(header.form);
}

/** An entry of the desk edition, or a revision of it. */
export function deskEntry(object: Form): DeskEntry {
  return JSON.parse(object.form);
}

/** The header of the public edition. */
export function publicStoryOf(header: Form): Story {
  return JSON.parse(header.form);
}

/** An entry of the public edition. */
export function publicEntryOf(object: Form): PublicEntry {
  return JSON.parse(object.form);
}

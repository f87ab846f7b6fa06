import type { Request } from 'express';
import { callerOf } from '../access/authenticate.js';
import type { StoryStore } from '../store/story-store.js';
import { type CurrentEntry, currentEntry } from './current.js';
import { entryOf } from './path.js';

/**
 * What commands upon the entry that a path names have in common. Throws `invalid_input` for what can be no entry's
 * path. `If-Match` is the entry's version, unless the command says else.
 */
export function uponEntry(store: StoryStore, req: Request) {
  const { slug, entryId } = entryOf(req);
  return {
    stream: () => slug,
    read: () => currentEntry(callerOf(req), store, slug, entryId),
    upon: ({ entry }: CurrentEntry) => entry,
  };
}

import type { DeskEntry, DeskStory, Edition } from '@slugline/client/protocol';
import type { Caller } from '../access/access.js';
import { requireRead, requireRole } from '../access/policy.js';
import { Failure } from '../errors.js';
import type { Head, StoryStore } from '../store/story-store.js';
import { deskEntry, deskStory, publicStoryOf } from '../story/stored.js';

/** The header as the desk has it. Rejects with `story_not_found`. */
export async function currentStory(store: StoryStore, slug: string): Promise<DeskStory> {
  const head = await store.head(slug, 'desk');
  if (head?.header === undefined) throw new Failure('story_not_found');
  return deskStory(head.header);
}

export interface CurrentEntry {
  readonly story: DeskStory;
  readonly entry: DeskEntry;
}

/** An entry and its story's header at one moment. Rejects with `story_not_found` and `entry_not_found`. */
export async function currentEntry(store: StoryStore, slug: string, entryId: string): Promise<CurrentEntry> {
  const view = await store.object(slug, 'desk', entryId);
  if (view?.header === undefined) throw new Failure('story_not_found');
  if (view.object === undefined) throw new Failure('entry_not_found');
  return { story: deskStory(view.header), entry: deskEntry(view.object) };
}

export interface ReadView<View extends Head> {
  readonly view: View & { readonly header: NonNullable<Head['header']> };
  /** Whether everybody has this answer, so that caches may keep it. */
  readonly isPublic: boolean;
}

/**
 * Reads on behalf of a reader, and lets nothing out that the reader may not see. Whoever may not read a private
 * story gets the same answer as for none.
 */
export async function readAs<View extends Head>(
  caller: Caller,
  edition: Edition,
  read: () => Promise<View | undefined>,
): Promise<ReadView<View>> {
  if (edition === 'desk') requireRole(caller, 'contributor');
  const view = await read();
  if (view?.header === undefined) throw new Failure('story_not_found');
  const story = publicStoryOf(view.header);
  requireRead(caller, story, edition);
  return {
    view: { ...view, header: view.header },
    isPublic: caller.kind === 'anonymous' && edition === 'public' && story.visibility === 'public',
  };
}

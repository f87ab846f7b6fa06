import type { DeskEntry, DeskStory, Edition } from '@slugline/client/protocol';
import type { Caller } from '../access/access.js';
import { requireDesk, requireRead, requireRole } from '../access/policy.js';
import { Failure } from '../errors.js';
import type { Head, StoryStore } from '../store/story-store.js';
import { deskEntry, deskStory, publicStoryOf } from '../story/stored.js';

export interface CurrentStory {
  readonly story: DeskStory;
  /** When the story, with all its entries, last changed. */
  readonly changedAt: string;
}

/** The header as the desk has it. Rejects with `story_not_found`, and `story_restricted` where it is not the caller's. */
export async function currentStory(caller: Caller, store: StoryStore, slug: string): Promise<CurrentStory> {
  const head = await store.head(slug, 'desk');
  const story = storyForDesk(caller, head);
  return { story, changedAt: head?.changedAt ?? story.updatedAt };
}

export interface CurrentEntry extends CurrentStory {
  readonly entry: DeskEntry;
}

/** An entry and its story's header at one moment. Rejects like `currentStory`, and with `entry_not_found`. */
export async function currentEntry(
  caller: Caller,
  store: StoryStore,
  slug: string,
  entryId: string,
): Promise<CurrentEntry> {
  const view = await store.object(slug, 'desk', entryId);
  // First, so that a refusal does not tell which entries there are.
  const story = storyForDesk(caller, view);
  if (view?.object === undefined) throw new Failure('entry_not_found');
  return { story, entry: deskEntry(view.object), changedAt: view.changedAt };
}

function storyForDesk(caller: Caller, view: Head | undefined): DeskStory {
  if (view?.header === undefined) throw new Failure('story_not_found');
  const story = deskStory(view.header);
  requireDesk(caller, story);
  return story;
}

type WithHeader<View extends Head> = View & { readonly header: NonNullable<Head['header']> };

/**
 * Reads on behalf of a reader, and lets nothing out that the reader may not see. Whoever may not read a private
 * story gets the same answer as for none.
 */
export async function readAs<View extends Head>(
  caller: Caller,
  edition: Edition,
  read: () => Promise<View | undefined>,
): Promise<WithHeader<View>> {
  if (edition === 'desk') requireRole(caller, 'contributor');
  const view = await read();
  if (view?.header === undefined) throw new Failure('story_not_found');
  requireRead(caller, edition === 'desk' ? deskStory(view.header) : publicStoryOf(view.header), edition);
  return { ...view, header: view.header };
}

import { BREAKING_SLUG } from '@slugline/client/protocol';
import { decideAgain } from '../store/decide-again.js';
import type { Page, StoryStore } from '../store/story-store.js';
import { deskEntry, publicEntryOf, publicStoryOf } from '../story/stored.js';
import { breakingWrite } from './breaking-form.js';
import type { NoteFollower } from './outbox-relay.js';

/** Entries read at a time. */
const BATCH = 200;

/** What keeps `@breaking` in step with the stories. */
export function breakingFollower(store: StoryStore): NoteFollower {
  return {
    followEntry: (slug, entryId) => followEntry(store, slug, entryId),
    followStory: (slug) => followStory(store, slug),
  };
}

/** Makes the stream, so that it can be followed before there is any breaking news. A second time changes nothing. */
export async function makeBreakingStream(store: StoryStore): Promise<void> {
  if ((await store.head(BREAKING_SLUG, 'public')) !== undefined) return;
  await store.commit({ stream: BREAKING_SLUG, at: new Date(store.now()).toISOString(), expected: [], writes: [] });
}

/**
 * Brings one entry in `@breaking` up to date. What is there is read first and expected at the commit: so the
 * entry's form is never older than one that was written meanwhile, and a late relay cannot bring a withdrawn text
 * back. Looks once more after each commit: another relay that found nothing to do in between has marked its note as
 * done, and will not come again.
 */
async function followEntry(store: StoryStore, slug: string, entryId: string): Promise<void> {
  let moved: boolean;
  do {
    moved = await decideAgain(() => moveEntry(store, slug, entryId));
  } while (moved);
}

/** Answers whether there was anything to be moved. */
async function moveEntry(store: StoryStore, slug: string, entryId: string): Promise<boolean> {
  const held = (await store.object(BREAKING_SLUG, 'public', entryId))?.object;
  const view = await store.object(slug, 'public', entryId);
  if (view?.object === undefined || view.header === undefined) return false;
  const entry = publicEntryOf(view.object);
  const write = breakingWrite(
    {
      object: view.object,
      storyIsPublic: publicStoryOf(view.header).visibility === 'public',
      breaking: entry.status === 'usable' ? entry.breaking : await isMarked(store, slug, entryId),
    },
    held,
  );
  if (write === undefined) return false;
  const expected = [{ objectId: entryId, version: held?.version ?? 0 }];
  await store.commit({ stream: BREAKING_SLUG, at: new Date(store.now()).toISOString(), expected, writes: [write] });
  return true;
}

async function isMarked(store: StoryStore, slug: string, entryId: string): Promise<boolean> {
  const object = (await store.object(slug, 'desk', entryId))?.object;
  return object !== undefined && deskEntry(object).breaking;
}

/** Brings all entries of a story that `@breaking` may concern up to date: its visibility changed. */
async function followStory(store: StoryStore, slug: string): Promise<void> {
  let before: string | undefined;
  do {
    const query = before === undefined ? { limit: BATCH } : { limit: BATCH, before };
    const page: Page | undefined = await store.page(slug, 'public', query);
    for (const object of page?.objects ?? []) {
      const entry = publicEntryOf(object);
      if (entry.status !== 'usable' || entry.breaking) await followEntry(store, slug, entry.id);
    }
    before = page?.older;
  } while (before !== undefined);
}

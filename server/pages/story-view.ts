import { LIMITS, type PublicEntry, type Snapshot, type Story } from '@slugline/client/protocol';
import type { StoryStore } from '../store/story-store.js';
import { publicEntryOf, publicStoryOf } from '../story/stored.js';

/** What one page of a story shows, read from the store. */
export interface StoryView extends Snapshot {
  /** Pinned entries that are not among `entries`, because newer ones pushed them to an older page. */
  readonly pinnedOlder: readonly PublicEntry[];
  /** Whether this is the newest page, the one that goes live. */
  readonly newest: boolean;
}

/** The page of a story before a cursor, or the newest. `undefined` where there is no such story. */
export async function loadStoryView(store: StoryStore, slug: string, before?: string): Promise<StoryView | undefined> {
  const query = { limit: LIMITS.pageDefault, ...(before === undefined ? {} : { before }) };
  const page = await store.page(slug, 'public', query);
  if (page?.header === undefined) return undefined;
  const story = publicStoryOf(page.header);
  const entries = page.objects.map(publicEntryOf);
  return {
    story,
    entries,
    position: page.position,
    ...(page.older === undefined ? {} : { older: page.older }),
    pinnedOlder: before === undefined ? await readPinned(store, story, entries) : [],
    newest: before === undefined,
  };
}

async function readPinned(
  store: StoryStore,
  story: Story,
  entries: readonly PublicEntry[],
): Promise<readonly PublicEntry[]> {
  const shown = new Set(entries.map(({ id }) => id));
  const missing = story.pinned.filter((id) => !shown.has(id));
  const views = await Promise.all(missing.map((id) => store.object(story.slug, 'public', id)));
  return views.flatMap((view) => (view?.object === undefined ? [] : [publicEntryOf(view.object)]));
}

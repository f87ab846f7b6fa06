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

/** What the page's script goes on from, so that nothing is fetched twice and nothing missed in between. */
export type Handover = Omit<StoryView, 'newest'>;

export function handoverOf({ story, entries, position, older, pinnedOlder }: StoryView): Handover {
  return { story, entries, position, ...(older === undefined ? {} : { older }), pinnedOlder };
}

/** What the page of one entry shows. */
export interface EntryView {
  readonly story: Story;
  readonly entry: PublicEntry;
  readonly position: Snapshot['position'];
}

/** The page of a story before a cursor, or the newest. `undefined` where there is no such story. */
export async function loadStoryView(
  store: StoryStore,
  slug: string,
  query: PageQuery = {},
): Promise<StoryView | undefined> {
  const { before, limit = LIMITS.pageDefault } = query;
  const page = await store.page(slug, 'public', { limit, ...(before === undefined ? {} : { before }) });
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

export interface PageQuery {
  /** Cursor; absent: the newest page. */
  readonly before?: string | undefined;
  /** Entries of a page, 1–200 (default 30). */
  readonly limit?: number | undefined;
}

/** One entry with the header of its story, read at one moment. The entry is absent where the story has none of this id. */
export async function loadEntryView(store: StoryStore, slug: string, id: string): Promise<FoundStory | undefined> {
  const view = await store.object(slug, 'public', id);
  if (view?.header === undefined) return undefined;
  const { header, object, position } = view;
  return { story: publicStoryOf(header), position, entry: object && publicEntryOf(object) };
}

interface FoundStory extends Omit<EntryView, 'entry'> {
  readonly entry: PublicEntry | undefined;
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

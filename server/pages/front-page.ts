import { type Entry, LIMITS, type Story } from '@slugline/client/protocol';
import type { StoryStore } from '../store/story-store.js';
import { publicEntryOf, publicStoryOf } from '../story/stored.js';

/** What the front page shows, read from the store. */
export interface FrontPage {
  /** Public ones only, newest change first. */
  readonly stories: readonly FrontStory[];
  /** Cursor of the next page; absent where there is none. */
  readonly older?: string | undefined;
}

export interface FrontStory {
  readonly story: Story;
  /** What was published last, newest first; empty for all but the first live stories. */
  readonly newest: readonly Entry[];
}

/** Live stories of which the newest entries are read, one read each: more than fit on a screen. */
const WITH_ENTRIES = 12;
/** Entries shown of each, and looked at for them: some may have been withdrawn. */
const ENTRIES = 3;
const LOOKED_AT = 8;

/** The list of stories before a cursor, or its beginning. */
export async function loadFrontPage(store: StoryStore, before?: string): Promise<FrontPage> {
  const query = { limit: LIMITS.pageMax, ...(before === undefined ? {} : { before }) };
  const { streams, older } = await store.streams('public', query);
  const stories = streams
    .flatMap(({ header }) => (header === undefined ? [] : [publicStoryOf(header)]))
    .filter(isPublic);
  const live = new Set(stories.filter(({ status }) => status === 'live').slice(0, WITH_ENTRIES));
  const shown = await Promise.all(
    stories.map((story) => (live.has(story) ? loadFrontStory(store, story) : { story, newest: [] })),
  );
  // It may have become private since the list was read.
  return { stories: shown.filter(({ story }) => isPublic(story)), older };
}

async function loadFrontStory(store: StoryStore, story: Story): Promise<FrontStory> {
  const page = await store.page(story.slug, 'public', { limit: LOOKED_AT });
  if (page?.header === undefined) return { story, newest: [] };
  const newest = page.objects.map(publicEntryOf).filter((entry) => entry.status === 'usable');
  return { story: publicStoryOf(page.header), newest: newest.slice(0, ENTRIES) };
}

function isPublic({ visibility }: Story): boolean {
  return visibility === 'public';
}

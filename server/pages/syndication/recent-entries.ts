import type { StoryStore } from '../../store/story-store.js';
import { publicEntryOf, publicStoryOf } from '../../story/stored.js';
import type { EntryOfStory } from './feed.js';

/** Entries of the feed of all stories. */
const MOST = 50;
/** Stories that are looked through for them at a time, and in all: bounds what the feed can cost. */
const STORIES_AT_A_TIME = 10;
const MOST_STORIES = 100;

/**
 * The newest entries of all public stories, in display order. Stories come by their newest change, and none has an entry
 * that is newer than that: so most are never looked at.
 */
export async function recentEntries(store: StoryStore): Promise<readonly EntryOfStory[]> {
  let newest: readonly EntryOfStory[] = [];
  let before: string | undefined;
  for (let looked = 0; looked < MOST_STORIES; looked += STORIES_AT_A_TIME) {
    const query = { limit: STORIES_AT_A_TIME, ...(before === undefined ? {} : { before }) };
    const page = await store.streams('public', query);
    const oldest = newest.length < MOST ? '' : (newest.at(-1)?.entry.publishedAt ?? '');
    const ahead = page.streams.filter(({ changedAt }) => changedAt >= oldest);
    const found = await Promise.all(ahead.map(({ stream }) => entriesOf(store, stream)));
    newest = [...newest, ...found.flat()].sort(byTime).slice(0, MOST);
    if (ahead.length < page.streams.length || page.older === undefined) break;
    before = page.older;
  }
  return newest;
}

/** Asked for with their header, at one moment: a story may have been made private since it was listed. */
async function entriesOf(store: StoryStore, slug: string): Promise<readonly EntryOfStory[]> {
  const page = await store.page(slug, 'public', { limit: MOST });
  if (page?.header === undefined) return [];
  const story = publicStoryOf(page.header);
  if (story.visibility !== 'public') return [];
  return page.objects.map((object) => ({ story, entry: publicEntryOf(object) }));
}

/** Newest first, then as in a story: by the id. */
function byTime({ entry: a }: EntryOfStory, { entry: b }: EntryOfStory): number {
  if (a.publishedAt !== b.publishedAt) return a.publishedAt > b.publishedAt ? -1 : 1;
  return a.id > b.id ? -1 : 1;
}

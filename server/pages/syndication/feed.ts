import type { Byline, Entry, Picture, PublicEntry, Story, Tombstone } from '@slugline/client/protocol';
import { textsIn } from '@slugline/client/view';
import { authorsOf, newestOf, picturesIn } from '../entry-facts.js';
import { summaryOf, titleOf } from '../excerpt.js';
import { publisherOf, type Site } from '../site.js';
import type { StoryView } from '../story-view.js';
import { contentHtml } from './content-html.js';
import { entryUrn, storyUrn } from './stable-ids.js';

/** What a feed tells, in whatever format. */
export interface Feed {
  /** Unique everywhere, and never another. */
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  /** BCP 47; absent where the items are not all of one. */
  readonly language?: string;
  readonly publisher: string;
  /** The page that shows the same to people. */
  readonly page: string;
  readonly picture?: Picture;
  /** When anything in it last changed. */
  readonly updatedAt: string;
  /** Whether nothing more is to come. */
  readonly isOver: boolean;
  /** Newest first. */
  readonly items: readonly FeedItem[];
  /** What was told once and is not to be shown any more. */
  readonly withdrawn: readonly Withdrawn[];
}

export interface FeedItem {
  readonly id: string;
  /** The entry's own page. */
  readonly url: string;
  readonly title: string;
  readonly summary: string;
  readonly html: string;
  readonly language: string;
  readonly authors: readonly Byline[];
  readonly tags: readonly string[];
  readonly pictures: readonly Picture[];
  readonly publishedAt: string;
  readonly updatedAt: string;
  /** In a feed of many stories: the one it is of. */
  readonly story?: Story;
}

interface Withdrawn {
  readonly id: string;
  readonly at: string;
  readonly notice?: string;
}

/** An entry with the header of its story. */
export interface EntryOfStory {
  readonly story: Story;
  readonly entry: PublicEntry;
}

/** The newest entries of one story. */
export function storyFeed({ story, entries }: Pick<StoryView, 'story' | 'entries'>, site: Site): Feed {
  const { headline, standfirst, language, picture, status } = story;
  return {
    id: storyUrn(story),
    title: headline,
    ...(standfirst !== undefined && { description: standfirst }),
    language,
    publisher: publisherOf(site),
    page: site.addresses.story(story.slug),
    ...(picture !== undefined && { picture }),
    updatedAt: newestOf([story, ...entries]),
    isOver: status === 'ended',
    items: entries.flatMap((entry) => (entry.status === 'usable' ? [itemOf(entry, story, site)] : [])),
    withdrawn: entries.flatMap((entry) => (entry.status === 'usable' ? [] : [withdrawnOf(entry, story)])),
  };
}

/** Beginning of time, for a server that has not published anything yet: every format wants to know when. */
const NEVER = '1970-01-01T00:00:00.000Z';

/** The newest entries of all stories. */
export function everythingFeed(found: readonly EntryOfStory[], site: Site): Feed {
  const { front } = site.addresses;
  return {
    id: front,
    title: publisherOf(site),
    publisher: publisherOf(site),
    page: front,
    updatedAt: found.length === 0 ? NEVER : newestOf(found.map(({ entry }) => entry)),
    isOver: false,
    items: found.flatMap(({ story, entry }) =>
      entry.status === 'usable' ? [{ ...itemOf(entry, story, site), story }] : [],
    ),
    withdrawn: found.flatMap(({ story, entry }) => (entry.status === 'usable' ? [] : [withdrawnOf(entry, story)])),
  };
}

function itemOf(entry: Entry, story: Story, { addresses }: Site): FeedItem {
  return {
    id: entryUrn(story, entry.id),
    url: addresses.entry(story.slug, entry.id),
    title: titleOf(entry, story),
    summary: summaryOf(entry),
    html: contentHtml(entry, textsIn(story.language)),
    language: story.language,
    authors: authorsOf(entry),
    tags: entry.tags,
    pictures: picturesIn(entry),
    publishedAt: entry.publishedAt,
    updatedAt: entry.updatedAt,
  };
}

function withdrawnOf({ id, updatedAt, notice }: Tombstone, story: Story): Withdrawn {
  return { id: entryUrn(story, id), at: updatedAt, ...(notice !== undefined && { notice: notice.text }) };
}

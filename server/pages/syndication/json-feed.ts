import type { Byline } from '@slugline/client/protocol';
import type { Feed, FeedItem } from './feed.js';

/** JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). */
export function jsonFeed(feed: Feed, self: string): string {
  const { title, description, language, publisher, page, isOver, items } = feed;
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: page,
    feed_url: self,
    description,
    authors: [{ name: publisher }],
    language,
    // Absent rather than false: a story that has ended may go on.
    expired: isOver || undefined,
    items: items.map(itemOf),
  });
}

function itemOf({ id, url, title, summary, html, language, authors, tags, pictures, ...item }: FeedItem) {
  return {
    id,
    url,
    title,
    content_html: html,
    summary: summary === '' ? undefined : summary,
    image: pictures[0]?.url,
    date_published: item.publishedAt,
    date_modified: item.updatedAt,
    authors: authors.length === 0 ? undefined : authors.map(authorOf),
    tags: tags.length === 0 ? undefined : tags,
    language,
  };
}

function authorOf({ name, url }: Byline) {
  return { name, url };
}

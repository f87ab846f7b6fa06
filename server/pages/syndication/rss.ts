import type { Picture } from '@slugline/client/protocol';
import type { Feed, FeedItem } from './feed.js';
import { mediaTypeOf } from './media-type.js';
import { type Xml, xml } from './xml.js';

/** Minutes for which a reader may leave a feed alone; the format knows none shorter. */
const MINUTES = 1;

/** RSS 2.0. Content, authors and pictures are told in the modules that feed readers have long agreed upon. */
export function rss(feed: Feed, self: string): string {
  const { title, description, language, page, updatedAt, picture, items } = feed;
  return xml`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
<title>${title}</title>
<link>${page}</link>
<description>${description ?? title}</description>
<atom:link rel="self" type="application/rss+xml" href="${self}"/>
${language !== undefined && xml`<language>${language}</language>\n`}<lastBuildDate>${dateOf(updatedAt)}</lastBuildDate>
<ttl>${MINUTES}</ttl>
<docs>https://www.rssboard.org/rss-specification</docs>
${picture !== undefined && xml`<image><url>${picture.url}</url><title>${title}</title><link>${page}</link></image>\n`}${items.map(itemOf)}</channel>
</rss>
`.text;
}

function itemOf({ id, url, title, summary, html, authors, tags, pictures, story, ...item }: FeedItem): Xml {
  return xml`<item>
<title>${title}</title>
<link>${url}</link>
<guid isPermaLink="false">${id}</guid>
<pubDate>${dateOf(item.publishedAt)}</pubDate>
<atom:updated>${item.updatedAt}</atom:updated>
${authors.map(({ name }) => xml`<dc:creator>${name}</dc:creator>\n`)}${tags.map((tag) => xml`<category>${tag}</category>\n`)}<description>${summary}</description>
<content:encoded>${html}</content:encoded>
${pictures.slice(0, 1).map(enclosureOf)}${pictures.map(mediaOf)}</item>
`;
}

/** The format allows one, of a known type. How long a picture is nobody knows before it is loaded; 0 says so. */
function enclosureOf({ url }: Picture): Xml | undefined {
  const type = mediaTypeOf(url);
  return type === undefined ? undefined : xml`<enclosure url="${url}" length="0" type="${type}"/>\n`;
}

function mediaOf({ url, width, height, caption, creditLine, altText }: Picture): Xml {
  return xml`<media:content url="${url}" medium="image"${width !== undefined && xml` width="${width}"`}${height !== undefined && xml` height="${height}"`}>${caption !== undefined && xml`<media:title type="plain">${caption}</media:title>`}<media:description type="plain">${altText}</media:description><media:credit>${creditLine}</media:credit></media:content>
`;
}

/** RFC 822 with four digits of the year, in the zone's name that old readers know. */
function dateOf(at: string): string {
  return new Date(at).toUTCString();
}

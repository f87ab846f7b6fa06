import type { Picture } from '@slugline/client/protocol';
import type { Feed, FeedItem } from './feed.js';
import { mediaTypeOf } from './media-type.js';
import { storyUrn } from './stable-ids.js';
import { type Xml, xml } from './xml.js';

/**
 * Atom (RFC 4287). What was withdrawn is told by `deleted-entry` (RFC 6721): a reader who knows it takes the entry away;
 * from all others it is gone at least in what they ask for next.
 */
export function atom(feed: Feed, self: string): string {
  const { id, title, description, language, publisher, page, updatedAt, items, withdrawn } = feed;
  return xml`<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"${language !== undefined && xml` xml:lang="${language}"`}>
<id>${id}</id>
<title>${title}</title>
${description !== undefined && xml`<subtitle>${description}</subtitle>\n`}<updated>${updatedAt}</updated>
<author><name>${publisher}</name></author>
<link rel="self" type="application/atom+xml" href="${self}"/>
<link rel="alternate" type="text/html" href="${page}"/>
${items.map(entryOf)}${withdrawn.map(
  ({ id: ref, at, notice }) => xml`<at:deleted-entry ref="${ref}" when="${at}">${
    notice !== undefined && xml`<at:comment>${notice}</at:comment>`
  }</at:deleted-entry>
`,
)}</feed>
`.text;
}

function entryOf({ id, url, title, summary, html, language, authors, tags, pictures, story, ...item }: FeedItem): Xml {
  return xml`<entry xml:lang="${language}">
<id>${id}</id>
<title>${title}</title>
<link rel="alternate" type="text/html" href="${url}"/>
<published>${item.publishedAt}</published>
<updated>${item.updatedAt}</updated>
${authors.map(({ name, url: about }) => xml`<author><name>${name}</name>${about !== undefined && xml`<uri>${about}</uri>`}</author>\n`)}${tags.map((tag) => xml`<category term="${tag}"/>\n`)}${summary !== '' && xml`<summary>${summary}</summary>\n`}<content type="html">${html}</content>
${pictures.map(enclosureOf)}${
  story !== undefined &&
  xml`<source><id>${storyUrn(story)}</id><title>${story.headline}</title><updated>${story.updatedAt}</updated></source>\n`
}</entry>
`;
}

function enclosureOf({ url, caption, altText }: Picture): Xml {
  const type = mediaTypeOf(url);
  return xml`<link rel="enclosure" href="${url}"${type !== undefined && xml` type="${type}"`} title="${caption ?? altText}"/>\n`;
}

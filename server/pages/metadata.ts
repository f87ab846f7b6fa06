import { isSafeUrl, type Picture, type Story } from '@slugline/client/protocol';
import { FEED_FORMATS, type FeedFormat } from './addresses.js';
import { type Html, html } from './html.js';
import type { Site } from './site.js';

/** What machines that look at a page are told of it: search engines, and those who show a link as a card. */
export interface Metadata {
  readonly title: string;
  /** Absent or empty: nothing is said. */
  readonly description?: string | undefined;
  /** Absolute URL under which readers are to know this page. */
  readonly url: string;
  readonly type: 'article' | 'website';
  /** BCP 47. */
  readonly language: string;
  readonly picture?: Picture | undefined;
  readonly published?: string;
  readonly modified?: string;
  readonly section?: string | undefined;
  readonly authors?: readonly string[];
  readonly tags?: readonly string[];
  /** Whether search engines are to pass it by. */
  readonly hidden?: boolean;
}

/** Canonical address, Open Graph (https://ogp.me) and what Twitter's cards want beside it. */
export function metadataTags(page: Metadata, { name: site }: Site): Html {
  const { title, description, url, type, language, section, authors = [], tags = [], hidden = false } = page;
  const picture = page.picture !== undefined && isSafeUrl(page.picture.url) ? page.picture : undefined;
  const told = description === '' ? undefined : description;
  return html`${[
    told !== undefined && html`<meta name="description" content="${told}">\n`,
    hidden && html`<meta name="robots" content="noindex">\n`,
    html`<link rel="canonical" href="${url}">\n`,
    property('og:type', type),
    property('og:title', title),
    property('og:description', told),
    property('og:url', url),
    property('og:site_name', site),
    property('og:locale', localeOf(language)),
    property('og:image', picture?.url),
    property('og:image:alt', picture?.altText),
    property('og:image:width', picture?.width),
    property('og:image:height', picture?.height),
    property('article:published_time', page.published),
    property('article:modified_time', page.modified),
    property('article:section', section),
    authors.map((author) => property('article:author', author)),
    tags.map((tag) => property('article:tag', tag)),
    html`<meta name="twitter:card" content="${picture === undefined ? 'summary' : 'summary_large_image'}">\n`,
  ]}`;
}

const FEED_TYPES: Readonly<Record<FeedFormat, string>> = {
  rss: 'application/rss+xml',
  atom: 'application/atom+xml',
  json: 'application/feed+json',
};

/** Where feed readers find what a page shows: one story, or all of them. */
export function feedLinks({ addresses }: Site, story?: Pick<Story, 'slug' | 'headline'>): Html {
  const title = story?.headline;
  const links = FEED_FORMATS.map(
    (format) =>
      html`<link rel="alternate" type="${FEED_TYPES[format]}"${title !== undefined && html` title="${title}"`} href="${addresses.feed(format, story?.slug)}">\n`,
  );
  return html`${links}`;
}

/** Where a page of ours says how to embed it (https://oembed.com, 4). */
export function oembedLink({ addresses }: Site, page: string, title: string): Html {
  return html`<link rel="alternate" type="application/json+oembed" title="${title}" href="${addresses.oembed(page)}">\n`;
}

/** Where newsrooms find the same as ninjs. */
export function ninjsLink(url: string): Html {
  return html`<link rel="alternate" type="application/json" title="ninjs" href="${url}">\n`;
}

function property(name: string, content: string | number | undefined): Html | undefined {
  return content === undefined ? undefined : html`<meta property="${name}" content="${content}">\n`;
}

/** `en_GB`: Open Graph knows languages with their country only. The likeliest is named where a tag has none. */
function localeOf(tag: string): string | undefined {
  const { language, region } = new Intl.Locale(tag).maximize();
  return region === undefined ? undefined : `${language}_${region}`;
}

import type { Picture, Story } from '@slugline/client/protocol';
import { html } from './html.js';
import { MOST_PIXELS, type OembedQuery } from './oembed-query.js';
import { publisherOf, type Site } from './site.js';

/** Pixels of an iframe, unless it is to be smaller. */
const USUAL = { width: 640, height: 720 };
/** Seconds that the answer may be kept: it holds nothing but a frame and the story's headline. */
const CACHE_AGE = 3_600;

/** What a page of ours is about. */
export interface PageNamed {
  readonly slug: string;
  readonly entryId?: string;
}

/** The story, or the entry, whose page a URL is; `undefined` for all that is none of ours. */
export function pageNamed(url: string, front: string): PageNamed | undefined {
  if (!URL.canParse(url)) return undefined;
  const [asked, own] = [new URL(url), new URL(front)];
  // Whoever copied the address may have lost the s of https on the way.
  if (asked.host !== own.host || !/^https?:$/.test(asked.protocol)) return undefined;
  if (!asked.pathname.startsWith(own.pathname)) return undefined;
  const path = asked.pathname.slice(own.pathname.length);
  const [, slug, entryId] = /^s\/([a-z0-9-]+)(?:\/([A-Za-z0-9_-]+))?\/?$/.exec(path) ?? [];
  if (slug === undefined) return undefined;
  return entryId === undefined ? { slug } : { slug, entryId };
}

/**
 * How to embed a page of ours (oEmbed 1.0, type `rich`). Consumers keep the answer for days, whatever we ask them to: so
 * there is no word of an entry in it, which may be withdrawn the next minute. The frame tells.
 */
export function oembed(story: Story, { slug, entryId }: PageNamed, query: OembedQuery, site: Site): object {
  const { addresses } = site;
  const width = Math.min(query.maxwidth ?? USUAL.width, USUAL.width);
  const height = Math.min(query.maxheight ?? USUAL.height, USUAL.height);
  // It makes the frame as high as the story, which may be higher than whoever asked has room for.
  const grows = query.maxheight === undefined && html`<script async src="${addresses.frameScript}"></script>`;
  const frame = html`<iframe src="${addresses.frame(slug, entryId)}" width="${width}" height="${height}" title="${story.headline}" loading="lazy" frameborder="0" allow="fullscreen"></iframe>${grows}`;
  return {
    version: '1.0',
    type: 'rich',
    title: story.headline,
    provider_name: publisherOf(site),
    provider_url: addresses.front,
    cache_age: CACHE_AGE,
    html: frame.text,
    width,
    height,
    ...thumbnailOf(story.picture, query),
  };
}

/** The largest form of the picture that is not too large, where its size is known. */
function thumbnailOf(
  picture: Picture | undefined,
  { maxwidth = MOST_PIXELS, maxheight = MOST_PIXELS }: OembedQuery,
): object {
  if (picture === undefined) return {};
  const forms = [picture, ...(picture.renditions ?? [])].flatMap(({ url, width, height }) =>
    width === undefined || height === undefined || width > maxwidth || height > maxheight
      ? []
      : [{ url, width, height }],
  );
  const [largest] = forms.sort((a, b) => b.width - a.width);
  if (largest === undefined) return {};
  return { thumbnail_url: largest.url, thumbnail_width: largest.width, thumbnail_height: largest.height };
}

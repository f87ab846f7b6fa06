import { storyLinks } from '@slugline/client/view';
import type { Request } from 'express';
import { invalidInput } from '../story/input-errors.js';

/** Formats in which feed readers are told of entries, by the end of the feed's path. */
export const FEED_FORMATS = ['rss', 'atom', 'json'] as const;
export type FeedFormat = (typeof FEED_FORMATS)[number];

/** Where readers and machines find what this server shows: absolute URLs, made in this one place. */
export interface Addresses {
  /** Of the list of stories. */
  readonly front: string;
  story(slug: string): string;
  entry(slug: string, id: string): string;
  /** @param slug absent: the feed of all stories. */
  feed(format: FeedFormat, slug?: string): string;
  /** A story as ninjs, or one entry of it. */
  ninjs(slug: string, id?: string): string;
  /** The page that stands in an iframe: of a story, or of one entry. */
  frame(slug: string, id?: string): string;
  /** What a site loads beside the iframe, so that the frame is as high as what stands in it. */
  readonly frameScript: string;
  /** Where one of our pages says how to embed it. */
  oembed(page: string): string;
}

/** @param home where readers reach this server, without a slash at the end. */
export function addressesAt(home: string): Addresses {
  const linksOf = (slug: string) => storyLinks({ server: home, slug, isNewest: true });
  return {
    front: `${home}/`,
    story: (slug) => linksOf(slug).story,
    entry: (slug, id) => linksOf(slug).entry(id),
    feed: (format, slug) => `${slug === undefined ? home : linksOf(slug).story}/feed.${format}`,
    ninjs: (slug, id) => `${id === undefined ? linksOf(slug).story : linksOf(slug).entry(id)}/ninjs.json`,
    frame: (slug, id) => [home, 'embed', segment(slug), ...(id === undefined ? [] : [segment(id)])].join('/'),
    frameScript: `${home}/embed-frame.js`,
    oembed: (page) => `${home}/oembed?format=json&url=${segment(page)}`,
  };
}

/** A name and perhaps a port, as browsers write them; an IPv6 address in brackets. */
const HOST = /^(?:[a-z0-9][a-z0-9._-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * Where readers reach this server: PUBLIC_URL. Without it, where this request says that it was sent.
 *
 * `Host` can be whatever the asker likes, but it is part of what a cache keeps an answer under, so that who lies sees
 * nobody but themselves led astray. `X-Forwarded-Host` is not, and is not read. Whether it was `https` is taken from
 * `X-Forwarded-Proto` where a proxy of TRUST_PROXY says so. A proxy that asks for us by another name than readers do
 * therefore needs PUBLIC_URL.
 *
 * @throws Failure `invalid_input` for a `Host` that is none.
 */
export function homeOf(req: Request, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl;
  const { host } = req.headers;
  if (host === undefined || !HOST.test(host)) {
    throw invalidInput([{ field: 'Host', message: 'must be this server’s name or address, with its port if need be' }]);
  }
  // Not `req.protocol`, which is whatever word the proxy was handed.
  return `${req.secure ? 'https' : 'http'}://${host.toLowerCase()}`;
}

/** As one part of a URL: half a character, too, which could not be encoded. */
function segment(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
}

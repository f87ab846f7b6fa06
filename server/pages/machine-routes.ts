import express, { type Request, type Response, type Router } from 'express';
import { Failure } from '../errors.js';
import type { StoryStore } from '../store/story-store.js';
import { parseInput } from '../story/requests.js';
import { FEED_FORMATS, type FeedFormat } from './addresses.js';
import { oembed, pageNamed } from './oembed.js';
import { oembedQuery } from './oembed-query.js';
import { isForAll, type Reading } from './reading.js';
import { sendText } from './send.js';
import { shareBriefly } from './shared-load.js';
import type { Site } from './site.js';
import { atom } from './syndication/atom.js';
import { everythingFeed, type Feed, storyFeed } from './syndication/feed.js';
import { jsonFeed } from './syndication/json-feed.js';
import { ninjsEntry, ninjsStory } from './syndication/ninjs.js';
import { recentEntries } from './syndication/recent-entries.js';
import { rss } from './syndication/rss.js';

export interface MachineRoutesParts {
  readonly store: StoryStore;
  readonly reading: Reading;
  readonly siteOf: (req: Request) => Site;
}

interface Format {
  readonly type: string;
  readonly write: (feed: Feed, self: string) => string;
}

const FORMATS: Readonly<Record<FeedFormat, Format>> = {
  rss: { type: 'application/rss+xml; charset=utf-8', write: rss },
  atom: { type: 'application/atom+xml; charset=utf-8', write: atom },
  json: { type: 'application/feed+json; charset=utf-8', write: jsonFeed },
};
const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * What stands beside the pages for machines to read: feeds, ninjs and oEmbed. They are answered like the API where
 * something is wrong, since nobody looks at a page there.
 */
export function machineRoutes({ store, reading, siteOf }: MachineRoutesParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  const everything = shareBriefly(() => recentEntries(store));

  for (const format of FEED_FORMATS) {
    router.get(`/feed.${format}`, async (req, res) => {
      const site = siteOf(req);
      const feed = everythingFeed(await everything(''), site);
      sendFeed(res, format, feed, site.addresses.feed(format), true);
    });
    router.get(`/s/:slug/feed.${format}`, async (req: Request<{ slug: string }>, res) => {
      const site = siteOf(req);
      const view = await reading.story(req);
      const { slug, visibility } = view.story;
      sendFeed(res, format, storyFeed(view, site), site.addresses.feed(format, slug), visibility === 'public');
    });
  }

  router.get('/s/:slug/ninjs.json', async (req, res) => {
    const view = await reading.story(req);
    sendJson(res, ninjsStory(view, siteOf(req)), view.story.visibility === 'public');
  });
  router.get('/s/:slug/:entryId/ninjs.json', async (req, res) => {
    const { story, entry } = await reading.entry(req);
    sendJson(res, ninjsEntry(entry, story, siteOf(req)), story.visibility === 'public');
  });

  router.get('/oembed', async (req, res) => {
    const query = parseInput(oembedQuery, req.query, 'query');
    if (query.format !== 'json') throw new Failure('format_not_supported');
    const site = siteOf(req);
    const page = pageNamed(query.url, site.addresses.front);
    if (page === undefined)
      throw new Failure('story_not_found', 'The URL is not that of a story or entry of this server.');
    const story = await reading.publicStory(page.slug, page.entryId);
    sendJson(res, oembed(story, page, query, site), true);
  });
  return router;
}

function sendFeed(res: Response, format: FeedFormat, feed: Feed, self: string, isPublic: boolean): void {
  const { type, write } = FORMATS[format];
  sendText(res, { text: write(feed, self), type, isForAll: isForAll(res.req, isPublic) });
}

function sendJson(res: Response, value: object, isPublic: boolean): void {
  sendText(res, { text: JSON.stringify(value), type: JSON_TYPE, isForAll: isForAll(res.req, isPublic) });
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { onTestFinished } from 'vitest';
import type { Change, Edition } from '../../client-sdk/protocol/index.js';
import type { Access } from '../../server/access/access.js';
import { authenticate } from '../../server/access/authenticate.js';
import { clientAddressBehind } from '../../server/access/client-address.js';
import { ownPages } from '../../server/access/people/own-pages.js';
import { Failure } from '../../server/errors.js';
import type { Limits } from '../../server/limits/limits.js';
import { Admission } from '../../server/live/admission.js';
import { followRoutes } from '../../server/live/follow-routes.js';
import { attachGateway } from '../../server/live/gateway.js';
import type { SocketTimes } from '../../server/live/socket-times.js';
import { createFeeds } from '../../server/live/store-feeds.js';
import type { StoryFeed, StoryFeeds } from '../../server/live/story-feed.js';
import { createLogger } from '../../server/logger.js';
import { createMetrics, type Metrics } from '../../server/metrics.js';
import { createReach } from '../../server/reach/create-reach.js';
import type { Reach } from '../../server/reach/reach.js';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.js';
import { memoryBoard } from '../../server/store/memory-board.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { directoryForTest } from './server.js';

/** A real embedded store for one test, in `directory` or one of its own. */
export async function storeForTest(directory?: string): Promise<StoryStore> {
  const store = await openEmbeddedStore({ directory: directory ?? (await directoryForTest()) });
  onTestFinished(() => store.close());
  return store;
}

/** Feeds over a store for one test. */
export function feedsForTest(
  store: StoryStore,
  options: { headCheckMs?: number; lingerMs?: number; metrics?: Metrics } = {},
) {
  const { metrics = createMetrics() } = options;
  const feeds: StoryFeeds = createFeeds(store, { logger: createLogger('silent'), ...options, metrics });
  onTestFinished(() => feeds.close());
  return { feeds, metrics };
}

/** Lets all in, as who brings nothing. */
export const ANYBODY: Access = {
  authenticate: async () => ({ kind: 'anonymous' }),
  session: async () => undefined,
  refuse: (message) => new Failure('unauthenticated', message),
  isInForce: () => true,
  onRevoked: () => () => undefined,
};

/** Of an instance that is alone, for one test. */
export function reachForTest(): Reach {
  const reach = createReach({ board: memoryBoard(), now: Date.now, logger: createLogger('silent') });
  onTestFinished(() => reach.close());
  return reach;
}

/** Counts nothing. */
export const UNLIMITED: Limits = {
  command: async () => undefined,
  request: () => undefined,
  badCredential: () => undefined,
  subscription: () => undefined,
  close: () => undefined,
};

/**
 * The live doors alone, over a store of the test's own, for readers who bring nothing. Answers their address.
 *
 * @param options what is to differ from the doors of a whole server.
 */
export async function doorsForTest(
  store: StoryStore,
  options: { times?: Partial<SocketTimes>; slowReaderBytes?: number; metrics?: Metrics } = {},
): Promise<string> {
  const { times = {}, slowReaderBytes = 1024 * 1024, ...rest } = options;
  const { feeds, metrics } = feedsForTest(store, rest);
  const addressOf = clientAddressBehind([]);
  const admission = new Admission({ limits: { most: 1_000, perAddress: 0, pollAbove: 0 }, addressOf });
  const slowReaders = { bytes: slowReaderBytes, ms: 30_000 };
  const parts = {
    feeds,
    access: ANYBODY,
    admission,
    slowReaders,
    logger: createLogger('silent'),
    metrics,
    reach: reachForTest(),
  };
  const follow = followRoutes(parts);
  const app = express().use(authenticate({ access: ANYBODY, addressOf, ownPages: ownPages(undefined) }), follow.router);
  const server = createServer(app).listen(0, '127.0.0.1');
  const gateway = attachGateway(server, {
    ...parts,
    ...{ times, limits: UNLIMITED, allowedOrigins: '*', board: memoryBoard(), now: Date.now },
  });
  onTestFinished(async () => {
    await gateway.close();
    await follow.close();
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

export async function openFeed(feeds: StoryFeeds, stream: string, edition: Edition = 'public'): Promise<StoryFeed> {
  const lease = await feeds.open(stream, edition);
  if (lease === undefined) throw new Error(`there is no stream ${stream}`);
  onTestFinished(() => lease.release());
  return lease.feed;
}

/** What a feed delivered, as its listeners heard it. */
export interface Heard {
  readonly changes: (Change & { readonly after: number; readonly objectId: string })[];
  readonly resets: { readonly epoch: string; readonly seq: number }[];
}

export function listenTo(feed: StoryFeed): Heard {
  const heard: Heard = { changes: [], resets: [] };
  feed.listen((event) => {
    if (event.type === 'reset') heard.resets.push(event.position);
    else {
      const { follows, objectId, json } = event.change;
      heard.changes.push({ ...JSON.parse(json), after: follows.seq, objectId });
    }
  });
  return heard;
}

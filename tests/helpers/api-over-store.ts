import { once } from 'node:events';
import express from 'express';
import { onTestFinished } from 'vitest';
import { createKey } from '../../server/access/api-keys.js';
import { authenticate } from '../../server/access/authenticate.js';
import { createAccess } from '../../server/access/create-access.js';
import { ownPages } from '../../server/access/people/own-pages.js';
import { openRings } from '../../server/access/rings.js';
import { apiRoutes } from '../../server/http/api-routes.js';
import { problemHandler } from '../../server/http/problem.js';
import { createLogger } from '../../server/logger.js';
import { createMetrics } from '../../server/metrics.js';
import { requestLog } from '../../server/request-log.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { reachForTest, UNLIMITED } from './live-parts.js';
import { type Api, createApi } from './server.js';

/**
 * The HTTP API, by an editor's key, over a store some of whose methods do otherwise: for what only happens when two
 * come in the way of each other. Gone when the test is over; the store stays open.
 */
export async function apiOverStore(store: StoryStore, otherwise: Partial<StoryStore>): Promise<Api> {
  const metrics = createMetrics();
  const logger = createLogger('silent');
  const rings = await openRings(store, logger);
  onTestFinished(() => rings.close());
  const { credential } = await createKey(store, { name: 'N', role: 'editor' }, { name: 'a test' });
  const mixed = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(otherwise, name) ?? Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const noReach = { reach: reachForTest(), alerts: undefined };
  const who = {
    access: createAccess(rings, undefined, Date.now),
    addressOf: () => '',
    ownPages: ownPages(undefined),
  };
  const app = express().use(requestLog(logger), authenticate(who));
  app.use(
    apiRoutes({ ...who, store: mixed, rings, publicUrl: undefined, limits: UNLIMITED, metrics, ...noReach }),
    problemHandler({ logger, metrics }),
  );
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  return createApi(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, credential);
}

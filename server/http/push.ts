import { BREAKING_SLUG } from '@slugline/client/protocol';
import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { callerOf } from '../access/authenticate.js';
import type { ClientAddress } from '../access/client-address.js';
import type { Limits } from '../limits/limits.js';
import type { Alerts } from '../push/alerts.js';
import { subscriptionIdText, subscriptionRequest } from '../push/subscription.js';
import type { StoryStore } from '../store/story-store.js';
import { noQuery, parseInput } from '../story/requests.js';
import { noBody } from './carry-out.js';
import { readAs } from './current.js';
import { storyOf } from './path.js';
import { methodNotAllowed } from './problem.js';
import { readBody } from './read-body.js';
import { sendJson } from './send.js';

export interface PushParts {
  readonly store: StoryStore;
  readonly limits: Limits;
  readonly addressOf: ClientAddress;
  readonly alerts: Alerts;
}

const subscriptionPath = z.object({ subscriptionId: subscriptionIdText });

/** Where readers begin and end to get alerts. A story's are for whoever may read it. */
export function pushRoutes({ store, limits, addressOf, alerts }: PushParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/push/key')
    .get((req, res) => {
      parseInput(noQuery, req.query, 'query');
      sendJson(res, JSON.stringify({ key: alerts.publicKey }));
    })
    .all(methodNotAllowed('GET'));

  router
    .route('/v1/stories/:slug/subscriptions')
    .post(async (req, res) => follow(req, res, await readableStory(req)))
    .all(methodNotAllowed('POST'));
  router
    .route('/v1/stories/:slug/subscriptions/:subscriptionId')
    .delete(async (req, res) => unfollow(req, res, await readableStory(req)))
    .all(methodNotAllowed('DELETE'));
  router
    .route('/v1/breaking/subscriptions')
    .post((req, res) => follow(req, res, BREAKING_SLUG))
    .all(methodNotAllowed('POST'));
  router
    .route('/v1/breaking/subscriptions/:subscriptionId')
    .delete((req, res) => unfollow(req, res, BREAKING_SLUG))
    .all(methodNotAllowed('DELETE'));

  return router;

  async function readableStory(req: Request): Promise<string> {
    const slug = storyOf(req);
    await readAs(callerOf(req), 'public', () => store.head(slug, 'public'));
    return slug;
  }

  async function follow(req: Request, res: Response, topic: string): Promise<void> {
    limits.subscription(addressOf(req));
    parseInput(noQuery, req.query, 'query');
    const input = parseInput(subscriptionRequest, await readBody(req, res));
    const { id, since, isNew } = await alerts.follow(topic, input);
    if (isNew) {
      const of = topic === BREAKING_SLUG ? 'breaking' : `stories/${topic}`;
      res.status(201).location(`/v1/${of}/subscriptions/${id}`);
    }
    res.set('Cache-Control', 'no-store').type('json').send(JSON.stringify({ id, topic, since }));
  }

  /** Who ends what is not there has what they want. */
  async function unfollow(req: Request, res: Response, topic: string): Promise<void> {
    const { subscriptionId } = parseInput(subscriptionPath, req.params);
    parseInput(noQuery, req.query, 'query');
    parseInput(noBody, await readBody(req, res));
    await alerts.unfollow(topic, subscriptionId);
    res.set('Cache-Control', 'no-store').status(204).end();
  }
}

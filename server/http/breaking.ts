import { BREAKING_SLUG, formatPosition, LIMITS } from '@slugline/client/protocol';
import express, { type Router } from 'express';
import type { StoryStore } from '../store/story-store.js';
import { noQuery, parseInput } from '../story/requests.js';
import { methodNotAllowed } from './problem.js';
import { sendJson } from './send.js';

/** Before the first breaking entry there is no stream. A position of this epoch is answered with a reset later on. */
const NOTHING_YET = { epoch: 'none', seq: 0 };

export function breakingRoutes({ store }: { store: StoryStore }): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/breaking')
    .get(async (req, res) => {
      parseInput(noQuery, req.query, 'query');
      const page = await store.page(BREAKING_SLUG, 'public', { limit: LIMITS.breaking });
      const position = page?.position ?? NOTHING_YET;
      const entries = (page?.objects ?? []).map((object) => object.form).join(',');
      const text = `{"entries":[${entries}],"position":${JSON.stringify(position)}}`;
      sendJson(res, text, formatPosition(position));
    })
    .all(methodNotAllowed('GET'));

  return router;
}

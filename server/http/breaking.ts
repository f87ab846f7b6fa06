import { BREAKING_SLUG, formatPosition, LIMITS } from '@slugline/client/protocol';
import express, { type Router } from 'express';
import { z } from 'zod';
import type { StoryStore } from '../store/story-store.js';
import { parseInput } from '../story/requests.js';
import { methodNotAllowed } from './problem.js';
import { sendJson } from './send.js';

const breakingQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(LIMITS.breaking))
    .default(LIMITS.pageDefault),
});

/** Before the first breaking entry there is no stream. A position of this epoch is answered with a reset later on. */
const NOTHING_YET = { epoch: 'none', seq: 0 };

export function breakingRoutes({ store }: { store: StoryStore }): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/breaking')
    .get(async (req, res) => {
      const query = parseInput(breakingQuery, req.query, 'query');
      const page = await store.page(BREAKING_SLUG, 'public', query);
      const position = page?.position ?? NOTHING_YET;
      const entries = (page?.objects ?? []).map((object) => object.form).join(',');
      const tail = page?.older === undefined ? '' : `,"older":${JSON.stringify(page.older)}`;
      res.set('ETag', `"${formatPosition(position)}"`);
      sendJson(res, `{"entries":[${entries}],"position":${JSON.stringify(position)}${tail}}`, true);
    })
    .all(methodNotAllowed('GET'));

  return router;
}

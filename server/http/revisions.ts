import express, { type Router } from 'express';
import { callerOf } from '../access/authenticate.js';
import { requireRole } from '../access/policy.js';
import type { StoryStore } from '../store/story-store.js';
import { parseInput, revisionsQuery } from '../story/requests.js';
import { currentEntry } from './current.js';
import { entryOf } from './path.js';
import { methodNotAllowed } from './problem.js';
import { sendJson } from './send.js';

export function revisionRoutes({ store }: { store: StoryStore }): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/stories/:slug/entries/:entryId/revisions')
    .get(async (req, res) => {
      requireRole(callerOf(req), 'editor');
      const { slug, entryId } = entryOf(req);
      const query = parseInput(revisionsQuery, req.query, 'query');
      await currentEntry(callerOf(req), store, slug, entryId);
      const revisions = await store.revisions(slug, entryId, query);
      const texts = revisions.map(
        ({ version, kind, at, form }) => `{"version":${version},"kind":"${kind}","at":"${at}","entry":${form}}`,
      );
      const last = revisions.at(-1);
      const more = revisions.length === query.limit && last !== undefined && last.version > 1;
      sendJson(res, `{"revisions":[${texts.join(',')}]${more ? `,"older":${last.version}` : ''}}`);
    })
    .all(methodNotAllowed('GET'));

  return router;
}

import express, { type Router } from 'express';
import { callerOf } from '../access/authenticate.js';
import { Failure } from '../errors.js';
import type { Alerts } from '../push/alerts.js';
import type { Reach } from '../reach/reach.js';
import { HEADER_ID, type StoryStore } from '../store/story-store.js';
import { noQuery, parseInput } from '../story/requests.js';
import { deskEntry, deskStory } from '../story/stored.js';
import { readAs } from './current.js';
import { entryOf, storyOf } from './path.js';
import { methodNotAllowed } from './problem.js';
import { recallOf } from './recall.js';
import { sendJson } from './send.js';

export interface AudienceParts {
  readonly store: StoryStore;
  readonly reach: Reach;
  /** Absent: this server sends none. */
  readonly alerts: Pick<Alerts, 'recalled'> | undefined;
}

/** Who follows a story now, and how far a withdrawal has come: for whoever may read its desk edition. */
export function audienceRoutes({ store, reach, alerts }: AudienceParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/stories/:slug/audience')
    .get(async (req, res) => {
      const slug = storyOf(req);
      parseInput(noQuery, req.query, 'query');
      await readAs(callerOf(req), 'desk', () => store.object(slug, 'desk', HEADER_ID));
      sendJson(res, JSON.stringify(await reach.audience(slug)));
    })
    .all(methodNotAllowed('GET'));

  router
    .route('/v1/stories/:slug/entries/:entryId/recall')
    .get(async (req, res) => {
      const { slug, entryId } = entryOf(req);
      parseInput(noQuery, req.query, 'query');
      const view = await readAs(callerOf(req), 'desk', () => store.object(slug, 'desk', entryId));
      if (view.object === undefined) throw new Failure('entry_not_found');
      const parts = { reach, alerts, now: () => store.now() };
      sendJson(res, JSON.stringify(await recallOf(parts, deskStory(view.header), deskEntry(view.object))));
    })
    .all(methodNotAllowed('GET'));

  return router;
}

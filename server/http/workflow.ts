import express, { type Router } from 'express';
import { Failure } from '../errors.js';
import { moveEntry } from '../story/move.js';
import { restorationRequest, workflowRequest } from '../story/requests.js';
import { restoreEntry } from '../story/restore.js';
import { deskEntry } from '../story/stored.js';
import { type CommandParts, carryOut } from './carry-out.js';
import { entryOf } from './path.js';
import { methodNotAllowed } from './problem.js';
import { uponEntry } from './upon-entry.js';

/** An entry's way to readers, and back to what it said before. */
export function workflowRoutes(parts: CommandParts): Router {
  const { store } = parts;
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/stories/:slug/entries/:entryId/workflow')
    .post((req, res) =>
      carryOut(parts, req, res, {
        ...uponEntry(store, req),
        role: 'contributor',
        body: workflowRequest,
        decide: ({ story, entry }, input, context) => moveEntry(story, entry, input, context),
        answer: { field: 'entry' },
      }),
    )
    .all(methodNotAllowed('POST'));

  router
    .route('/v1/stories/:slug/entries/:entryId/restoration')
    .post((req, res) => {
      const { slug, entryId } = entryOf(req);
      const entry = uponEntry(store, req);
      return carryOut(parts, req, res, {
        ...entry,
        body: restorationRequest,
        read: async ({ version }) => {
          const current = await entry.read();
          const [found] = await store.revisions(slug, entryId, { limit: 1, before: version + 1 });
          if (found?.version !== version) throw new Failure('revision_not_found');
          return { ...current, revision: deskEntry(found) };
        },
        decide: ({ entry: current, revision }, _version, context) => restoreEntry(current, revision, context),
        answer: { field: 'entry' },
      });
    })
    .all(methodNotAllowed('POST'));

  return router;
}

import express, { type Router } from 'express';
import { withdrawalRequest } from '../story/requests.js';
import { releaseEntry, withdrawEntry } from '../story/withdraw.js';
import { type CommandParts, carryOut, noBody } from './carry-out.js';
import { currentEntry } from './current.js';
import { entryOf, entryPath } from './path.js';
import { methodNotAllowed } from './problem.js';

export function withdrawalRoutes(parts: CommandParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/stories/:slug/entries/:entryId/withdrawal')
    .post((req, res) => {
      const { slug, entryId } = entryOf(req);
      return carryOut(parts, req, res, {
        body: withdrawalRequest,
        stream: () => slug,
        read: () => currentEntry(parts.store, slug, entryId),
        version: ({ entry }) => entry.version,
        decide: ({ story, entry }, input, context) => withdrawEntry(story, entry, input, context),
        answer: { field: 'entry', location: entryPath },
      });
    })
    .delete((req, res) => {
      const { slug, entryId } = entryOf(req);
      return carryOut(parts, req, res, {
        body: noBody,
        stream: () => slug,
        read: () => currentEntry(parts.store, slug, entryId),
        version: ({ entry }) => entry.version,
        decide: ({ story, entry }, _none, context) => releaseEntry(story, entry, context),
        answer: { field: 'entry' },
      });
    })
    .all(methodNotAllowed('POST', 'DELETE'));

  return router;
}

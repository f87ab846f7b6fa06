import express, { type Router } from 'express';
import { withdrawalRequest } from '../story/requests.js';
import { releaseEntry, withdrawEntry } from '../story/withdraw.js';
import { type CommandParts, carryOut, noBody } from './carry-out.js';
import { entryPath } from './path.js';
import { methodNotAllowed } from './problem.js';
import { uponEntry } from './upon-entry.js';

export function withdrawalRoutes(parts: CommandParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/stories/:slug/entries/:entryId/withdrawal')
    .post((req, res) =>
      carryOut(parts, req, res, {
        ...uponEntry(parts.store, req),
        body: withdrawalRequest,
        decide: ({ story, entry }, input, context) => withdrawEntry(story, entry, input, context),
        answer: { field: 'entry', location: entryPath },
      }),
    )
    .delete((req, res) =>
      carryOut(parts, req, res, {
        ...uponEntry(parts.store, req),
        body: noBody,
        decide: ({ entry }, _none, context) => releaseEntry(entry, context),
        answer: { field: 'entry' },
      }),
    )
    .all(methodNotAllowed('POST', 'DELETE'));

  return router;
}

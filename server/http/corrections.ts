import express, { type Router } from 'express';
import { correctEntry } from '../story/correct.js';
import { correctionRequest } from '../story/requests.js';
import { type CommandParts, carryOut } from './carry-out.js';
import { entryPath } from './path.js';
import { methodNotAllowed } from './problem.js';
import { uponEntry } from './upon-entry.js';

export function correctionRoutes(parts: CommandParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/stories/:slug/entries/:entryId/corrections')
    .post((req, res) =>
      carryOut(parts, req, res, {
        ...uponEntry(parts.store, req),
        body: correctionRequest,
        decide: ({ entry }, input, context) => correctEntry(entry, input, context),
        answer: { field: 'entry', location: entryPath },
      }),
    )
    .all(methodNotAllowed('POST'));

  return router;
}

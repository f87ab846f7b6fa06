import express, { type Router } from 'express';
import { correctEntry } from '../story/correct.js';
import { correctionRequest } from '../story/requests.js';
import { type CommandParts, carryOut } from './carry-out.js';
import { currentEntry } from './current.js';
import { entryOf, entryPath } from './path.js';
import { methodNotAllowed } from './problem.js';

export function correctionRoutes(parts: CommandParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/stories/:slug/entries/:entryId/corrections')
    .post((req, res) => {
      const { slug, entryId } = entryOf(req);
      return carryOut(parts, req, res, {
        body: correctionRequest,
        stream: () => slug,
        read: () => currentEntry(parts.store, slug, entryId),
        version: ({ entry }) => entry.version,
        decide: ({ story, entry }, input, context) => correctEntry(story, entry, input, context),
        answer: { field: 'entry', location: entryPath },
      });
    })
    .all(methodNotAllowed('POST'));

  return router;
}

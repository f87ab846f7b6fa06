import express, { type Router } from 'express';
import { pinEntry, unpinEntry } from '../story/pin.js';
import { type CommandParts, carryOut, noBody } from './carry-out.js';
import type { CurrentEntry } from './current.js';
import { methodNotAllowed } from './problem.js';
import { uponEntry } from './upon-entry.js';

/** A pin changes the story, not the entry: the answers hold the story, and `If-Match` is its version. */
export function pinRoutes(parts: CommandParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  const upon = ({ story }: CurrentEntry) => story;

  router
    .route('/v1/stories/:slug/pins/:entryId')
    .put((req, res) =>
      carryOut(parts, req, res, {
        ...uponEntry(parts.store, req),
        upon,
        body: noBody,
        decide: ({ story, entry }, _none, context) => pinEntry(story, entry, context),
        answer: { field: 'story' },
      }),
    )
    .delete((req, res) =>
      carryOut(parts, req, res, {
        ...uponEntry(parts.store, req),
        upon,
        body: noBody,
        decide: ({ story, entry }, _none, context) => unpinEntry(story, entry.id, context),
        answer: { field: 'story' },
      }),
    )
    .all(methodNotAllowed('PUT', 'DELETE'));

  return router;
}

import express, { type Router } from 'express';
import { pinEntry, unpinEntry } from '../story/pin.js';
import { type CommandParts, carryOut, noBody } from './carry-out.js';
import { currentEntry } from './current.js';
import { entryOf } from './path.js';
import { methodNotAllowed } from './problem.js';

/** A pin changes the story, not the entry: the answers hold the story, and `If-Match` is its version. */
export function pinRoutes(parts: CommandParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/stories/:slug/pins/:entryId')
    .put((req, res) => {
      const { slug, entryId } = entryOf(req);
      return carryOut(parts, req, res, {
        body: noBody,
        stream: () => slug,
        read: () => currentEntry(parts.store, slug, entryId),
        version: ({ story }) => story.version,
        decide: ({ story, entry }, _none, context) => pinEntry(story, entry, context),
        answer: { field: 'story' },
      });
    })
    .delete((req, res) => {
      const { slug, entryId } = entryOf(req);
      return carryOut(parts, req, res, {
        body: noBody,
        stream: () => slug,
        read: () => currentEntry(parts.store, slug, entryId),
        version: ({ story }) => story.version,
        decide: ({ story, entry }, _none, context) => unpinEntry(story, entry.id, context),
        answer: { field: 'story' },
      });
    })
    .all(methodNotAllowed('PUT', 'DELETE'));

  return router;
}

import express, { type Router } from 'express';
import { callerOf } from '../access/authenticate.js';
import { Failure } from '../errors.js';
import { editEntry } from '../story/edit.js';
import { publishEntry } from '../story/publish.js';
import { editRequest, entriesQuery, entryQuery, parseInput, publishRequest } from '../story/requests.js';
import { discardEntry } from '../story/withdraw.js';
import { type CommandParts, carryOut, noBody } from './carry-out.js';
import { currentStory, readAs } from './current.js';
import { readEntries } from './entry-page.js';
import { entryOf, entryPath, storyOf } from './path.js';
import { methodNotAllowed } from './problem.js';
import { sendJson } from './send.js';
import { uponEntry } from './upon-entry.js';

export function entryRoutes(parts: CommandParts): Router {
  const { store } = parts;
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/stories/:slug/entries')
    .get(async (req, res) => {
      const slug = storyOf(req);
      const { edition, ...query } = parseInput(entriesQuery, req.query, 'query');
      const view = await readAs(callerOf(req), edition, () => readEntries(store, slug, edition, query));
      const { objects, position, older } = view;
      const entries = objects.map((object) => object.form).join(',');
      const tail = older === undefined ? '' : `,"older":${JSON.stringify(older)}`;
      sendJson(res, `{"entries":[${entries}],"position":${JSON.stringify(position)}${tail}}`);
    })
    .post((req, res) =>
      carryOut(parts, req, res, {
        role: 'contributor',
        body: publishRequest,
        stream: () => storyOf(req),
        read: () => currentStory(callerOf(req), store, storyOf(req)),
        decide: ({ story }, input, context) => publishEntry(story, input, context),
        answer: { field: 'entry', location: entryPath },
      }),
    )
    .all(methodNotAllowed('GET', 'POST'));

  router
    .route('/v1/stories/:slug/entries/:entryId')
    // A withdrawn entry answers with its tombstone and not with an error: the reader who asks holds a link to it,
    // and the tombstone has the notice that tells them what became of it.
    .get(async (req, res) => {
      const { slug, entryId } = entryOf(req);
      const { edition } = parseInput(entryQuery, req.query, 'query');
      const view = await readAs(callerOf(req), edition, () => store.object(slug, edition, entryId));
      if (view.object === undefined) throw new Failure('entry_not_found');
      const { form, version } = view.object;
      sendJson(res, `{"entry":${form},"position":${JSON.stringify(view.position)}}`, String(version));
    })
    .patch((req, res) =>
      carryOut(parts, req, res, {
        ...uponEntry(store, req),
        role: 'contributor',
        body: editRequest,
        decide: ({ entry }, input, context) => editEntry(entry, input, context),
        answer: { field: 'entry' },
      }),
    )
    .delete((req, res) =>
      carryOut(parts, req, res, {
        ...uponEntry(store, req),
        role: 'contributor',
        body: noBody,
        decide: ({ entry }, _none, context) => discardEntry(entry, context),
        answer: { field: 'entry' },
      }),
    )
    .all(methodNotAllowed('GET', 'PATCH', 'DELETE'));

  return router;
}

import { formatPosition } from '@slugline/client/protocol';
import express, { type Router } from 'express';
import type { Caller } from '../access/access.js';
import { callerOf } from '../access/authenticate.js';
import type { MemberRing } from '../access/people/member-ring.js';
import { mayReadDesk, requireRole } from '../access/policy.js';
import type { Rings } from '../access/rings.js';
import { Failure } from '../errors.js';
import type { StoredObject, StoryStore, StreamPage } from '../store/story-store.js';
import { createStory } from '../story/create-story.js';
import { invalidInput } from '../story/input-errors.js';
import { patchStory } from '../story/patch-story.js';
import { createStoryRequest, parseInput, patchStoryRequest, snapshotQuery, storiesQuery } from '../story/requests.js';
import { deskStory, publicStoryOf } from '../story/stored.js';
import { type CommandParts, carryOut } from './carry-out.js';
import { currentStory, readAs } from './current.js';
import { storyOf } from './path.js';
import { methodNotAllowed } from './problem.js';
import { sendJson } from './send.js';

/** Reads of the store that one list may cost where most stories are private. Bounds what a stranger can cause. */
const LIST_READS = 8;

export interface StoryParts extends CommandParts {
  readonly rings: Pick<Rings, 'members'>;
}

export function storyRoutes(parts: StoryParts): Router {
  const { store } = parts;
  const { members } = parts.rings;
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/stories')
    .get(async (req, res) => {
      const { limit, before, edition } = parseInput(storiesQuery, req.query, 'query');
      if (edition === 'desk') requireRole(callerOf(req), 'contributor');
      const { forms, older } = await listStories(store, callerOf(req), edition, limit, before);
      const tail = older === undefined ? '' : `,"older":${JSON.stringify(older)}`;
      sendJson(res, `{"stories":[${forms.join(',')}]${tail}}`);
    })
    .post((req, res) =>
      carryOut(parts, req, res, {
        body: createStoryRequest,
        stream: (input) => input.slug,
        read: async (input) => {
          if ((await store.head(input.slug, 'desk')) !== undefined) throw new Failure('story_exists');
          return {};
        },
        decide: (_nothing, input, context) => {
          requireOwnDesk(callerOf(req), members, input.members);
          return createStory(input, context);
        },
        answer: { field: 'story', location: (story) => `/v1/stories/${story.slug}` },
      }),
    )
    .all(methodNotAllowed('GET', 'POST'));

  router
    .route('/v1/stories/:slug')
    .get(async (req, res) => {
      const slug = storyOf(req);
      const { limit, edition } = parseInput(snapshotQuery, req.query, 'query');
      const view = await readAs(callerOf(req), edition, () => store.page(slug, edition, { limit }));
      const { header, objects, position, older } = view;
      const entries = objects.map((object) => object.form).join(',');
      const tail = older === undefined ? '' : `,"older":${JSON.stringify(older)}`;
      const text = `{"story":${header.form},"entries":[${entries}],"position":${JSON.stringify(position)}${tail}}`;
      sendJson(res, text, formatPosition(position));
    })
    .patch((req, res) =>
      carryOut(parts, req, res, {
        body: patchStoryRequest,
        stream: () => storyOf(req),
        read: () => currentStory(callerOf(req), store, storyOf(req)),
        upon: ({ story }) => story,
        decide: ({ story }, input, context) => {
          requireOwnDesk(callerOf(req), members, input.members ?? []);
          return patchStory(story, input, context);
        },
        answer: { field: 'story' },
      }),
    )
    .all(methodNotAllowed('GET', 'PATCH'));

  return router;
}

/** A desk is restricted to members who are there, and nobody but an admin shuts themselves out. */
function requireOwnDesk(caller: Caller, members: MemberRing, restricted: readonly string[] = []): void {
  const unknown = restricted.find((id) => members.get(id) === undefined);
  const message =
    unknown !== undefined
      ? `must name members by their ids, and ${unknown} is none`
      : 'must name the one who sets them too, unless that is an admin';
  if (unknown !== undefined || !mayReadDesk(caller, { members: restricted })) {
    throw invalidInput([{ field: 'members', message }]);
  }
}

/**
 * Headers, newest public change first; readers get the public ones, and the desk those that are not restricted to
 * others. Each read asks for no more than is still wanted, so its cursor never skips a story. May answer fewer than
 * `limit`, even none, and still name `older`.
 */
async function listStories(
  store: StoryStore,
  caller: Caller,
  edition: 'public' | 'desk',
  limit: number,
  before: string | undefined,
) {
  const isListed = (header: StoredObject): boolean =>
    edition === 'desk' ? mayReadDesk(caller, deskStory(header)) : publicStoryOf(header).visibility === 'public';
  const forms: string[] = [];
  let older = before;
  for (let reads = 0; reads < LIST_READS && forms.length < limit; reads += 1) {
    const query = { limit: limit - forms.length, ...(older === undefined ? {} : { before: older }) };
    const page: StreamPage = await store.streams(edition, query);
    for (const { header } of page.streams) {
      if (header !== undefined && isListed(header)) forms.push(header.form);
    }
    older = page.older;
    if (older === undefined) break;
  }
  return { forms, older };
}

import {
  correctionRequest,
  createStoryRequest,
  editRequest,
  patchStoryRequest,
  publishRequest,
  revisionsQuery,
  withdrawalRequest,
} from '../../story/requests.js';
import { CORRECTED, DESK_ENTRY, DESK_STORY, ENTRY_ID, POSITION, WITHHELD } from '../examples.js';
import type { Answer, HeaderName, Operation } from '../operation.js';
import { entryReceiptSchema, revisionListSchema, storyReceiptSchema } from '../wire-schemas.js';

const RETRIED: readonly HeaderName[] = ['Idempotency-Key'];
const ON_A_VERSION: readonly HeaderName[] = ['Idempotency-Key', 'If-Match'];

const made = (status: 200 | 201): Pick<Answer, 'status' | 'headers'> => ({
  status,
  headers: status === 201 ? ['ETag', 'Location', 'Idempotency-Replayed'] : ['ETag', 'Idempotency-Replayed'],
});
const storyAnswer = (status: 200 | 201, text: string, story: object): Answer => ({
  ...made(status),
  text,
  schemas: [storyReceiptSchema],
  example: { story, position: POSITION },
});
const entryAnswer = (status: 200 | 201, text: string, entry: object): Answer => ({
  ...made(status),
  text,
  schemas: [entryReceiptSchema],
  example: { entry, position: POSITION },
});

export const PUBLISHING: readonly Operation[] = [
  {
    id: 'createStory',
    method: 'POST',
    path: '/v1/stories',
    group: 'Publishing',
    summary: 'Begin a story',
    who: 'editor',
    headers: RETRIED,
    body: {
      schema: createStoryRequest,
      example: { slug: DESK_STORY.slug, headline: DESK_STORY.headline, coverageStart: DESK_STORY.coverageStart },
    },
    errors: ['story_exists', 'entry_too_large'],
    answers: [storyAnswer(201, 'The story is there.', DESK_STORY)],
  },
  {
    id: 'changeStory',
    method: 'PATCH',
    path: '/v1/stories/:slug',
    group: 'Publishing',
    summary: 'Change a story’s header',
    about: 'What is named changes, a list is replaced as a whole, `null` removes.',
    who: 'editor',
    headers: ON_A_VERSION,
    body: { schema: patchStoryRequest, example: { kicker: 'Velmouth' } },
    errors: ['entry_too_large'],
    answers: [storyAnswer(200, 'The header as it is now.', { ...DESK_STORY, kicker: 'Velmouth', version: 2 })],
  },
  {
    id: 'publishEntry',
    method: 'POST',
    path: '/v1/stories/:slug/entries',
    group: 'Publishing',
    summary: 'Publish an entry',
    about: 'A headline, a body, or both. It is public as soon as it is answered.',
    who: 'editor',
    headers: RETRIED,
    body: {
      schema: publishRequest,
      example: {
        headline: 'Crews reach the quay',
        bodyMarkdown: 'Two **engines** are on the north quay.',
        urgency: 3,
        sources: [{ name: 'Velmouth Fire Service', role: 'official' }],
        verification: 'confirmed',
        tags: ['rescue'],
      },
    },
    errors: ['story_ended', 'entry_too_large'],
    answers: [entryAnswer(201, 'The entry is durable and on its way.', DESK_ENTRY)],
  },
  {
    id: 'editEntry',
    method: 'PATCH',
    path: '/v1/stories/:slug/entries/:entryId',
    group: 'Publishing',
    summary: 'Edit an entry',
    about:
      'What is named changes, a list is replaced as a whole, `null` removes. Readers are not told of it; see corrections.',
    who: 'editor',
    headers: ON_A_VERSION,
    body: { schema: editRequest, example: { headline: 'Crews are at the quay' } },
    errors: ['entry_not_usable', 'entry_too_large'],
    answers: [
      entryAnswer(200, 'The entry as it is now.', { ...DESK_ENTRY, headline: 'Crews are at the quay', version: 2 }),
    ],
  },
  {
    id: 'correctEntry',
    method: 'POST',
    path: '/v1/stories/:slug/entries/:entryId/corrections',
    group: 'Publishing',
    summary: 'Correct an entry',
    about: 'An edit that readers are told of, in the entry and by an alert.',
    who: 'editor',
    headers: ON_A_VERSION,
    body: {
      schema: correctionRequest,
      example: {
        text: 'There are three engines, not two.',
        bodyMarkdown: 'Three engines are on the north quay.',
      },
    },
    errors: ['entry_not_usable', 'entry_too_large'],
    answers: [entryAnswer(201, 'The entry with its correction.', CORRECTED)],
  },
  {
    id: 'withdrawEntry',
    method: 'POST',
    path: '/v1/stories/:slug/entries/:entryId/withdrawal',
    group: 'Publishing',
    summary: 'Withdraw an entry',
    about:
      'Its text leaves every open page at once, and every cache within seconds. What is withheld may come back; what is canceled never does.',
    who: 'editor',
    headers: ON_A_VERSION,
    body: { schema: withdrawalRequest, example: { status: 'withheld', notice: 'We are checking this report.' } },
    errors: ['entry_not_usable'],
    answers: [entryAnswer(201, 'Readers have it no more.', WITHHELD)],
  },
  {
    id: 'releaseEntry',
    method: 'DELETE',
    path: '/v1/stories/:slug/entries/:entryId/withdrawal',
    group: 'Publishing',
    summary: 'Release a withheld entry',
    who: 'editor',
    headers: ON_A_VERSION,
    errors: ['entry_not_withheld'],
    answers: [entryAnswer(200, 'It is back.', { ...CORRECTED, version: 4 })],
  },
  {
    id: 'pinEntry',
    method: 'PUT',
    path: '/v1/stories/:slug/pins/:entryId',
    group: 'Publishing',
    summary: 'Pin an entry',
    who: 'editor',
    headers: ON_A_VERSION,
    errors: ['entry_not_usable', 'too_many_pins'],
    answers: [storyAnswer(200, 'The header with the pin.', { ...DESK_STORY, pinned: [ENTRY_ID], version: 2 })],
  },
  {
    id: 'unpinEntry',
    method: 'DELETE',
    path: '/v1/stories/:slug/pins/:entryId',
    group: 'Publishing',
    summary: 'Unpin an entry',
    who: 'editor',
    headers: ON_A_VERSION,
    answers: [storyAnswer(200, 'The header without the pin.', { ...DESK_STORY, version: 3 })],
  },
  {
    id: 'listRevisions',
    method: 'GET',
    path: '/v1/stories/:slug/entries/:entryId/revisions',
    group: 'Publishing',
    summary: 'Read an entry’s history',
    who: 'editor',
    query: revisionsQuery,
    answers: [
      {
        status: 200,
        text: 'Its versions.',
        schemas: [revisionListSchema],
        example: {
          revisions: [{ version: 1, kind: 'entry.published', at: DESK_ENTRY.publishedAt, entry: DESK_ENTRY }],
        },
      },
    ],
    asked: { limit: 10 },
  },
];

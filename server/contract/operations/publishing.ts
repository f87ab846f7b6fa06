import {
  correctionRequest,
  createStoryRequest,
  editRequest,
  patchStoryRequest,
  publishRequest,
  restorationRequest,
  revisionsQuery,
  withdrawalRequest,
  workflowRequest,
} from '../../story/requests.js';
import { CORRECTED, DESK_ENTRY, DESK_STORY, DRAFT, ENTRY_ID, POSITION, WITHHELD } from '../examples.js';
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
    about:
      'A headline, a body, or both. It is public as soon as it is answered, unless `workflow` says else, or a time in the future: of those it is only in the desk edition until they have come. From a contributor it is `submitted`, or a `draft`.',
    who: 'writer',
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
    errors: ['story_ended', 'embargoed', 'second_person_required', 'entry_too_large'],
    answers: [entryAnswer(201, 'The entry is durable and on its way.', DESK_ENTRY)],
  },
  {
    id: 'editEntry',
    method: 'PATCH',
    path: '/v1/stories/:slug/entries/:entryId',
    group: 'Publishing',
    summary: 'Edit an entry',
    about:
      'What is named changes, a list is replaced as a whole, `null` removes. Readers are not told of it; see corrections. What is not published may be given a time at which it is.',
    who: 'writer',
    headers: ON_A_VERSION,
    body: { schema: editRequest, example: { headline: 'Crews are at the quay' } },
    errors: ['entry_not_usable', 'entry_published', 'embargoed', 'second_person_required', 'entry_too_large'],
    answers: [
      entryAnswer(200, 'The entry as it is now.', { ...DESK_ENTRY, headline: 'Crews are at the quay', version: 2 }),
    ],
  },
  {
    id: 'discardEntry',
    method: 'DELETE',
    path: '/v1/stories/:slug/entries/:entryId',
    group: 'Publishing',
    summary: 'Throw away what was never published',
    about: 'Nothing of it was in the public edition, and nothing comes there. What is published is withdrawn instead.',
    who: 'writer',
    headers: ON_A_VERSION,
    errors: ['entry_published'],
    answers: [
      entryAnswer(200, 'It is in no page of the desk’s any more.', { ...DRAFT, status: 'canceled', version: 2 }),
    ],
  },
  {
    id: 'moveEntry',
    method: 'POST',
    path: '/v1/stories/:slug/entries/:entryId/workflow',
    group: 'Publishing',
    summary: 'Submit an entry, send it back, or publish it',
    about:
      'For what is not published. `published` takes an editor, and publishes now, whatever was scheduled; never before the end of an embargo.',
    who: 'writer',
    headers: ON_A_VERSION,
    body: { schema: workflowRequest, example: { to: 'draft', note: 'Who says so?' } },
    errors: [
      ...(['entry_published', 'entry_not_usable', 'story_ended', 'embargoed', 'second_person_required'] as const),
      'entry_too_large',
    ],
    answers: [
      entryAnswer(200, 'The entry where it stands now.', {
        ...DRAFT,
        version: 2,
        workflowNote: { text: 'Who says so?', at: DRAFT.updatedAt, by: DRAFT.updatedBy },
      }),
    ],
  },
  {
    id: 'restoreEntry',
    method: 'POST',
    path: '/v1/stories/:slug/entries/:entryId/restoration',
    group: 'Publishing',
    summary: 'Bring back what an entry said',
    about: 'An edit that brings back the words of an earlier version. Whether it is breaking, notes and times stay.',
    who: 'editor',
    headers: ON_A_VERSION,
    body: { schema: restorationRequest, example: { version: 1 } },
    errors: ['revision_not_found', 'entry_not_usable', 'second_person_required', 'entry_too_large'],
    answers: [entryAnswer(200, 'The entry as it is now.', { ...DESK_ENTRY, version: 3 })],
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
    errors: ['entry_not_published', 'entry_not_usable', 'second_person_required', 'entry_too_large'],
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
    errors: ['entry_not_published', 'entry_not_usable', 'too_many_pins'],
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

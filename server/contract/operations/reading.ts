import { entriesQuery, entryQuery, snapshotQuery, storiesQuery } from '../../story/requests.js';
import { ENTRY, POSITION, STORY } from '../examples.js';
import type { Operation } from '../operation.js';
import {
  deskEntryPageSchema,
  deskSnapshotSchema,
  deskStoryListSchema,
  entryPageSchema,
  entryReceiptSchema,
  oneEntrySchema,
  snapshotSchema,
  storyListSchema,
} from '../wire-schemas.js';

/** What the asker holds already. */
export const UNCHANGED = { status: 304, text: 'The asker holds this very answer.' } as const;

export const READING: readonly Operation[] = [
  {
    id: 'listStories',
    method: 'GET',
    path: '/v1/stories',
    group: 'Reading',
    summary: 'List stories',
    about: 'Public ones, newest public change first; with `edition=desk` all of them.',
    who: 'anyone',
    query: storiesQuery,
    errors: ['forbidden'],
    answers: [
      {
        status: 200,
        text: 'Headers of stories.',
        schemas: [storyListSchema, deskStoryListSchema],
        example: { stories: [STORY] },
      },
    ],
    asked: { limit: 10 },
  },
  {
    id: 'readStory',
    method: 'GET',
    path: '/v1/stories/:slug',
    group: 'Reading',
    summary: 'Read a story',
    about: 'The header, the newest entries, and the position to follow from.',
    who: 'reader',
    query: snapshotQuery,
    headers: ['If-None-Match'],
    errors: ['forbidden'],
    answers: [
      {
        status: 200,
        text: 'A snapshot.',
        schemas: [snapshotSchema, deskSnapshotSchema],
        example: { story: STORY, entries: [ENTRY], position: POSITION },
        headers: ['ETag'],
      },
      UNCHANGED,
    ],
  },
  {
    id: 'listEntries',
    method: 'GET',
    path: '/v1/stories/:slug/entries',
    group: 'Reading',
    summary: 'Read older entries',
    about: 'With `tag` or `keyEvents`, entries that were withdrawn are left out.',
    who: 'reader',
    query: entriesQuery,
    errors: ['forbidden'],
    answers: [
      {
        status: 200,
        text: 'A page of entries.',
        schemas: [entryPageSchema, deskEntryPageSchema],
        example: { entries: [ENTRY], position: POSITION },
      },
    ],
    asked: { limit: 10, tag: 'rescue' },
  },
  {
    id: 'readEntry',
    method: 'GET',
    path: '/v1/stories/:slug/entries/:entryId',
    group: 'Reading',
    summary: 'Read one entry',
    about: 'One that was withdrawn is answered with what is left of it, not with an error.',
    who: 'reader',
    query: entryQuery,
    headers: ['If-None-Match'],
    errors: ['forbidden'],
    answers: [
      {
        status: 200,
        text: 'The entry.',
        schemas: [oneEntrySchema, entryReceiptSchema],
        example: { entry: ENTRY, position: POSITION },
        headers: ['ETag'],
      },
      UNCHANGED,
    ],
  },
];

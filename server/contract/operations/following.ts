import { z } from 'zod';
import { changesQuery, streamQuery } from '../../story/requests.js';
import { CATCH_UP, ENTRY, POSITION } from '../examples.js';
import type { Answer, Operation } from '../operation.js';
import { breakingCatchUpSchema, breakingSchema, catchUpSchema, deskCatchUpSchema } from '../wire-schemas.js';
import { UNCHANGED } from './reading.js';

/** Read by whoever tells who asks, before the door does. */
const token = z.string().max(8192).exactOptional();

const EVENTS: Answer = {
  status: 200,
  text: 'Events without end: `change`, `reset` and `goaway`; the AsyncAPI document has what they hold.',
  type: 'text/event-stream',
};
const NO_ROOM = ['too_many_connections'] as const;

export const FOLLOWING: readonly Operation[] = [
  {
    id: 'readChanges',
    method: 'GET',
    path: '/v1/stories/:slug/changes',
    group: 'Following',
    summary: 'Catch up, or wait for news',
    about:
      'What changed since a position, each object once and in its newest form. With `wait` the answer comes when there is something to tell. Ask again from the new position, but not within a second.',
    who: 'reader',
    query: changesQuery.extend({ token }),
    headers: ['If-None-Match'],
    errors: ['forbidden', ...NO_ROOM],
    answers: [
      {
        status: 200,
        text: 'What changed.',
        schemas: [catchUpSchema, deskCatchUpSchema],
        example: CATCH_UP,
        headers: ['ETag'],
      },
      UNCHANGED,
    ],
    asked: { since: 'mB4xQ2c9:1' },
  },
  {
    id: 'streamStory',
    method: 'GET',
    path: '/v1/stories/:slug/stream',
    group: 'Following',
    summary: 'Follow by server-sent events',
    about: 'Opens with what changed since the position, or with a `reset`, and goes on live.',
    who: 'reader',
    query: streamQuery.extend({ token }),
    headers: ['Last-Event-ID'],
    errors: ['forbidden', ...NO_ROOM],
    answers: [EVENTS],
  },
];

export const BREAKING_NEWS: readonly Operation[] = [
  {
    id: 'readBreaking',
    method: 'GET',
    path: '/v1/breaking',
    group: 'Breaking news',
    summary: 'Read the breaking news',
    who: 'anyone',
    headers: ['If-None-Match'],
    answers: [
      {
        status: 200,
        text: 'The newest breaking entries.',
        schemas: [breakingSchema],
        example: { entries: [{ ...ENTRY, breaking: true }], position: POSITION },
        headers: ['ETag'],
      },
      UNCHANGED,
    ],
  },
  {
    id: 'readBreakingChanges',
    method: 'GET',
    path: '/v1/breaking/changes',
    group: 'Breaking news',
    summary: 'Catch up with the breaking news',
    who: 'anyone',
    query: changesQuery.pick({ since: true, wait: true }).extend({ token }),
    headers: ['If-None-Match'],
    errors: NO_ROOM,
    answers: [
      {
        status: 200,
        text: 'What changed.',
        schemas: [breakingCatchUpSchema],
        example: { ...CATCH_UP, entries: [{ ...ENTRY, breaking: true }] },
        headers: ['ETag'],
      },
      UNCHANGED,
    ],
    asked: { since: 'mB4xQ2c9:1' },
  },
  {
    id: 'streamBreaking',
    method: 'GET',
    path: '/v1/breaking/stream',
    group: 'Breaking news',
    summary: 'Follow the breaking news by server-sent events',
    who: 'anyone',
    query: streamQuery.pick({ since: true }).extend({ token }),
    headers: ['Last-Event-ID'],
    errors: NO_ROOM,
    answers: [EVENTS],
  },
];

import type { Operation } from '../operation.js';
import { UNCHANGED } from './reading.js';

export const OPERATING: readonly Operation[] = [
  {
    id: 'isAlive',
    method: 'GET',
    path: '/healthz',
    group: 'Operating',
    summary: 'Whether the process lives',
    who: 'probe',
    answers: [{ status: 200, text: 'It does.', type: 'application/json', example: { status: 'ok' } }],
  },
  {
    id: 'isReady',
    method: 'GET',
    path: '/readyz',
    group: 'Operating',
    summary: 'Whether it is ready',
    about: 'That is, whether its store can be reached and written, and it is not about to stop.',
    who: 'probe',
    errors: ['store_unavailable'],
    answers: [{ status: 200, text: 'It is.', type: 'application/json', example: { status: 'ready' } }],
  },
  {
    id: 'readMetrics',
    method: 'GET',
    path: '/metrics',
    group: 'Operating',
    summary: 'Read the figures',
    who: 'operator',
    answers: [{ status: 200, text: 'In the text format of Prometheus.', type: 'text/plain' }],
  },
];

const document = (id: string, path: string, summary: string, type: string): Operation => ({
  id,
  method: 'GET',
  path,
  group: 'Documents',
  summary,
  who: 'anyone',
  headers: ['If-None-Match'],
  answers: [{ status: 200, text: 'The document.', type, headers: ['ETag'] }, UNCHANGED],
});

export const DOCUMENTS: readonly Operation[] = [
  document('readOpenApi', '/openapi.json', 'All operations, as OpenAPI 3.1', 'application/json'),
  document('readAsyncApi', '/asyncapi.json', 'All events, as AsyncAPI 3.0', 'application/json'),
  { ...document('showDocs', '/docs', 'All of it, for people', 'text/html'), isPage: true },
];

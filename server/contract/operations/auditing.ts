import { auditExportQuery, auditQuery } from '../../audit/audit-query.js';
import { NO_RECORD, sealRecord } from '../../audit/record.js';
import { auditPageSchema } from '../audit-schemas.js';
import { ENTRY_ID, KEY_ID, SLUG } from '../examples.js';
import type { Operation } from '../operation.js';

const RECORD = sealRecord(
  {
    id: 'Zt0bXw9LmN2rYsAak3Qf7',
    at: '2026-03-01T09:41:07.123Z',
    recordedAt: '2026-03-01T09:41:07.330Z',
    by: { keyId: KEY_ID, name: 'Night desk' },
    action: 'entry.updated',
    story: SLUG,
    objects: [
      {
        type: 'entry',
        id: ENTRY_ID,
        version: 2,
        changes: [
          {
            field: 'headline',
            before: { value: 'Crews reach the quay' },
            after: { value: 'Crews reach the north quay' },
          },
        ],
      },
    ],
  },
  NO_RECORD,
);
const HEAD = { number: RECORD.number, hash: RECORD.hash };

export const AUDITING: readonly Operation[] = [
  {
    id: 'searchAudit',
    method: 'GET',
    path: '/v1/audit',
    group: 'Audit log',
    summary: 'Read who did what',
    about:
      'Newest first. A command stands here within a second of its answer. A page may hold fewer records than asked, even none, with more below.',
    who: 'admin',
    query: auditQuery,
    asked: { story: SLUG, limit: 20 },
    answers: [
      {
        status: 200,
        text: 'The records, and where the log ends.',
        schemas: [auditPageSchema],
        example: { records: [RECORD], head: HEAD },
      },
    ],
  },
  {
    id: 'exportAudit',
    method: 'GET',
    path: '/v1/audit/export',
    group: 'Audit log',
    summary: 'Export the log',
    about:
      'At most 5,000 records, oldest first, one a line; then a line `{"end":"slugline-audit","head":…}`. With `next` in it, more follow: ask again with `after`. Without that line the answer broke off.',
    who: 'admin',
    query: auditExportQuery,
    asked: { after: 0 },
    answers: [
      {
        status: 200,
        text: 'Records as NDJSON.',
        type: 'application/x-ndjson',
        example: `${JSON.stringify(RECORD)}\n${JSON.stringify({ end: 'slugline-audit', head: HEAD })}\n`,
      },
    ],
  },
];

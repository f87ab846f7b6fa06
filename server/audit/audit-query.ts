import { z } from 'zod';
import { keyIdText } from '../access/key-forms.js';
import { count } from '../story/requests.js';
import { slug, time } from '../story/text-schemas.js';

const number = count(0, Number.MAX_SAFE_INTEGER);

/** `GET /v1/audit`: newest records first; those that fit all that is asked. */
export const auditQuery = z.strictObject({
  limit: count(1, 200).default(50),
  before: number.exactOptional(),
  story: slug.exactOptional(),
  member: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be a member’s id')
    .exactOptional(),
  key: keyIdText.exactOptional(),
  from: time.exactOptional(),
  until: time.exactOptional(),
});
export type AuditQuery = z.output<typeof auditQuery>;

/** `GET /v1/audit/export`: the records after this number, oldest first. */
export const auditExportQuery = z.strictObject({ after: number.default(0) });

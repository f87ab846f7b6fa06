import { z } from 'zod';
import type { AuditedObject, AuditHead, AuditRecord, FieldChange, FieldValue } from '../audit/record.js';
import { storySchema } from '../story/schemas.js';

/** What the audit log answers; see `wire-schemas.ts`. */

const time = storySchema.shape.createdAt;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const fieldValueSchema = z.union([
  z.strictObject({ value: z.unknown() }),
  z.strictObject({ sha256, bytes: z.int().min(1) }),
]) satisfies z.ZodType<FieldValue>;

const fieldChangeSchema = z.strictObject({
  field: z.string(),
  before: fieldValueSchema.exactOptional(),
  after: fieldValueSchema.exactOptional(),
}) satisfies z.ZodType<FieldChange>;

const auditedObjectSchema = z.strictObject({
  type: z.string(),
  id: z.string(),
  version: z.int().min(1),
  changes: z.array(fieldChangeSchema).exactOptional(),
}) satisfies z.ZodType<AuditedObject>;

export const auditRecordSchema = z.strictObject({
  number: z.int().min(1),
  id: z.string(),
  at: time,
  recordedAt: time,
  by: z.strictObject({
    name: z.string(),
    keyId: z.string().exactOptional(),
    memberId: z.string().exactOptional(),
  }),
  action: z.string(),
  story: z.string().exactOptional(),
  objects: z.array(auditedObjectSchema),
  about: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).exactOptional(),
  previous: sha256,
  hash: sha256,
}) satisfies z.ZodType<AuditRecord>;

const auditHeadSchema = z.strictObject({ number: z.int().min(0), hash: sha256 }) satisfies z.ZodType<AuditHead>;

export const auditPageSchema = z.strictObject({
  records: z.array(auditRecordSchema),
  head: auditHeadSchema,
  older: z.int().min(1).exactOptional(),
});

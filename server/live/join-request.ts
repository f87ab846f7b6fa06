import { BREAKING_SLUG, formatPosition, isSlug, LIMITS, parsePosition } from '@slugline/client/protocol';
import { z } from 'zod';
import { objectId } from '../story/text-schemas.js';

const slug = z
  .string()
  .max(LIMITS.slug)
  .refine((text) => text === BREAKING_SLUG || isSlug(text), `must be a story’s slug or ${BREAKING_SLUG}`)
  .meta({ pattern: `^(${BREAKING_SLUG}|[a-z0-9]+(-[a-z0-9]+)*)$` });
const edition = z.enum(['public', 'desk']);
const position = z
  .strictObject({ epoch: z.string().max(64), seq: z.int().min(0), through: z.int().min(1).exactOptional() })
  .refine((given) => parsePosition(formatPosition(given)) !== undefined, 'must be a position as an answer gave it');

/** What `story:join` asks for, whatever a reader sends as one. */
export const joinRequest = z.strictObject({
  slug,
  position: position.optional(),
  limit: z.int().min(1).max(LIMITS.pageMax).optional(),
  edition: edition.default('public'),
  token: z.string().max(LIMITS.socketMessageBytes).optional(),
});

/** What a sampled reader confirms. Without a position: that it holds nothing of which it could say where it stands. */
export const seenRequest = z.strictObject({ slug, position: position.optional() });

export const editingRequest = z.strictObject({
  slug: z.string().max(LIMITS.slug),
  entryId: objectId.nullable(),
});

export const leaveRequest = z.strictObject({ slug, edition: edition.optional() });

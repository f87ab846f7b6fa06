import {
  type Alert,
  type CatchUp,
  type Change,
  type ChangeKind,
  type ClientToServerEvents,
  ERRORS,
  type Goaway,
  isErrorCode,
  type JoinAnswer,
  type JoinRequest,
  type Position,
  type Problem,
  parsePosition,
  type RateLimitName,
  type ServerToClientEvents,
  type WireError,
} from '@slugline/client/protocol';
import { z } from 'zod';
import { publicEntrySchema, storySchema, tombstoneSchema } from '../../server/story/schemas.js';

/**
 * Schemas of what the server sends, for examples in documents. The server itself never parses these: it only makes
 * them. Objects are closed, so that an example cannot show a field that does not exist, and `satisfies` makes the
 * compiler refuse a schema that lets through what its protocol type does not allow.
 */

/** Written out as records, so that a name that the protocol gains is missed here by the compiler. */
const KINDS: Readonly<Record<ChangeKind, true>> = {
  'story.created': true,
  'story.updated': true,
  'story.ended': true,
  'entry.published': true,
  'entry.updated': true,
  'entry.corrected': true,
  'entry.withheld': true,
  'entry.released': true,
  'entry.canceled': true,
  'entry.pinned': true,
  'entry.unpinned': true,
};
export const CHANGE_KINDS = Object.keys(KINDS) as readonly ChangeKind[];

const LIMITED: Readonly<Record<RateLimitName, true>> = {
  commands_per_key: true,
  commands_per_story: true,
  requests_per_address: true,
  auth_failures_per_address: true,
  subscriptions_per_address: true,
};
export const RATE_LIMITS = Object.keys(LIMITED) as readonly RateLimitName[];

export const SOCKET_EVENTS: Readonly<
  Record<keyof ClientToServerEvents, 'client → server'> & Record<keyof ServerToClientEvents, 'server → client'>
> = {
  'story:join': 'client → server',
  'story:leave': 'client → server',
  'story:change': 'server → client',
  'story:reset': 'server → client',
  'server:goaway': 'server → client',
};

const epoch = z.string().refine((text) => parsePosition(`${text}:0`) !== undefined, 'must be an epoch');
const seq = z.int().min(0);
const rateLimit = z.enum(RATE_LIMITS);
const errorCode = z.string().refine(isErrorCode, 'must be a code of the registry');

export const positionSchema = z.strictObject({
  epoch,
  seq,
  through: seq.exactOptional(),
}) satisfies z.ZodType<Position>;

export const changeSchema = z
  .strictObject({
    epoch,
    seq: seq.min(1),
    after: seq.exactOptional(),
    afterEpoch: epoch.exactOptional(),
    through: seq.exactOptional(),
    kind: z.enum(CHANGE_KINDS),
    at: storySchema.shape.createdAt,
    story: storySchema.exactOptional(),
    entry: publicEntrySchema.exactOptional(),
  })
  .refine(
    ({ story, entry }) => (story === undefined) !== (entry === undefined),
    'must carry one object',
  ) satisfies z.ZodType<Change>;

export const catchUpSchema = z
  .strictObject({
    position: positionSchema,
    reset: z.boolean(),
    story: storySchema.exactOptional(),
    entries: z.array(publicEntrySchema),
    older: z.string().exactOptional(),
  })
  .refine(
    ({ reset, story }) => !reset || story !== undefined,
    'a reset carries the story',
  ) satisfies z.ZodType<CatchUp>;

export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: errorCode,
    detail: z.string(),
    retryable: z.boolean(),
    requestId: z.string().exactOptional(),
    errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).exactOptional(),
    currentVersion: z.int().exactOptional(),
    limit: rateLimit.exactOptional(),
  })
  .refine(({ code, status, title, retryable, type }) => {
    const registered = ERRORS[code];
    return (
      type === `urn:slugline:error:${code}` &&
      status === registered.status &&
      title === registered.meaning &&
      retryable === registered.retryable
    );
  }, 'must say what the registry says') satisfies z.ZodType<Problem>;

const wireError = z
  .strictObject({
    code: errorCode,
    message: z.string(),
    retryable: z.boolean(),
    limit: rateLimit.exactOptional(),
    retryAfterMs: z.int().min(0).exactOptional(),
  })
  .refine(
    ({ code, retryable }) => retryable === ERRORS[code].retryable,
    'must say what the registry says',
  ) satisfies z.ZodType<WireError>;

export const joinRequestSchema = z.strictObject({
  slug: z.union([storySchema.shape.slug, z.literal('@breaking')]),
  position: positionSchema.exactOptional(),
  limit: z.int().min(1).max(200).exactOptional(),
  edition: z.enum(['public', 'desk']).exactOptional(),
  token: z.string().exactOptional(),
}) satisfies z.ZodType<JoinRequest>;

const joinedSchema = z.strictObject({
  ...catchUpSchema.shape,
  ok: z.literal(true),
  audience: z.int().min(0).exactOptional(),
});
const refusedSchema = z.strictObject({ ok: z.literal(false), error: wireError });
export const joinAnswerSchema = z.discriminatedUnion('ok', [
  joinedSchema,
  refusedSchema,
]) satisfies z.ZodType<JoinAnswer>;

export const goawaySchema = z.strictObject({
  reconnectWithinMs: z.int().min(0),
  use: z.literal('poll').exactOptional(),
}) satisfies z.ZodType<Goaway>;

export const alertSchema = z.strictObject({
  kind: z.enum(['news', 'corrected', 'withdrawn']),
  tag: z.string().regex(/^[\w-]{32}$/),
  round: z.int().min(1),
  at: storySchema.shape.createdAt,
  slug: storySchema.shape.slug,
  entryId: tombstoneSchema.shape.id,
  title: z.string().min(1).max(200),
  body: z.string().min(1).max(300).exactOptional(),
  language: storySchema.shape.language,
  direction: z.enum(['ltr', 'rtl']),
  publishedAt: storySchema.shape.createdAt,
}) satisfies z.ZodType<Alert>;

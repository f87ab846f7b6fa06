import {
  type Alert,
  type Audience,
  type CatchUp,
  type Change,
  type ClientToServerEvents,
  type DeskChange,
  type DeskEditor,
  type DeskEntry,
  type DeskStory,
  type EntryPage,
  type EntryReceipt,
  ERRORS,
  type FieldError,
  type Goaway,
  isErrorCode,
  type JoinAnswer,
  type Position,
  type Problem,
  parsePosition,
  type RateLimitName,
  type Recall,
  type ServerToClientEvents,
  type Snapshot,
  type StoryReceipt,
  type WireError,
} from '@slugline/client/protocol';
import { z } from 'zod';
import { CHANGE_KINDS } from '../story/change-kinds.js';
import {
  deskEntrySchema,
  deskStorySchema,
  pictureSchema,
  publicEntrySchema,
  storySchema,
  tombstoneSchema,
} from '../story/schemas.js';
import { changeKinds, DELIVERY_FAULTS, type Delivery, type Webhook } from '../webhooks/webhook-forms.js';

/**
 * Schemas of what the server sends. The server itself never parses these: it only makes them. They describe its answers
 * in the documents that machines read, and hold the tests' answers and examples against them. Objects are closed, so
 * that neither can show a field that nobody described, and `satisfies` makes the compiler refuse a schema that lets
 * through what its protocol type does not allow.
 */

/** Written out as records, so that a name that the protocol gains is missed here by the compiler. */
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
  'story:seen': 'client → server',
  'desk:editing': 'client → server',
  'story:change': 'server → client',
  'story:reset': 'server → client',
  'server:goaway': 'server → client',
  'desk:presence': 'server → client',
};

const epoch = z
  .string()
  .refine((text) => parsePosition(`${text}:0`) !== undefined, 'must be an epoch')
  .meta({ pattern: '^[A-Za-z0-9_-]{1,64}$' });
const seq = z.int().min(0);
const rateLimit = z.enum(RATE_LIMITS);
const errorCode = z.enum(Object.keys(ERRORS).filter(isErrorCode));

export const positionSchema = z.strictObject({
  epoch,
  seq,
  through: seq.exactOptional(),
}) satisfies z.ZodType<Position>;

const time = storySchema.shape.createdAt;

const changeOf = <S extends z.ZodType, E extends z.ZodType>(story: S, entry: E) =>
  z
    .strictObject({
      epoch,
      seq: seq.min(1),
      after: seq.exactOptional(),
      afterEpoch: epoch.exactOptional(),
      through: seq.exactOptional(),
      kind: z.enum(CHANGE_KINDS),
      at: time,
      story: story.exactOptional(),
      entry: entry.exactOptional(),
    })
    .refine((change) => (change.story === undefined) !== (change.entry === undefined), 'must carry one object');
export const changeSchema = changeOf(storySchema, publicEntrySchema) satisfies z.ZodType<Change>;
export const deskChangeSchema = changeOf(deskStorySchema, deskEntrySchema) satisfies z.ZodType<DeskChange>;

/** Passed back as `before`. */
const older = z.string().exactOptional();

const catchUpOf = <S extends z.ZodType, E extends z.ZodType>(story: S, entry: E) =>
  z.strictObject({
    position: positionSchema,
    reset: z.boolean(),
    story: story.exactOptional(),
    entries: z.array(entry),
    older,
  });
export const catchUpSchema = catchUpOf(storySchema, publicEntrySchema).refine(
  ({ reset, story }) => !reset || story !== undefined,
  'a reset carries the story',
) satisfies z.ZodType<CatchUp>;
export const deskCatchUpSchema = catchUpOf(deskStorySchema, deskEntrySchema) satisfies z.ZodType<
  CatchUp<DeskStory, DeskEntry>
>;
/** `@breaking` has no header. */
export const breakingCatchUpSchema = z.strictObject({
  position: positionSchema,
  reset: z.boolean(),
  entries: z.array(publicEntrySchema),
}) satisfies z.ZodType<CatchUp>;

export const snapshotSchema = z.strictObject({
  story: storySchema,
  entries: z.array(publicEntrySchema),
  position: positionSchema,
  older,
}) satisfies z.ZodType<Snapshot>;
export const deskSnapshotSchema = z.strictObject({
  story: deskStorySchema,
  entries: z.array(deskEntrySchema),
  position: positionSchema,
  older,
}) satisfies z.ZodType<Snapshot<DeskStory, DeskEntry>>;

export const storyListSchema = z.strictObject({ stories: z.array(storySchema), older });
export const deskStoryListSchema = z.strictObject({ stories: z.array(deskStorySchema), older });

export const entryPageSchema = z.strictObject({
  entries: z.array(publicEntrySchema),
  position: positionSchema,
  older,
}) satisfies z.ZodType<EntryPage>;
export const deskEntryPageSchema = z.strictObject({
  entries: z.array(deskEntrySchema),
  position: positionSchema,
  older,
}) satisfies z.ZodType<EntryPage<DeskEntry>>;

export const oneEntrySchema = z.strictObject({ entry: publicEntrySchema, position: positionSchema });
export const breakingSchema = z.strictObject({ entries: z.array(publicEntrySchema), position: positionSchema });

export const storyReceiptSchema = z.strictObject({
  story: deskStorySchema,
  position: positionSchema,
}) satisfies z.ZodType<StoryReceipt>;
/** Of one entry in the desk edition, too. */
export const entryReceiptSchema = z.strictObject({
  entry: deskEntrySchema,
  position: positionSchema,
}) satisfies z.ZodType<EntryReceipt>;

export const revisionSchema = z.strictObject({
  version: z.int().min(1),
  kind: z.enum(CHANGE_KINDS),
  at: time,
  entry: deskEntrySchema,
});
export const revisionListSchema = z.strictObject({
  revisions: z.array(revisionSchema),
  older: z.int().min(1).exactOptional(),
});

export const fieldErrorSchema = z.strictObject({
  field: z.string(),
  message: z.string(),
}) satisfies z.ZodType<FieldError>;

export const takenInSchema = z.strictObject({
  guid: z.string(),
  outcome: z.enum(['created', 'updated', 'corrected', 'withheld', 'released', 'canceled', 'unchanged', 'ignored']),
  reason: z.enum(['older', 'canceled', 'own']).exactOptional(),
  slug: storySchema.shape.slug.exactOptional(),
  entryId: tombstoneSchema.shape.id.exactOptional(),
  version: z.int().min(1).exactOptional(),
  position: positionSchema.exactOptional(),
  leftOut: z.array(fieldErrorSchema).exactOptional(),
});
export const takenInListSchema = z.strictObject({ items: z.array(takenInSchema) });

/** What messages of webhooks are of: the kinds of changes, and that a story is no longer public. */
const messageType = z.enum([...changeKinds.options, 'story.hidden']);
export const webhookSchema = z.strictObject({
  id: z.string(),
  url: z.string(),
  name: z.string().exactOptional(),
  stories: z.array(storySchema.shape.slug).exactOptional(),
  kinds: z.array(changeKinds).exactOptional(),
  createdAt: time,
  enabled: z.boolean(),
  disabledBecause: z.enum(['admin', 'gone']).exactOptional(),
}) satisfies z.ZodType<Webhook>;
export const webhookListSchema = z.strictObject({ webhooks: z.array(webhookSchema) });
export const oneWebhookSchema = z.strictObject({ webhook: webhookSchema });
export const signedWebhookSchema = z.strictObject({ webhook: webhookSchema, secret: z.string() });

export const deliverySchema = z.strictObject({
  id: z.string(),
  state: z.enum(['waiting', 'dead']),
  slug: storySchema.shape.slug,
  entryId: tombstoneSchema.shape.id.exactOptional(),
  type: messageType,
  changedAt: time,
  tries: z.int().min(0),
  nextTryAt: time.exactOptional(),
  diedAt: time.exactOptional(),
  status: z.int().exactOptional(),
  fault: z.enum(DELIVERY_FAULTS).exactOptional(),
}) satisfies z.ZodType<Delivery>;
export const deliveryListSchema = z.strictObject({
  deliveries: z.array(deliverySchema),
  older: z.string().exactOptional(),
});

/** What webhooks are sent. */
export const webhookMessageSchema = z.strictObject({
  type: messageType,
  timestamp: time,
  data: z.strictObject({ slug: storySchema.shape.slug, change: changeSchema.exactOptional() }),
});

export const pushKeySchema = z.strictObject({ key: z.string() });
export const subscribedSchema = z.strictObject({ id: z.string(), topic: z.string(), since: time });

const readerCount = z.int().min(0);
export const byTransportSchema = z.strictObject({ socket: readerCount, sse: readerCount, poll: readerCount });
export const entryReachSchema = z.strictObject({
  entryId: tombstoneSchema.shape.id,
  version: z.int().min(1),
  at: time,
  reached: readerCount,
  asked: readerCount,
  confirmed: readerCount,
  p50Ms: readerCount.exactOptional(),
  p95Ms: readerCount.exactOptional(),
});
export const audienceSchema = z.strictObject({
  readers: readerCount,
  byTransport: byTransportSchema,
  byInstance: z.array(z.strictObject({ instance: z.string(), readers: readerCount })),
  entries: z.array(entryReachSchema),
  at: time,
}) satisfies z.ZodType<Audience>;
export const recallReachSchema = z.strictObject({
  there: byTransportSchema,
  handed: byTransportSchema,
  asked: readerCount,
  confirmed: readerCount,
});
export const recallSchema = z.strictObject({
  entryId: tombstoneSchema.shape.id,
  version: z.int().min(1),
  status: z.enum(['withheld', 'canceled']),
  at: time,
  state: z.enum(['in_progress', 'done']),
  readers: recallReachSchema.exactOptional(),
  breaking: recallReachSchema.exactOptional(),
  caches: z.strictObject({ until: time }),
  replacedAt: z.array(z.string()),
  alerts: z.array(
    z.strictObject({ topic: z.string(), state: z.enum(['pending', 'replacing', 'replaced', 'dropped']) }),
  ),
  unknown: z.array(z.enum(['copies', 'away', 'unsampled', 'fetched_feeds', 'other_caches', 'shown_alerts'])),
}) satisfies z.ZodType<Recall>;
export const deskEditorSchema = z.strictObject({
  memberId: z.string().exactOptional(),
  name: z.string(),
  entryId: tombstoneSchema.shape.id,
  since: time,
}) satisfies z.ZodType<DeskEditor>;
export const deskEditorsSchema = z.array(deskEditorSchema);

export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: errorCode,
    detail: z.string(),
    retryable: z.boolean(),
    requestId: z.string().exactOptional(),
    errors: z.array(fieldErrorSchema).exactOptional(),
    currentVersion: z.int().exactOptional(),
    current: z.union([deskEntrySchema, deskStorySchema]).exactOptional(),
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

export const wireErrorSchema = z
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

export const joinedSchema = z.strictObject({
  ...catchUpSchema.shape,
  ok: z.literal(true),
  audience: z.int().min(0).exactOptional(),
  sampled: z.literal(true).exactOptional(),
});
export const refusedSchema = z.strictObject({ ok: z.literal(false), error: wireErrorSchema });
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
  at: time,
  slug: storySchema.shape.slug,
  entryId: tombstoneSchema.shape.id,
  title: z.string().min(1).max(200),
  body: z.string().min(1).max(300).exactOptional(),
  language: storySchema.shape.language,
  direction: z.enum(['ltr', 'rtl']),
  publishedAt: time,
}) satisfies z.ZodType<Alert>;

/** A picture that was taken in: what a body or a header says of it beside these is for the desk to write. */
export const uploadedPictureSchema = pictureSchema.pick({ url: true, width: true, height: true, renditions: true });
export const uploadedSchema = z.strictObject({ picture: uploadedPictureSchema });

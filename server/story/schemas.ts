import type * as wire from '@slugline/client/protocol';
import { LIMITS } from '@slugline/client/protocol';
import { z } from 'zod';
import {
  language,
  line,
  linkUrl,
  memberIdText,
  objectId,
  prose,
  resourceUrl,
  slug,
  spanText,
  time,
} from './text-schemas.js';

/** `T` with every field and array read-only, as the protocol declares them and zod does not. */
type ReadonlyDeep<T> = T extends readonly (infer Item)[]
  ? readonly ReadonlyDeep<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: ReadonlyDeep<T[Key]> }
    : T;

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * Binds a schema to the protocol type that it checks: compiling fails when either of the two gains, loses or
 * changes a field, however deep, and whether or not it is optional.
 */
const schemaOf =
  <Type>() =>
  <Schema extends z.ZodType>(
    schema: Schema &
      (Same<ReadonlyDeep<z.output<Schema>>, ReadonlyDeep<Type>> extends true ? unknown : 'differs from the protocol'),
  ): Schema =>
    schema;

const pixels = z.int().min(1).max(65_535);
const version = z.int().min(1);

export const renditionSchema = schemaOf<wire.Rendition>()(
  z.strictObject({ url: resourceUrl, width: pixels, height: pixels }),
);

export const pictureSchema = schemaOf<wire.Picture>()(
  z.strictObject({
    url: resourceUrl,
    width: pixels.exactOptional(),
    height: pixels.exactOptional(),
    caption: line(LIMITS.caption).exactOptional(),
    creditLine: line(LIMITS.name),
    altText: line(LIMITS.altText),
    renditions: z.array(renditionSchema).max(LIMITS.renditions).exactOptional(),
  }),
);

const mark = z.enum(['strong', 'emphasis', 'code']);

export const spanSchema = schemaOf<wire.Span>()(
  z.strictObject({
    text: spanText,
    marks: z
      .array(mark)
      .max(3)
      .refine((marks) => new Set(marks).size === marks.length, 'must not name a mark twice')
      .exactOptional(),
    href: linkUrl.exactOptional(),
  }),
);

const lengthOf = (spans: readonly wire.Span[]): number => spans.reduce((sum, { text }) => sum + text.length, 0);
const TOO_LONG = `must not hold more than ${LIMITS.blockText} characters in one block`;

const content = z
  .array(spanSchema)
  .min(1)
  .max(LIMITS.spans)
  .refine((spans) => lengthOf(spans) <= LIMITS.blockText, TOO_LONG);

const listItems = z
  .array(content)
  .min(1)
  .max(LIMITS.listItems)
  .refine((items) => items.reduce((sum, spans) => sum + lengthOf(spans), 0) <= LIMITS.blockText, TOO_LONG);

const name = line(LIMITS.name);

export const blockSchema = schemaOf<wire.Block>()(
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('paragraph'), content }),
    z.strictObject({ type: z.literal('heading'), level: z.literal([2, 3, 4]), content }),
    z.strictObject({ type: z.literal('list'), ordered: z.boolean(), items: listItems }),
    z.strictObject({
      type: z.literal('quote'),
      content,
      speaker: name.exactOptional(),
      speakerRole: name.exactOptional(),
      source: name.exactOptional(),
    }),
    z.strictObject({ type: z.literal('picture'), picture: pictureSchema }),
    z.strictObject({
      type: z.literal('embed'),
      url: resourceUrl,
      provider: name,
      title: line(LIMITS.headline).exactOptional(),
    }),
  ]),
);

export const bodySchema = z.array(blockSchema).max(LIMITS.blocks);

export const bylineSchema = schemaOf<wire.Byline>()(
  z.strictObject({ name, role: name.exactOptional(), url: linkUrl.exactOptional() }),
);

export const sourceSchema = schemaOf<wire.Source>()(
  z.strictObject({
    name,
    role: z.enum(['agency', 'official', 'media', 'witness', 'social', 'own']),
    via: name.exactOptional(),
    url: linkUrl.exactOptional(),
  }),
);

export const relationSchema = schemaOf<wire.Relation>()(
  z.strictObject({ rel: z.enum(['updates', 'disputes', 'repeats', 'replaces']), entryId: objectId }),
);

export const keyPointSchema = schemaOf<wire.KeyPoint>()(
  z.strictObject({ text: line(LIMITS.keyPoint), entryId: objectId.exactOptional() }),
);

export const correctionSchema = schemaOf<wire.Correction>()(
  z.strictObject({
    kind: z.enum(['corrected', 'refiled', 'withdrawn']),
    text: prose(LIMITS.correctionText),
    at: time,
    fromVersion: version,
    toVersion: version,
  }),
);

export const noticeSchema = schemaOf<wire.Notice>()(z.strictObject({ text: prose(LIMITS.notice), at: time }));
export const actorSchema = schemaOf<wire.Actor>()(
  z.strictObject({ keyId: z.string().min(1).max(64), name, memberId: memberIdText.exactOptional() }),
);

export const workflowNoteSchema = schemaOf<wire.WorkflowNote>()(
  z.strictObject({ text: prose(LIMITS.edNote), at: time, by: actorSchema }),
);

export const originSchema = schemaOf<wire.Origin>()(
  z.strictObject({
    guid: line(LIMITS.url),
    version: line(LIMITS.tag).exactOptional(),
    versionCreated: time.exactOptional(),
    pubStatus: z.enum(['usable', 'withheld', 'canceled']),
    digest: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
    withdrew: version.exactOptional(),
  }),
);

/** Fields of a header that the desk writes. Requests and stored forms share them, so that they cannot differ. */
export const storyFields = {
  headline: line(LIMITS.headline),
  standfirst: line(LIMITS.standfirst),
  kicker: line(LIMITS.kicker),
  language,
  status: z.enum(['upcoming', 'live', 'paused', 'ended']),
  visibility: z.enum(['public', 'private']),
  picture: pictureSchema,
  keyPoints: z.array(keyPointSchema).max(LIMITS.keyPoints),
  coverageStart: time,
  coverageEnd: time,
};

/** A list of people, and not of a newsroom: who are more need no restriction. */
const MOST_MEMBERS = 50;

/** What else the desk writes of a header, and keeps to itself. No list comes to nobody by mistake: that would open the desk. */
export const deskStoryFields = {
  members: z
    .array(memberIdText)
    .min(1, 'must name somebody: null lifts a restriction')
    .max(MOST_MEMBERS)
    .overwrite((members) => [...new Set(members)]),
};

/** Fields of an entry that the desk writes. */
export const entryFields = {
  headline: line(LIMITS.headline),
  body: bodySchema,
  urgency: z.int().min(1).max(9),
  breaking: z.boolean(),
  keyEvent: z.boolean(),
  bylines: z.array(bylineSchema).max(LIMITS.bylines),
  sources: z.array(sourceSchema).max(LIMITS.sources),
  verification: z.enum(['confirmed', 'attributed', 'unverified', 'disputed']),
  relations: z.array(relationSchema).max(LIMITS.relations),
  located: name,
  tags: z
    .array(line(LIMITS.tag))
    .max(LIMITS.tags)
    .overwrite((tags) => [...new Set(tags)]),
  edNote: prose(LIMITS.edNote),
};

export const storySchema = schemaOf<wire.Story>()(
  z.strictObject({
    slug,
    ...storyFields,
    standfirst: storyFields.standfirst.exactOptional(),
    kicker: storyFields.kicker.exactOptional(),
    picture: pictureSchema.exactOptional(),
    pinned: z.array(objectId).max(LIMITS.pinned),
    coverageEnd: time.exactOptional(),
    createdAt: time,
    updatedAt: time,
    version,
  }),
);

export const deskStorySchema = schemaOf<wire.DeskStory>()(
  z.strictObject({
    ...storySchema.shape,
    members: deskStoryFields.members.exactOptional(),
    createdBy: actorSchema,
    updatedBy: actorSchema,
  }),
);

const { edNote, ...publicEntryFields } = entryFields;

export const entrySchema = schemaOf<wire.Entry>()(
  z.strictObject({
    id: objectId,
    slug,
    version,
    status: z.literal('usable'),
    ...publicEntryFields,
    headline: entryFields.headline.exactOptional(),
    verification: entryFields.verification.exactOptional(),
    located: entryFields.located.exactOptional(),
    corrections: z.array(correctionSchema).max(LIMITS.corrections),
    publishedAt: time,
    updatedAt: time,
  }),
);

export const tombstoneSchema = schemaOf<wire.Tombstone>()(
  z.strictObject({
    id: objectId,
    slug,
    version,
    status: z.enum(['withheld', 'canceled']),
    notice: noticeSchema.exactOptional(),
    publishedAt: time,
    updatedAt: time,
  }),
);

export const publicEntrySchema = schemaOf<wire.PublicEntry>()(
  z.discriminatedUnion('status', [entrySchema, tombstoneSchema]),
);

export const deskEntrySchema = schemaOf<wire.DeskEntry>()(
  z.strictObject({
    ...entrySchema.shape,
    status: z.enum(['usable', 'withheld', 'canceled']),
    notice: noticeSchema.exactOptional(),
    workflow: z.enum(['draft', 'submitted', 'scheduled', 'published']),
    workflowNote: workflowNoteSchema.exactOptional(),
    edNote: edNote.exactOptional(),
    publishAt: time.exactOptional(),
    embargoedUntil: time.exactOptional(),
    origin: originSchema.exactOptional(),
    createdBy: actorSchema,
    updatedBy: actorSchema,
    writtenBy: actorSchema.exactOptional(),
  }),
);

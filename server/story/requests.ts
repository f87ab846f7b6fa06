import { LIMITS } from '@slugline/client/protocol';
import { z } from 'zod';
import { bodyForms, withBlocks } from './body-input.js';
import { fieldErrors, invalidInput, sentence } from './input-errors.js';
import { requirePlainJson } from './plain-json.js';
import { deskStoryFields, entryFields, storyFields } from './schemas.js';
import { line, positionText, prose, slug, time } from './text-schemas.js';

/** What an entry's urgency is unless the desk says: an ordinary update, and a bulletin when it is breaking. */
const URGENCY = { ordinary: 5, breaking: 2 } as const;

const hasField = (fields: object): boolean => Object.keys(fields).length > 0;
const NO_FIELD = { message: 'must name at least one field to change', path: [] };

/** `POST /v1/stories`. `coverageStart` is now unless given. */
export const createStoryRequest = z.strictObject({
  slug,
  ...storyFields,
  standfirst: storyFields.standfirst.exactOptional(),
  kicker: storyFields.kicker.exactOptional(),
  language: storyFields.language.default('en'),
  status: storyFields.status.default('live'),
  visibility: storyFields.visibility.default('public'),
  picture: storyFields.picture.exactOptional(),
  keyPoints: storyFields.keyPoints.default([]),
  coverageStart: storyFields.coverageStart.exactOptional(),
  coverageEnd: storyFields.coverageEnd.exactOptional(),
  members: deskStoryFields.members.exactOptional(),
});
export type CreateStoryInput = z.output<typeof createStoryRequest>;

/** `PATCH /v1/stories/:slug`: what is named changes, `null` removes, lists are replaced as a whole. */
export const patchStoryRequest = z
  .strictObject({
    headline: storyFields.headline.exactOptional(),
    standfirst: storyFields.standfirst.nullable().exactOptional(),
    kicker: storyFields.kicker.nullable().exactOptional(),
    language: storyFields.language.exactOptional(),
    status: storyFields.status.exactOptional(),
    visibility: storyFields.visibility.exactOptional(),
    picture: storyFields.picture.nullable().exactOptional(),
    keyPoints: storyFields.keyPoints.exactOptional(),
    coverageStart: storyFields.coverageStart.exactOptional(),
    coverageEnd: storyFields.coverageEnd.nullable().exactOptional(),
    members: deskStoryFields.members.nullable().exactOptional(),
  })
  .refine(hasField, NO_FIELD)
  .meta({ minProperties: 1 });
export type PatchStoryInput = z.output<typeof patchStoryRequest>;

/** Where the desk may put an entry. `scheduled` is what it is made by a time. */
const workflow = z.enum(['draft', 'submitted', 'published']);

/**
 * `POST /v1/stories/:slug/entries`: a headline, a body (`body`, `bodyMarkdown` or `bodyHtml`) or both. `workflow` is
 * `published` unless given, or `submitted` for a contributor; a time in the future schedules what is to be published.
 */
export const publishRequest = z
  .strictObject({
    ...entryFields,
    headline: entryFields.headline.exactOptional(),
    ...bodyForms,
    urgency: entryFields.urgency.exactOptional(),
    breaking: entryFields.breaking.default(false),
    keyEvent: entryFields.keyEvent.default(false),
    bylines: entryFields.bylines.default([]),
    sources: entryFields.sources.default([]),
    verification: entryFields.verification.exactOptional(),
    relations: entryFields.relations.default([]),
    located: entryFields.located.exactOptional(),
    tags: entryFields.tags.default([]),
    edNote: entryFields.edNote.exactOptional(),
    workflow: workflow.exactOptional(),
    publishAt: time.exactOptional(),
    embargoedUntil: time.exactOptional(),
  })
  .transform(withBlocks)
  .transform((input) => ({
    ...input,
    body: input.body ?? [],
    urgency: input.urgency ?? URGENCY[input.breaking ? 'breaking' : 'ordinary'],
  }));
export type PublishInput = z.output<typeof publishRequest>;

const editFields = {
  headline: entryFields.headline.nullable().exactOptional(),
  ...bodyForms,
  urgency: entryFields.urgency.exactOptional(),
  breaking: entryFields.breaking.exactOptional(),
  keyEvent: entryFields.keyEvent.exactOptional(),
  bylines: entryFields.bylines.exactOptional(),
  sources: entryFields.sources.exactOptional(),
  verification: entryFields.verification.nullable().exactOptional(),
  relations: entryFields.relations.exactOptional(),
  located: entryFields.located.nullable().exactOptional(),
  tags: entryFields.tags.exactOptional(),
  edNote: entryFields.edNote.nullable().exactOptional(),
};

/** `PATCH …/entries/:id`: what is named changes, `null` removes, lists are replaced as a whole. */
export const editRequest = z
  .strictObject({
    ...editFields,
    publishAt: time.nullable().exactOptional(),
    embargoedUntil: time.nullable().exactOptional(),
  })
  .refine(hasField, NO_FIELD)
  .meta({ minProperties: 1 })
  .transform(withBlocks);

/** `POST …/entries/:id/corrections`: `text` tells readers what was wrong; the rest is as in an edit. */
export const correctionRequest = z
  .strictObject({ text: prose(LIMITS.correctionText), ...editFields })
  .transform(withBlocks);
export type CorrectionInput = z.output<typeof correctionRequest>;

/** `POST …/entries/:id/workflow`. `note` is for whoever has the entry next. */
export const workflowRequest = z.strictObject({ to: workflow, note: prose(LIMITS.edNote).exactOptional() });
export type WorkflowInput = z.output<typeof workflowRequest>;

/** `POST …/entries/:id/restoration`. */
export const restorationRequest = z.strictObject({ version: z.int().min(1) });

/** `POST …/entries/:id/withdrawal`. `notice` is shown in the entry's place. */
export const withdrawalRequest = z.strictObject({
  status: z.enum(['withheld', 'canceled']),
  notice: prose(LIMITS.notice).exactOptional(),
});
export type WithdrawalInput = z.output<typeof withdrawalRequest>;

/** A whole number as a query string has it. */
export const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least).max(most));

const edition = z.enum(['public', 'desk']).default('public');
export const limit = count(1, LIMITS.pageMax).default(LIMITS.pageDefault);
/** A cursor from an earlier answer's `older`. */
export const before = z.string().regex(/^[!-~]{1,200}$/, 'must be the text that an earlier answer gave as older');
const since = positionText.exactOptional();

/** Commands, and doors that take no parameter: a misspelt one, or one of another door, must not pass unseen. */
export const noQuery = z.strictObject({});
/** `GET /v1/stories`. */
export const storiesQuery = z.strictObject({ limit, before: before.exactOptional(), edition });
/** `GET /v1/stories/:slug`. */
export const snapshotQuery = z.strictObject({ limit, edition });
/** `GET …/entries/:id`. */
export const entryQuery = z.strictObject({ edition });
/** `GET …/entries`. */
export const entriesQuery = z.strictObject({
  limit,
  before: before.exactOptional(),
  tag: line(LIMITS.tag).exactOptional(),
  keyEvents: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .meta({ type: 'boolean', default: false }),
  /** Of the desk edition. */
  workflow: z.enum(['draft', 'submitted', 'scheduled', 'published', 'unpublished']).exactOptional(),
  edition,
});
/** `GET …/changes`. `wait` is in seconds; 0 answers at once. */
export const changesQuery = z.strictObject({ since, wait: count(0, LIMITS.waitSeconds).default(0), limit, edition });
/** `GET …/stream`. */
export const streamQuery = z.strictObject({ since, limit, edition });
/** `GET …/entries/:id/revisions`. `before` is a version. */
export const revisionsQuery = z.strictObject({ limit, before: count(1, Number.MAX_SAFE_INTEGER).exactOptional() });

/** `POST /v1/ingest/…`. The story for items that are new. */
export const ingestQuery = z.strictObject({ story: slug.exactOptional() });

/**
 * Reads what came from outside into what a command takes: defaults filled in, texts and times in their kept form.
 * Objects are closed: an unknown field is refused by name, since one that was quietly dropped may be the embargo
 * that the sender counted on.
 *
 * @param where `query` names fields as `?name` in errors.
 * @throws Failure `invalid_input` with up to 20 field errors.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: 'body' | 'query' = 'body',
): z.output<Schema> {
  const prefix = where === 'query' ? '?' : '';
  requirePlainJson(value, prefix);
  const result = schema.safeParse(value, { error: sentence });
  if (result.success) return result.data;
  throw invalidInput(fieldErrors(result.error.issues, prefix));
}

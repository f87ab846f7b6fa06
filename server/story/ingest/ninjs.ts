import { type FieldError, LIMITS, type Picture } from '@slugline/client/protocol';
import { z } from 'zod';
import { fieldErrors, fieldPath, invalidInput, sentence } from '../input-errors.js';
import { time } from '../text-schemas.js';
import { folded, spelt } from './folded.js';
import {
  bodyFrom,
  bylinesFrom,
  clipped,
  isPicture,
  lineOf,
  namesFrom,
  pictureFrom,
  sourcesFrom,
  withPictures,
} from './item-parts.js';
import { isCorrection, MOST_ALT_IDS, MOST_ITEMS, type ReadItem, slugOf, type WireItem, wireItem } from './wire-item.js';

/*
 * IPTC ninjs, 1.0 to 3.1, told apart by nothing but what is there: since 2.0 lists stand where 1.x had names with a
 * suffix (`body_html`) and objects, and 3.x writes in camel case what was in lower case before.
 * Fields that we do not know are passed over, since agencies add their own.
 */

const text = z.string();
const texts = z.array(z.looseObject({ role: text.optional(), contenttype: text.optional(), value: text }));
const named = z.array(
  z.looseObject({ name: text.optional(), role: text.optional(), rel: text.optional(), uri: text.optional() }),
);
const anything = z.unknown();

const ninjs = z.looseObject({
  uri: text.min(1),
  type: text.optional(),
  version: z.union([text, z.int().min(0)]).optional(),
  versioncreated: text.optional(),
  embargo: time.optional(),
  embargoed: time.optional(),
  embargoeduntil: time.optional(),
  pubstatus: z.enum(['usable', 'withheld', 'canceled']).default('usable'),
  urgency: z.number().optional(),
  language: text.optional(),
  slugline: text.optional(),
  title: text.optional(),
  headline: text.optional(),
  headlines: texts.default([]),
  descriptions: texts.default([]),
  bodies: texts.default([]),
  byline: text.optional(),
  by: text.optional(),
  people: named.default([]),
  ednote: text.optional(),
  located: text.optional(),
  infosource: named.default([]),
  infosources: named.default([]),
  subject: named.default([]),
  subjects: named.default([]),
  altids: z
    .union([z.array(z.looseObject({ role: text.optional(), value: text })), z.record(text, anything)])
    .default([]),
  associations: z.union([z.array(anything), z.record(text, anything)]).default([]),
  renditions: z.union([z.array(anything), z.record(text, anything)]).default([]),
});
type Ninjs = z.output<typeof ninjs>;

/** The document as it was sent, for the names of its fields. */
interface Place {
  readonly sent: unknown;
  readonly path: readonly (string | number)[];
}

/**
 * The items that a ninjs document tells, oldest first: itself, or where it is a story the updates that it is made of.
 *
 * @throws Failure `invalid_input`, with each field as the sender spelt it.
 */
export function itemsFromNinjs(sent: unknown): readonly ReadItem[] {
  const place = { sent, path: [] };
  const document = checked(ninjs, folded(sent), place);
  const header = headerOf(document, place);
  const updates = document.type === 'composite' ? associated(document, place, 'text') : [];
  if (updates.length > MOST_ITEMS) {
    const message = `must hold at most ${MOST_ITEMS} items of the type text`;
    throw invalidInput([{ field: fieldOf(place, ['associations']), message }]);
  }
  if (updates.length === 0) {
    const read = itemOf(document, place, header);
    // A story of which nothing was told yet.
    return document.type === 'composite' && read.item.content.body === undefined ? [] : [read];
  }
  const { slugline, language } = document;
  return updates
    .map(({ value, at }) => {
      const update = checked(ninjs, { slugline, language, ...value }, at);
      return itemOf(withinStory(document, update), at, header);
    })
    .reverse();
}

/** An update of a story: what is withdrawn or under embargo as a whole is so in all of its parts. */
function withinStory(story: Ninjs, update: Ninjs): Ninjs {
  return {
    ...update,
    embargo: lastOf([embargoOf(story), embargoOf(update)]),
    pubstatus: story.pubstatus === 'usable' ? update.pubstatus : story.pubstatus,
  };
}

function itemOf(document: Ninjs, place: Place, header: object): ReadItem {
  const { uri, version, versioncreated, pubstatus, urgency, located, ednote, slugline } = document;
  const { body, leftOut } = bodyOf(document, place);
  const headline = mainHeadline(document);
  const tags = namesFrom(
    [...document.subject, ...document.subjects].map(({ name }) => name),
    LIMITS.tag,
    LIMITS.tags,
  );
  const bylines = bylinesOf(document);
  const sources = sourcesFrom([...document.infosource, ...document.infosources]);
  const locatedName = clipped(located, LIMITS.name);
  const edNote = ednote?.trim();
  const correction = wordsOf(document, 'description', document.descriptions, 'correction');
  const notice = wordsOf(document, 'description', document.descriptions, 'notice');
  const slug = slugline === undefined ? undefined : slugOf(slugline);
  const embargo = embargoOf(document);
  const made = {
    guid: uri,
    altIds: altIdsOf(document),
    ...(version !== undefined && String(version).trim() !== '' && { version: String(version) }),
    ...(versioncreated !== undefined && { versionCreated: versioncreated }),
    pubStatus: pubstatus,
    ...(embargo !== undefined && { embargoedUntil: embargo }),
    ...(slug !== undefined && { slug }),
    header,
    content: {
      ...(headline !== undefined && { headline }),
      ...(body.length > 0 && { body }),
      ...(urgency !== undefined && { urgency }),
      ...(bylines.length > 0 && { bylines }),
      ...(sources.length > 0 && { sources }),
      ...(locatedName !== undefined && { located: locatedName }),
      ...(tags.length > 0 && { tags }),
      ...(edNote !== undefined && edNote !== '' && { edNote }),
    },
    isCorrection: signalsOf(document).some(isCorrection),
    ...(correction !== undefined && { correction }),
    ...(notice !== undefined && pubstatus !== 'usable' && { notice }),
  };
  return { item: checked(wireItem, made, place, FIELDS), leftOut };
}

/** The last of what may be said under several names. */
function embargoOf({ embargo, embargoed, embargoeduntil }: Ninjs): string | undefined {
  return lastOf([embargo, embargoed, embargoeduntil]);
}

function lastOf(moments: readonly (string | undefined)[]): string | undefined {
  return moments
    .filter((moment) => moment !== undefined)
    .sort()
    .at(-1);
}

/** What ninjs calls the parts of an item that we call otherwise. */
const FIELDS: Readonly<Record<string, string>> = {
  guid: 'uri',
  versionCreated: 'versioncreated',
  embargoedUntil: 'embargoeduntil',
  altIds: 'altids',
  slug: 'slugline',
  edNote: 'ednote',
};
const OURS = new Set(['header', 'content']);

function headerOf(document: Ninjs, place: Place) {
  const isStory = document.type === 'composite';
  const headline = clipped(mainHeadline(document) ?? document.title, LIMITS.headline);
  const kicker = clipped(wordsOf(document, 'headline', document.headlines, 'kicker'), LIMITS.kicker);
  const standfirst = clipped(wordsOf(document, 'description', document.descriptions, 'standfirst'), LIMITS.standfirst);
  const [picture] = isStory ? picturesOf(document, place).pictures : [];
  const keyPoints = document.descriptions
    .filter(({ role }) => role === 'key-point')
    .flatMap(({ value }) => clipped(value, LIMITS.keyPoint) ?? [])
    .map((words) => ({ text: words }))
    .slice(0, LIMITS.keyPoints);
  return {
    ...(headline !== undefined && { headline }),
    ...(isStory && kicker !== undefined && { kicker }),
    ...(isStory && standfirst !== undefined && { standfirst }),
    ...(document.language !== undefined && { language: document.language }),
    ...(picture !== undefined && { picture }),
    ...(keyPoints.length > 0 && { keyPoints }),
  };
}

function mainHeadline({ headline, headlines }: Ninjs): string | undefined {
  const main = headlines.find(({ role }) => role === 'main') ?? headlines[0];
  return lineOf(headline ?? main?.value);
}

/** A text by its role, or as 1.x has it by the end of its name: `description_notice`. */
function wordsOf(document: Ninjs, prefix: string, list: Ninjs['descriptions'], role: string): string | undefined {
  const words = list.find((one) => one.role?.toLowerCase() === role)?.value ?? document[`${prefix}_${role}`];
  return typeof words === 'string' && words.trim() !== '' ? words : undefined;
}

function bylinesOf({ people, byline, by }: Ninjs) {
  const creators = people.filter(({ rel }) => rel === 'creator').map(({ name }) => name);
  return bylinesFrom(creators.length > 0 ? creators : [byline ?? by]);
}

/** Not of ninjs, but of many who write it: a text or a list of texts or of concepts. */
function signalsOf({ signal, signals }: Ninjs): readonly string[] {
  return [signal, signals].flat().flatMap((one) => {
    const code = isObject(one) ? (one.code ?? one.name ?? one.uri ?? one.literal) : one;
    return typeof code === 'string' ? (code.split(/[:/]/).at(-1) ?? []) : [];
  });
}

function altIdsOf({ altids }: Ninjs): WireItem['altIds'] {
  const pairs = Array.isArray(altids)
    ? altids.map(({ role, value }) => ({ role, value }))
    : Object.entries(altids).map(([role, value]) => ({ role, value }));
  return pairs
    .flatMap(({ role, value }) =>
      typeof value === 'string' || typeof value === 'number' ? [{ role, value: String(value) }] : [],
    )
    .filter(({ value }) => value.trim() !== '')
    .slice(0, MOST_ALT_IDS)
    .map(({ role, value }) => ({ ...(role !== undefined && role.trim() !== '' && { role }), value }));
}

/** The text with marks, where it comes with them; else the plain one. */
function bodyOf(document: Ninjs, place: Place) {
  const { pictures, leftOut } = picturesOf(document, place);
  const forms = [
    ...document.bodies.map(({ role = '', contenttype = '', value }, at) => ({
      isHtml: /html/i.test(contenttype) || (contenttype === '' && /html/i.test(role)),
      value,
      field: ['bodies', at],
    })),
    ...Object.entries(document).flatMap(([name, value]) =>
      name.startsWith('body_') && typeof value === 'string'
        ? [{ isHtml: /html/.test(name), value, field: [name] }]
        : [],
    ),
  ].filter(({ value }) => value.trim() !== '');
  const form = forms.find(({ isHtml }) => isHtml) ?? forms[0];
  if (form === undefined) return { body: withPictures([], pictures), leftOut };
  const found = bodyFrom(form.value, form.isHtml, fieldOf(place, form.field));
  return { body: withPictures(found.blocks, pictures), leftOut: [...found.leftOut, ...leftOut] };
}

const picture = z.looseObject({
  byline: text.optional(),
  by: text.optional(),
  creditline: text.optional(),
  copyrightholder: text.optional(),
  descriptions: texts.default([]),
  renditions: z.union([z.array(anything), z.record(text, anything)]).default([]),
});
const rendition = z.looseObject({ href: text, width: z.number().optional(), height: z.number().optional() });

/** The pictures that go with a text. One that may not be shown is no reason to keep the news back. */
function picturesOf(document: Ninjs, place: Place) {
  const pictures: Picture[] = [];
  const leftOut: FieldError[] = [];
  for (const { value, at } of associated(document, place, 'picture')) {
    const field = fieldOf(at, []);
    const found = picture.safeParse(value);
    const made = found.success ? pictureOf(found.data, field) : { field, message: 'is a picture that cannot be read' };
    if (isPicture(made)) pictures.push(made);
    else leftOut.push(made);
  }
  return { pictures, leftOut };
}

function pictureOf(found: z.output<typeof picture>, field: string): Picture | FieldError {
  const renditions = Object.values(found.renditions).flatMap((one) => rendition.safeParse(one).data ?? []);
  const [largest] = renditions.sort((a, b) => (b.width ?? 0) - (a.width ?? 0));
  const words = (...roles: readonly string[]) => {
    const listed = found.descriptions.find(({ role }) => roles.includes(role?.toLowerCase() ?? ''))?.value;
    const suffixed = roles.map((role) => found[`description_${role}`]).find((value) => typeof value === 'string');
    return listed ?? (typeof suffixed === 'string' ? suffixed : undefined);
  };
  return pictureFrom(
    {
      url: largest?.href,
      width: largest?.width,
      height: largest?.height,
      caption: words('caption', 'text', 'main'),
      creditLine: found.creditline ?? found.by ?? found.byline ?? found.copyrightholder,
      altText: words('alt-text', 'alttext', 'alt_text', 'alt'),
    },
    field,
  );
}

/** What goes with a document, of one type. */
function associated({ associations }: Ninjs, { sent, path }: Place, type: string) {
  return Object.entries(associations).flatMap(([key, value]) =>
    isObject(value) && value.type === type ? [{ value, at: { sent, path: [...path, 'associations', key] } }] : [],
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldOf({ sent, path }: Place, within: readonly (string | number)[]): string {
  return fieldPath(spelt(sent, [...path, ...within]));
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  { sent, path }: Place,
  names: Readonly<Record<string, string>> = {},
): z.output<Schema> {
  const result = schema.safeParse(value, { error: sentence });
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => {
    const within = issue.path.map(String).filter((part, at) => at > 0 || !OURS.has(part));
    return {
      ...issue,
      path: spelt(sent, [...path, ...within.map((part, at) => (at === 0 ? (names[part] ?? part) : part))]),
    };
  });
  throw invalidInput(fieldErrors(issues));
}

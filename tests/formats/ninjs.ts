import { language, later, listOf, object, oneOf, type Shape, text, time, uri, whole } from './shape.js';

/*
 * IPTC ninjs 3.1: names and types of its properties as http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json publishes them
 * (approved in spring 2025). The schema allows no others, and asks for `uri` alone. Written down here in full for the
 * properties that we use; those that we do not are left out, so that using one means looking it up.
 */

const pubStatus = oneOf('usable', 'withheld', 'canceled');
const words = listOf(object({ value: text }, { role: text, contentType: text }));
const alternatives = listOf(object({}, { role: text, value: text }));
const rendition = object(
  { name: text },
  { href: uri, contentType: text, title: text, width: whole(), height: whole(), sizeInBytes: whole() },
);

const properties: Readonly<Record<string, Shape>> = {
  type: oneOf('text', 'audio', 'video', 'picture', 'graphic', 'composite', 'component', 'event', 'planning'),
  representationType: oneOf('full', 'partial'),
  profile: text,
  version: text,
  firstCreated: time,
  versionCreated: time,
  contentCreated: time,
  pubStatus,
  urgency: whole(1, 9),
  language,
  title: text,
  by: text,
  slugline: text,
  located: text,
  headlines: words,
  descriptions: words,
  bodies: listOf(object({ value: text }, { role: text, contentType: text, charCount: whole(), wordCount: whole() })),
  people: listOf(object({}, { name: text, rel: text, uri, literal: text })),
  infoSources: listOf(object({}, { name: text, role: text, uri, literal: text })),
  subjects: listOf(object({}, { name: text, rel: text, uri, literal: text })),
  renditions: listOf(rendition),
  altIds: alternatives,
  standard: object({}, { name: text, version: text, schema: uri }),
  associations: listOf(later(() => association)),
};

/** A news object. */
export const ninjs = object({ uri }, properties);
const association = object({ name: text, uri }, { ...properties, rel: text });

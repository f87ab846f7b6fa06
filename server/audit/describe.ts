import { isDeepStrictEqual } from 'node:util';
import { HEADER_ID, type StoryStore } from '../store/story-store.js';
import type { AuditNote } from './note.js';
import {
  type AuditedObject,
  type AuditRecord,
  canonicalJson,
  type FieldChange,
  type FieldValue,
  sha256,
} from './record.js';

/** Bytes of one value, and of all of a record, that stand there as they are. Of what is beyond them its digest stands there. */
const VALUE_BYTES = 4_096;
const VALUES_BYTES = 48_000;
/** Bytes of all that is said of changes. Beyond them an object's version has to do: its revisions tell the rest. */
const CHANGES_BYTES = 80_000;

/** What the record says already of each version: of what it is one, when and by whom it was made. */
const SAID_ELSEWHERE: ReadonlySet<string> = new Set([
  ...['id', 'slug', 'version', 'createdAt', 'createdBy', 'updatedAt', 'updatedBy'],
]);
/** Fields of the server's own records that are no secret only as long as nobody collects them. */
const SECRET = /digest|secret|token|hash|password|privatekey/i;

const OWN_TYPES: Readonly<Record<string, string>> = {
  '@keys': 'key',
  '@members': 'member',
  '@pictures': 'picture',
  '@sessions': 'session',
  '@webhooks': 'webhook',
};

/** What a note's command did, read from the revisions that it made; they never change, so neither does the answer. */
export async function describeCommand(
  store: StoryStore,
  stream: string,
  note: AuditNote,
): Promise<Omit<AuditRecord, 'number' | 'recordedAt' | 'previous' | 'hash'>> {
  const isStory = !stream.startsWith('@');
  const forms = await Promise.all(note.objects.map(({ id, version }) => formsAround(store, stream, id, version)));
  const room = { values: VALUES_BYTES, changes: CHANGES_BYTES };
  const objects = note.objects.map(({ id, version }, at): AuditedObject => {
    const type = isStory ? (id === HEADER_ID ? 'story' : 'entry') : (OWN_TYPES[stream] ?? stream.slice(1));
    const object = { type, id: id === HEADER_ID ? stream : id, version };
    const { before, after } = forms[at] ?? {};
    if (after === undefined) return object;
    const changes = fieldChanges(before ?? {}, after, isStory, room);
    room.changes -= JSON.stringify(changes).length;
    return room.changes < 0 ? object : { ...object, changes };
  });
  const { id, at, by, action, about } = note;
  return { id, at, by, action, ...(isStory && { story: stream }), objects, ...(about !== undefined && { about }) };
}

type Form = Readonly<Record<string, unknown>>;

async function formsAround(store: StoryStore, stream: string, id: string, version: number) {
  const revisions = await store.revisions(stream, id, { limit: 2, before: version + 1 });
  const formOf = (wanted: number): Form | undefined => {
    const revision = revisions.find((candidate) => candidate.version === wanted);
    return revision && JSON.parse(revision.form);
  };
  return { before: formOf(version - 1), after: formOf(version) };
}

function fieldChanges(before: Form, after: Form, isStory: boolean, room: { values: number }): readonly FieldChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const value = (held: unknown): FieldValue => {
    const text = canonicalJson(held);
    const bytes = Buffer.byteLength(text);
    if (bytes > VALUE_BYTES || bytes > room.values) return { sha256: sha256(text), bytes };
    room.values -= bytes;
    return { value: held };
  };
  return names
    .filter((name) => !SAID_ELSEWHERE.has(name) && (isStory || !SECRET.test(name)))
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((field) => ({
      field,
      ...(before[field] !== undefined && { before: value(before[field]) }),
      ...(after[field] !== undefined && { after: value(after[field]) }),
    }));
}

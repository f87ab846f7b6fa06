import { BREAKING_SLUG } from '@slugline/client/protocol';
import { z } from 'zod';
import { ROLES } from '../access/access.js';
import { changeKeys, KEYS_STREAM, type KeyRecord, keyRecord } from '../access/api-keys.js';
import { MEMBER_ROLES, type Member } from '../access/people/member-forms.js';
import { addMember, MEMBERS_STREAM } from '../access/people/members.js';
import { SESSIONS_STREAM } from '../access/people/session-book.js';
import { AUDIT_STREAM } from '../audit/audit-log.js';
import { BY_COMMAND_LINE } from '../audit/audited.js';
import { isFailure } from '../errors.js';
import { addName, ITEMS_STREAM, type NameForm } from '../http/item-names.js';
import { ATTEMPTS_STREAM } from '../oidc/sign-in.js';
import { pictureDigest } from '../pictures/picture-names.js';
import { addRemoval, PICTURES_STREAM, type Removal } from '../pictures/removals.js';
import { ALERTS_STREAM } from '../push/alert-record.js';
import { addFollower, type FollowerForm, topicOf } from '../push/followers.js';
import { changePushKeys, PUSH_KEYS_STREAM, type PushKey } from '../push/push-keys.js';
import { SCHEDULE_STREAM } from '../schedule/plan.js';
import { type DumpRecord, HEADER_ID, type StoredObject, type StoryStore } from '../store/story-store.js';
import { encodeNote } from '../story/outbox-item.js';
import { originSchema } from '../story/schemas.js';
import { deskEntry } from '../story/stored.js';
import { memberIdText, objectId, slug } from '../story/text-schemas.js';
import { dueAt } from '../story/workflow-rules.js';
import { TRAILS_STREAM } from '../webhooks/trail-record.js';
import { WEBHOOKS_STREAM } from '../webhooks/webhook-records.js';
import { CommandError } from './failure-line.js';
import { ImportedWebhooks } from './imported-webhooks.js';

/**
 * The streams that a server makes for itself, from its first start on, during an import. Where they are here already, an
 * export cannot simply bring its own: they hold the key that was printed at that start, and whoever has begun to follow.
 */
export interface OwnStreams {
  /**
   * The records but for those of streams that are here already; to be restored before `addKeys`. Followers and names of
   * a wire's items among those are added as they come by. What was to be sent stays out: it was of another day.
   */
  readonly others: AsyncIterable<DumpRecord>;
  /** Adds the export's keys to those that are here, which stay as they are. Answers how many API keys came. */
  addKeys(): Promise<number>;
  /**
   * Whether a log of who did what is here already. Then that of the export stays out: records follow each other, so two
   * logs cannot become one.
   */
  readonly hasAuditLog: boolean;
}

/** Sessions and links to sign in with: who signed out after an export must not be let in again by it. */
export async function* withoutSessions(records: AsyncIterable<DumpRecord>): AsyncGenerator<DumpRecord> {
  for await (const record of records) if (record.stream !== SESSIONS_STREAM) yield record;
}

export async function setOwnStreamsAside(
  store: StoryStore,
  records: AsyncIterable<DumpRecord>,
): Promise<OwnStreams | undefined> {
  const here = new Set<string>();
  if ((await store.head(KEYS_STREAM, 'desk')) !== undefined) here.add(KEYS_STREAM);
  if ((await store.head(BREAKING_SLUG, 'public')) !== undefined) here.add(BREAKING_SLUG);
  if ((await store.head(PUSH_KEYS_STREAM, 'desk')) !== undefined) here.add(PUSH_KEYS_STREAM);
  if ((await store.head(ALERTS_STREAM, 'public')) !== undefined) here.add(ALERTS_STREAM);
  if ((await store.head(ITEMS_STREAM, 'public')) !== undefined) here.add(ITEMS_STREAM);
  // Of no use elsewhere: nobody comes back to another server with what they began here.
  if ((await store.head(ATTEMPTS_STREAM, 'public')) !== undefined) here.add(ATTEMPTS_STREAM);
  const hasAuditLog = (await store.head(AUDIT_STREAM, 'public')) !== undefined;
  if (hasAuditLog) here.add(AUDIT_STREAM);
  if ((await store.head(SCHEDULE_STREAM, 'public')) !== undefined) here.add(SCHEDULE_STREAM);
  if ((await store.head(WEBHOOKS_STREAM, 'desk')) !== undefined) here.add(WEBHOOKS_STREAM);
  if ((await store.head(TRAILS_STREAM, 'public')) !== undefined) here.add(TRAILS_STREAM);
  if ((await store.head(MEMBERS_STREAM, 'desk')) !== undefined) here.add(MEMBERS_STREAM);
  if ((await store.head(PICTURES_STREAM, 'desk')) !== undefined) here.add(PICTURES_STREAM);
  if (here.size === 0) return undefined;
  const keys: KeyRecord[] = [];
  const pushKeys: PushKey[] = [];
  const webhooks = new ImportedWebhooks();

  async function* others(): AsyncGenerator<DumpRecord> {
    for await (const record of records) {
      const { stream } = record;
      const topic = topicOf(stream);
      if (topic !== undefined && record.record === 'stream' && (await store.head(stream, 'public')) !== undefined) {
        here.add(stream);
      }
      if (!here.has(stream)) {
        yield record;
        // What is to be published when follows from the entries, so that a schedule that is here keeps its own.
        if (isScheduled(record)) yield { record: 'outbox', stream, payload: scheduleNote(record.object) };
        // The next start brings breaking news in step with every story that has such a note.
        if (record.record === 'stream' && here.has(BREAKING_SLUG) && !stream.startsWith('@')) {
          yield { record: 'outbox', stream, payload: encodeNote({ topic: 'story' }) };
        }
      } else if (record.record === 'object' && stream === ITEMS_STREAM) {
        await addName(store, record.object.objectId, read(NAME, record.object));
      } else if (record.record === 'object' && stream === WEBHOOKS_STREAM) {
        webhooks.take(record.object);
      } else if (record.record === 'object' && record.object.orderKey !== undefined) {
        const { object } = record;
        if (stream === KEYS_STREAM) keys.push(read(KEY, object));
        if (stream === PUSH_KEYS_STREAM) pushKeys.push(read(PUSH_KEY, object));
        if (stream === MEMBERS_STREAM) await addAbsent(store, read(MEMBER, object));
        if (stream === PICTURES_STREAM) await addRemoval(store, read(REMOVAL, object), BY_COMMAND_LINE);
        if (topic !== undefined) await addFollower(store, topic, object.objectId, read(FOLLOWER, object));
      }
    }
  }

  return {
    others: others(),
    hasAuditLog,
    async addKeys() {
      let added = 0;
      for (const key of keys) {
        await changeKeys(
          store,
          ({ objects }) => {
            const held = objects.find(({ objectId }) => objectId === key.id);
            if (held !== undefined) return keyRecord(held);
            added += 1;
            return { record: key, version: 1 };
          },
          BY_COMMAND_LINE,
        );
      }
      for (const key of pushKeys) {
        await changePushKeys(store, (held) => (held.some(({ id }) => id === key.id) ? undefined : key));
      }
      await webhooks.addTo(store);
      return added;
    },
  };
}

type ObjectRecord = Extract<DumpRecord, { readonly record: 'object' }>;

function isScheduled(record: DumpRecord): record is ObjectRecord {
  if (record.record !== 'object' || record.edition !== 'desk' || record.stream.startsWith('@')) return false;
  return record.object.objectId !== HEADER_ID && dueAt(deskEntry(record.object)) !== undefined;
}

function scheduleNote({ objectId }: StoredObject): string {
  return encodeNote({ topic: 'schedule', entryId: objectId });
}

async function addAbsent(store: StoryStore, member: Member): Promise<void> {
  await addMember(store, member, BY_COMMAND_LINE).catch((error: unknown) => {
    if (!isFailure(error, 'version_conflict')) throw error;
  });
}

function read<Form>(schema: z.ZodType<Form>, { objectId, form }: StoredObject): Form {
  const result = schema.safeParse(JSON.parse(form));
  if (!result.success)
    throw new CommandError(
      `The export holds a key, a member, a follower, a picture or an item’s name that cannot be read: ${objectId}.`,
    );
  return result.data;
}

const KEY = z.strictObject({
  id: z.string().min(1).max(64),
  name: z.string(),
  role: z.enum(ROLES),
  createdAt: z.iso.datetime(),
  memberId: memberIdText.exactOptional(),
  revokedAt: z.iso.datetime().exactOptional(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
}) satisfies z.ZodType<KeyRecord>;

const MEMBER = z.strictObject({
  id: memberIdText,
  name: z.string(),
  role: z.enum(MEMBER_ROLES),
  status: z.enum(['active', 'suspended']),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}) satisfies z.ZodType<Member>;

const REMOVAL = z.strictObject({ id: pictureDigest, removedAt: z.iso.datetime() }) satisfies z.ZodType<Removal>;

const base64url = z.string().regex(/^[A-Za-z0-9_-]{16,128}$/);

const PUSH_KEY = z.strictObject({
  id: base64url,
  publicKey: base64url,
  privateKey: base64url,
  createdAt: z.iso.datetime(),
}) satisfies z.ZodType<PushKey>;

const FOLLOWER = z.strictObject({
  endpoint: z.string(),
  p256dh: base64url,
  auth: base64url,
  keyId: base64url,
  since: z.iso.datetime(),
}) satisfies z.ZodType<FollowerForm>;

const NAME = z.strictObject({
  place: z.strictObject({ slug, entryId: objectId }).exactOptional(),
  recall: originSchema.exactOptional(),
}) satisfies z.ZodType<NameForm>;

import { type AuditedBy, audited } from '../audit/audited.js';
import { Failure } from '../errors.js';
import { decideAgain } from '../store/decide-again.js';
import { HEADER_ID, type Page, type StoredObject, type StoryStore, type Write } from '../store/story-store.js';
import type { Role } from './access.js';
import { type Credential, credentialDigest, newCredential } from './credential.js';
import type { ApiKey } from './key-forms.js';
import { readStream } from './stream-ring.js';

/** The server's own stream that holds the keys, desk edition only: every instance of one store shares them. */
export const KEYS_STREAM = '@keys';

/** Keys that may be in force at once, and of one member. Bounds the key ring of every instance. */
const MOST_KEYS = 1_000;
const MOST_OF_A_MEMBER = 20;

/** An API key as it is stored. */
export interface KeyRecord extends ApiKey {
  /** SHA-256 of the whole credential, hexadecimal. */
  readonly digest: string;
}

export interface NewKey {
  readonly name: string;
  readonly role: Role;
  /** Whose personal key it is to be. */
  readonly memberId?: string;
  /** Given only for the key that the operator chose; else one is made. */
  readonly credential?: Credential;
}

export interface CreatedKey {
  readonly key: ApiKey;
  /** `sl_<id>_<secret>`, to be shown once. */
  readonly credential: string;
}

/** Makes a key. Rejects with `too_many_keys`. */
export async function createKey(store: StoryStore, input: NewKey, by: AuditedBy): Promise<CreatedKey> {
  const credential = input.credential ?? newCredential();
  const key: ApiKey = {
    id: credential.id,
    name: input.name,
    role: input.role,
    createdAt: new Date(store.now()).toISOString(),
    ...(input.memberId !== undefined && { memberId: input.memberId }),
  };
  await changeKeys(
    store,
    ({ inForce }) => {
      const ofMember = inForce.filter(({ memberId }) => memberId !== undefined && memberId === input.memberId);
      if (inForce.length >= MOST_KEYS || ofMember.length >= MOST_OF_A_MEMBER) throw new Failure('too_many_keys');
      return { record: { ...key, digest: credentialDigest(credential) }, version: 1 };
    },
    by,
  );
  return { key, credential: credential.text };
}

/**
 * Every key that ever was, newest first; revoked ones carry `revokedAt`.
 *
 * @param memberId only personal keys of this member.
 */
export async function listKeys(store: StoryStore, memberId?: string): Promise<readonly ApiKey[]> {
  const { objects } = await readKeys(store);
  const keys = objects.map((object) => withoutDigest(keyRecord(object)));
  return memberId === undefined ? keys : keys.filter((key) => key.memberId === memberId);
}

/**
 * Whether the key is an admin's and nobody's personal one. One of those is always in force: a member may be suspended,
 * and nobody would be left to let them in again.
 */
export function isStandingAdminKey({ role, memberId }: ApiKey): boolean {
  return role === 'admin' && memberId === undefined;
}

/**
 * Revokes a key; a second time changes nothing. Rejects with `key_not_found` and `last_admin_key`.
 *
 * @param memberId whose personal key it must be: any other one is not found.
 */
export async function revokeKey(store: StoryStore, id: string, by: AuditedBy, memberId?: string): Promise<ApiKey> {
  const revokedAt = new Date(store.now()).toISOString();
  const record = await changeKeys(
    store,
    (keys) => {
      const object = keys.objects.find((candidate) => candidate.objectId === id);
      if (object === undefined) throw new Failure('key_not_found');
      const current = keyRecord(object);
      if (memberId !== undefined && current.memberId !== memberId) throw new Failure('key_not_found');
      if (current.revokedAt !== undefined) return current;
      if (isStandingAdminKey(current) && keys.inForce.filter(isStandingAdminKey).length === 1) {
        throw new Failure('last_admin_key');
      }
      return { record: { ...current, revokedAt }, version: object.version + 1 };
    },
    by,
  );
  return withoutDigest(record);
}

export function keyRecord(object: StoredObject): KeyRecord {
  return JSON.parse(object.form) as KeyRecord;
}

interface Keys {
  /** Newest first. */
  readonly objects: readonly StoredObject[];
  readonly inForce: readonly KeyRecord[];
  readonly head: Page | undefined;
}

async function readKeys(store: StoryStore): Promise<Keys> {
  const { objects, head } = await readStream(store, KEYS_STREAM, 'desk');
  const inForce = objects.map(keyRecord).filter((record) => record.revokedAt === undefined);
  return { objects, inForce, head };
}

interface KeyWrite {
  readonly record: KeyRecord;
  readonly version: number;
}

/**
 * Decides and commits one change of the keys. Each commit also moves the stream's header on, and expects it where
 * it was read: so two admins, or two instances starting at once, cannot together do what each alone may not
 * (revoke the last two admin keys, make two first keys).
 *
 * @param decide answers the write, or the record as it is when there is nothing to do.
 * @param by who is named in the audit log.
 */
export async function changeKeys(
  store: StoryStore,
  decide: (keys: Keys) => KeyWrite | KeyRecord,
  by: AuditedBy,
): Promise<KeyRecord> {
  return decideAgain(async () => {
    const keys = await readKeys(store);
    const decided = decide(keys);
    if (!('record' in decided)) return decided;
    const { record, version } = decided;
    const at = new Date(store.now()).toISOString();
    const headerVersion = keys.head?.header?.version ?? 0;
    const header: Write = {
      edition: 'desk',
      objectId: HEADER_ID,
      version: headerVersion + 1,
      kind: headerVersion === 0 ? 'story.created' : 'story.updated',
      form: JSON.stringify({ changedAt: at }),
    };
    const write: Write = {
      edition: 'desk',
      objectId: record.id,
      version,
      kind: record.revokedAt === undefined ? 'entry.published' : 'entry.canceled',
      orderKey: `${record.createdAt}-${record.id}`,
      form: JSON.stringify(record),
    };
    const expected = [
      { objectId: HEADER_ID, version: headerVersion },
      { objectId: record.id, version: version - 1 },
    ];
    const action = record.revokedAt === undefined ? 'key.created' : 'key.revoked';
    await store.commit(audited({ stream: KEYS_STREAM, at, expected, writes: [header, write] }, { by, action }));
    return record;
  });
}

function withoutDigest({ digest: _, ...key }: KeyRecord): ApiKey {
  return key;
}

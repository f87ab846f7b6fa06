import type { Logger } from '../logger.js';
import type { StoredObject, StoryStore } from '../store/story-store.js';
import { KEYS_STREAM, type KeyRecord, keyRecord } from './api-keys.js';
import { matchesDigest, readCredential } from './credential.js';
import { openStreamRing } from './stream-ring.js';

/** The keys in force, in memory. */
export interface KeyRing {
  /** The key that this text is, if it is in force. */
  find(text: string): Promise<KeyRecord | undefined>;
  /** The key of this id, if it is in force. */
  get(keyId: string): KeyRecord | undefined;
  onRevoked(listener: (keyId: string) => void): () => void;
  /** Resolves when the ring holds at least what the store held at the call. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export async function openKeyRing(store: StoryStore, logger: Logger): Promise<KeyRing> {
  let keys = new Map<string, KeyRecord>();

  function take(objects: readonly StoredObject[], isAll: boolean): readonly string[] {
    const before = keys;
    keys = new Map(isAll ? [] : before);
    for (const record of objects.map(keyRecord)) {
      if (record.revokedAt === undefined) keys.set(record.id, record);
      else keys.delete(record.id);
    }
    return [...before.keys()].filter((id) => !keys.has(id));
  }

  const ring = await openStreamRing({ store, logger, stream: KEYS_STREAM, edition: 'desk', take });

  return {
    async find(text) {
      const credential = readCredential(text);
      if (credential === undefined) return undefined;
      if (!keys.has(credential.id)) await ring.lookAgain();
      const record = keys.get(credential.id);
      return record !== undefined && matchesDigest(credential, record.digest) ? record : undefined;
    },
    get: (keyId) => keys.get(keyId),
    onRevoked: ring.listen,
    refresh: ring.refresh,
    close: ring.close,
  };
}

import { createHash } from 'node:crypto';
import webPush from 'web-push';
import { decideAgain } from '../store/decide-again.js';
import { HEADER_ID, type StoryStore, type Write } from '../store/story-store.js';

/** The server's own stream that holds the keys by which push services know it, desk edition only. */
export const PUSH_KEYS_STREAM = '@push-keys';

/** Keys come by imports alone, so there are few. */
const MOST_KEYS = 100;

/**
 * A key pair of RFC 8292 (VAPID). A browser's subscription is bound to the public key that it was made with, so no key is
 * ever given up: it would take every follower along.
 */
export interface PushKey {
  /** Digest of the public key: what a follower remembers of it. */
  readonly id: string;
  /** An uncompressed point of P-256, base64url: what browsers call `applicationServerKey`. */
  readonly publicKey: string;
  readonly privateKey: string;
  readonly createdAt: string;
}

/** The keys of one store, the same for all of its instances. */
export interface PushKeys {
  /** The one that new followers are to subscribe with: the oldest, so that an import brings a site's followers along. */
  readonly current: PushKey;
  /** Looks into the store for one that is not known: an import may have brought it meanwhile. */
  find(keyId: string): Promise<PushKey | undefined>;
}

export function pushKeyId(publicKey: string): string {
  return createHash('sha256').update(publicKey).digest('base64url').slice(0, 16);
}

/** Reads the keys, and makes the first one in a store that has none: one for all instances that start together. */
export async function openPushKeys(store: StoryStore): Promise<PushKeys> {
  let keys = await changePushKeys(store, (held) => (held.length > 0 ? undefined : newKey(store.now())));
  const known = (keyId: string) => keys.find(({ id }) => id === keyId);
  return {
    get current() {
      const [oldest] = keys;
      if (oldest === undefined) throw new Error('a store that was given a push key has none');
      return oldest;
    },
    async find(keyId) {
      const held = known(keyId);
      if (held !== undefined) return held;
      keys = (await readPushKeys(store)).keys;
      return known(keyId);
    },
  };
}

/**
 * Adds the key that `decide` answers, upon the keys that are there (oldest first), and answers all keys. Each commit
 * moves the stream's header on and expects it where it was read, so that two at once do not both make the first one.
 */
export async function changePushKeys(
  store: StoryStore,
  decide: (held: readonly PushKey[]) => PushKey | undefined,
): Promise<readonly PushKey[]> {
  return decideAgain(async () => {
    const { keys, headerVersion } = await readPushKeys(store);
    const added = decide(keys);
    if (added === undefined) return keys;
    const at = new Date(store.now()).toISOString();
    const isFirst = headerVersion === 0;
    const header: Write = {
      edition: 'desk',
      objectId: HEADER_ID,
      version: headerVersion + 1,
      kind: isFirst ? 'story.created' : 'story.updated',
      form: JSON.stringify({ changedAt: at }),
    };
    const write: Write = {
      edition: 'desk',
      objectId: added.id,
      version: 1,
      kind: 'entry.published',
      orderKey: `${added.createdAt}-${added.id}`,
      form: JSON.stringify(added),
    };
    const expected = [
      { objectId: HEADER_ID, version: headerVersion },
      { objectId: added.id, version: 0 },
    ];
    await store.commit({ stream: PUSH_KEYS_STREAM, at, expected, writes: [header, write] });
    return [...keys, added];
  });
}

async function readPushKeys(store: StoryStore): Promise<{ keys: readonly PushKey[]; headerVersion: number }> {
  const page = await store.page(PUSH_KEYS_STREAM, 'desk', { limit: MOST_KEYS });
  const keys = (page?.objects ?? []).map(({ form }): PushKey => JSON.parse(form));
  return { keys: keys.reverse(), headerVersion: page?.header?.version ?? 0 };
}

function newKey(now: number): PushKey {
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  return { id: pushKeyId(publicKey), publicKey, privateKey, createdAt: new Date(now).toISOString() };
}

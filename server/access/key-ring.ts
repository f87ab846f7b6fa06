import type { Position } from '@slugline/client/protocol';
import type { Logger } from '../logger.js';
import type { StoryStore } from '../store/story-store.js';
import { KEYS_STREAM, type KeyRecord, keyRecord, readKeys } from './api-keys.js';
import { matchesDigest, readCredential } from './credential.js';

/** How long a lost announcement can keep a revoked key alive on this instance. */
const REREAD_MS = 3_000;
/** A key this instance has not heard of is looked up at most this often, however many callers make keys up. */
const LOOKUP_EVERY_MS = 250;
const CHANGES = 500;

/**
 * The keys in force, in memory, so that a request costs no read of the store. Kept current by announcements, and
 * by a small re-read every few seconds, since announcements may be lost. While the store is away the ring goes on
 * with what it knows.
 */
export interface KeyRing {
  /** The key that this text is, if it is in force. */
  find(text: string): Promise<KeyRecord | undefined>;
  has(keyId: string): boolean;
  onRevoked(listener: (keyId: string) => void): () => void;
  /** Resolves when the ring holds at least what the store held at the call. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export async function openKeyRing(store: StoryStore, logger: Logger): Promise<KeyRing> {
  let keys = new Map<string, KeyRecord>();
  let position: Position | undefined;
  let lookup = { at: Number.NEGATIVE_INFINITY, done: Promise.resolve() };
  const listeners = new Set<(keyId: string) => void>();

  async function readChanges(): Promise<void> {
    const news = position === undefined ? undefined : await store.changesSince(KEYS_STREAM, 'desk', position, CHANGES);
    if (news === undefined || news.reset) return readAll();
    const objects = news.changes.filter((change) => change.orderKey !== undefined);
    position = news.position;
    for (const record of objects.map(keyRecord)) {
      if (record.revokedAt === undefined) keys.set(record.id, record);
      else drop(record.id);
    }
  }

  async function readAll(): Promise<void> {
    const read = await readKeys(store);
    const before = keys;
    position = read.head?.position;
    keys = new Map(read.inForce.map((record) => [record.id, record]));
    for (const id of before.keys()) if (!keys.has(id)) tell(id);
  }

  function drop(keyId: string): void {
    if (keys.delete(keyId)) tell(keyId);
  }

  function tell(keyId: string): void {
    for (const listener of listeners) listener(keyId);
  }

  // One read at a time, and at most one more waiting: whoever asks while a read is under way needs the next one,
  // since that read may have passed the place they ask for.
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  function refresh(): Promise<void> {
    if (running === undefined) {
      running = readChanges().finally(() => {
        running = undefined;
      });
      return running;
    }
    waiting ??= running
      .catch(() => {})
      .then(() => {
        waiting = undefined;
        return refresh();
      });
    return waiting;
  }

  function refreshInBackground(): void {
    refresh().catch((error: unknown) => logger.warn({ err: error }, 'API keys could not be read again'));
  }

  const unsubscribe = await store.onCommitted(KEYS_STREAM, 'desk', refreshInBackground);
  const timer = setInterval(refreshInBackground, REREAD_MS);
  timer.unref();
  await refresh();

  return {
    async find(text) {
      const credential = readCredential(text);
      if (credential === undefined) return undefined;
      if (!keys.has(credential.id)) {
        const at = performance.now();
        if (at - lookup.at >= LOOKUP_EVERY_MS) lookup = { at, done: refresh() };
        // Who comes while it is under way waits with the others, or would be sent away with a key that is good.
        await lookup.done;
      }
      const record = keys.get(credential.id);
      return record !== undefined && matchesDigest(credential, record.digest) ? record : undefined;
    },
    has: (keyId) => keys.has(keyId),
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    async close() {
      clearInterval(timer);
      unsubscribe();
      listeners.clear();
      await Promise.allSettled([running, waiting]);
    },
  };
}

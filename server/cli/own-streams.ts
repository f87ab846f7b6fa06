import { BREAKING_SLUG } from '@slugline/client/protocol';
import { z } from 'zod';
import { ROLES } from '../access/access.js';
import { changeKeys, KEYS_STREAM, type KeyRecord, keyRecord } from '../access/api-keys.js';
import type { DumpRecord, StoryStore } from '../store/story-store.js';
import { encodeNote } from '../story/outbox-item.js';
import { CommandError } from './failure-line.js';

/**
 * The streams that a server makes for itself at its first start, during an import. Where they are here already, an
 * export cannot simply bring its own: they hold the key that was printed at that start.
 */
export interface OwnStreams {
  /** The records but for those of streams that are here already; to be restored before `addKeys`. */
  readonly others: AsyncIterable<DumpRecord>;
  /** Adds the export's keys to those that are here, which stay as they are. Answers how many came. */
  addKeys(): Promise<number>;
}

export async function setOwnStreamsAside(
  store: StoryStore,
  records: AsyncIterable<DumpRecord>,
): Promise<OwnStreams | undefined> {
  const here = new Set<string>();
  if ((await store.head(KEYS_STREAM, 'desk')) !== undefined) here.add(KEYS_STREAM);
  if ((await store.head(BREAKING_SLUG, 'public')) !== undefined) here.add(BREAKING_SLUG);
  if (here.size === 0) return undefined;
  const keys: KeyRecord[] = [];

  async function* others(): AsyncGenerator<DumpRecord> {
    for await (const record of records) {
      if (!here.has(record.stream)) {
        yield record;
        // The next start brings breaking news in step with every story that has such a note.
        if (record.record === 'stream' && here.has(BREAKING_SLUG) && !record.stream.startsWith('@')) {
          yield { record: 'outbox', stream: record.stream, payload: encodeNote({ topic: 'story' }) };
        }
      } else if (record.stream === KEYS_STREAM && record.record === 'object' && record.object.orderKey !== undefined) {
        const read = KEY.safeParse(keyRecord(record.object));
        if (!read.success)
          throw new CommandError(`The export holds a key that cannot be read: ${record.object.objectId}.`);
        keys.push(read.data);
      }
    }
  }

  return {
    others: others(),
    async addKeys() {
      let added = 0;
      for (const key of keys) {
        await changeKeys(store, ({ objects }) => {
          const held = objects.find(({ objectId }) => objectId === key.id);
          if (held !== undefined) return keyRecord(held);
          added += 1;
          return { record: key, version: 1 };
        });
      }
      return added;
    },
  };
}

const KEY = z.strictObject({
  id: z.string().min(1).max(64),
  name: z.string(),
  role: z.enum(ROLES),
  createdAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().exactOptional(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
}) satisfies z.ZodType<KeyRecord>;

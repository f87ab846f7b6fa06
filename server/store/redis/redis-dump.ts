import type { Edition } from '@slugline/client/protocol';
import type { DumpRecord, StoredObject } from '../story-store.js';
import type { LuaScripts } from './lua-script.js';
import { readObjects, readOutbox, readReceipt, readRevision, texts } from './record-texts.js';
import type { RedisLink, Reply } from './redis-link.js';
import type { RedisKeys } from './stream-keys.js';

export interface RedisParts {
  readonly link: RedisLink;
  readonly keys: RedisKeys;
  readonly scripts: LuaScripts;
}

const BATCH = 200;

/**
 * Everything in the store while it goes on working. Each stream's objects are of one moment; one stream's at a time
 * are held in memory. Three orders matter. Receipts are looked for before the objects are read, so that no receipt
 * tells of a commit that is not in the dump. Outbox items are read after them, so that no commit in the dump lacks
 * its items. And the server's own streams come last: what was taken off an outbox meanwhile is in them.
 */
export async function* dumpRedis(parts: RedisParts): AsyncIterable<DumpRecord> {
  const receipts = await findReceipts(parts);
  for (const list of [parts.keys.stories, parts.keys.ownStreams]) {
    for (const stream of await streamsOf(parts, list)) yield* dumpStream(parts, stream, receipts.get(stream) ?? []);
  }
}

async function findReceipts({ link, keys }: RedisParts): Promise<Map<string, string[]>> {
  const found = new Map<string, Set<string>>();
  for await (const batch of link.scan(keys.anyReceipt)) {
    for (const key of batch) {
      const read = keys.readReceiptKey(key);
      if (read === undefined) continue;
      const ofStream = found.get(read.stream) ?? new Set();
      found.set(read.stream, ofStream.add(read.idempotencyKey));
    }
  }
  return new Map([...found].map(([stream, idempotencyKeys]) => [stream, [...idempotencyKeys]]));
}

async function streamsOf({ link }: RedisParts, list: string): Promise<readonly string[]> {
  const streams = texts(await link.run(() => link.command('ZRANGE', list, 0, -1)));
  return streams.filter((stream) => stream !== null);
}

async function* dumpStream(parts: RedisParts, stream: string, receipts: readonly string[]): AsyncIterable<DumpRecord> {
  const read = await readStream(parts, stream);
  if (read === undefined) return;
  yield { record: 'stream', stream, changedAt: read.changedAt, seqs: read.seqs };
  for (const edition of ['public', 'desk'] as const) {
    for (const object of read.objects[edition].values()) yield { record: 'object', stream, edition, object };
  }
  yield* dumpRevisions(parts, stream, read.objects.desk);
  yield* dumpReceipts(parts, stream, receipts);
  yield* dumpOutbox(parts, stream);
}

interface ReadStream {
  readonly changedAt: string;
  readonly seqs: Readonly<Record<Edition, number>>;
  readonly objects: Readonly<Record<Edition, Map<string, StoredObject>>>;
}

/** Reads along the changes until there are no more: an object that changes meanwhile is met again, in its new form. */
async function readStream({ link, keys, scripts }: RedisParts, stream: string): Promise<ReadStream | undefined> {
  const names = keys.of(stream);
  const editionKeys = (['public', 'desk'] as const).flatMap((edition) => {
    const { metas, forms, changes } = names.edition(edition);
    return [metas, forms, changes];
  });
  const objects = { public: new Map<string, StoredObject>(), desk: new Map<string, StoredObject>() };
  const upTo = { public: 0, desk: 0 };
  for (;;) {
    const reply = await link.run(() =>
      link.script(scripts.dump, [names.head, ...editionKeys], [upTo.public, upTo.desk, BATCH]),
    );
    if (!Array.isArray(reply)) return undefined;
    const [at, publicSeq, deskSeq, publicObjects, deskObjects]: readonly Reply[] = reply;
    const seqs = { public: Number(publicSeq), desk: Number(deskSeq) };
    let more = false;
    for (const [edition, batch] of [
      ['public', readObjects(publicObjects)],
      ['desk', readObjects(deskObjects)],
    ] as const) {
      for (const object of batch) {
        objects[edition].set(object.objectId, object);
        upTo[edition] = object.seq;
      }
      more ||= upTo[edition] < seqs[edition];
    }
    if (!more) return { changedAt: String(at), seqs, objects };
  }
}

async function* dumpRevisions(
  { link, keys }: RedisParts,
  stream: string,
  desk: ReadonlyMap<string, StoredObject>,
): AsyncIterable<DumpRecord> {
  const { revisionOrder, revisions } = keys.of(stream);
  let from = '-';
  for (;;) {
    const page = await link.run(async () => {
      const members = texts(await link.command('ZRANGEBYLEX', revisionOrder, from, '+', 'LIMIT', 0, BATCH));
      const names = members.filter((member) => member !== null);
      if (names.length === 0) return [];
      const found = texts(await link.command('HMGET', revisions, ...names));
      return names.map((name, index) => ({ name, text: found[index] }));
    });
    for (const { name, text } of page) {
      if (text == null) continue;
      const { objectId, revision } = readRevision(name, text);
      // One written since the objects were read belongs to a commit that is not in this dump.
      if (revision.version <= (desk.get(objectId)?.version ?? 0)) {
        yield { record: 'revision', stream, objectId, revision };
      }
    }
    const last = page.at(-1);
    if (last === undefined) return;
    from = `(${last.name}`;
  }
}

async function* dumpReceipts(
  { link, keys }: RedisParts,
  stream: string,
  idempotencyKeys: readonly string[],
): AsyncIterable<DumpRecord> {
  for (const key of idempotencyKeys) {
    const name = keys.of(stream).receipt(key);
    const [text, msLeft] = await link.run(() => Promise.all([link.command('GET', name), link.command('PTTL', name)]));
    if (typeof text !== 'string' || Number(msLeft) <= 0) continue;
    const { fingerprint, positions, answer } = readReceipt(text);
    yield {
      record: 'receipt',
      stream,
      idempotency: { key, fingerprint },
      receipt: answer === undefined ? { positions } : { positions, answer },
      expiresAt: new Date(Date.now() + Number(msLeft)).toISOString(),
    };
  }
}

async function* dumpOutbox({ link, keys }: RedisParts, stream: string): AsyncIterable<DumpRecord> {
  let from = '-';
  for (;;) {
    const items = readOutbox(
      await link.run(() => link.command('XRANGE', keys.of(stream).outbox, from, '+', 'COUNT', BATCH)),
    );
    for (const { payload } of items) yield { record: 'outbox', stream, payload };
    const last = items.at(-1);
    if (last === undefined) return;
    from = `(${last.id}`;
  }
}

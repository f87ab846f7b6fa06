import type { Edition } from '../../client-sdk/protocol/index.js';
import { Failure } from '../../server/errors.js';
import { type BodyRecord, RestoreCheck, type StreamRecord } from '../../server/store/restore-check.js';
import type { DumpRecord } from '../../server/store/story-store.js';
import { addRevision, emptyStream, type ModelData, type ModelStream } from './model-data.js';

const EDITIONS: readonly Edition[] = ['public', 'desk'];

export function* recordsIn(data: ModelData): Generator<DumpRecord, void, void> {
  for (const [stream, { changedAt, seqs, objects, revisions, receipts }] of data.streams) {
    yield { record: 'stream', stream, changedAt, seqs: { ...seqs } };
    for (const edition of EDITIONS) {
      for (const object of objects[edition].values()) yield { record: 'object', stream, edition, object };
    }
    for (const [objectId, forms] of revisions) {
      for (const revision of forms) yield { record: 'revision', stream, objectId, revision };
    }
    for (const [key, { fingerprint, expiresAt, ...receipt }] of receipts) {
      const idempotency = { key, fingerprint };
      yield { record: 'receipt', stream, idempotency, receipt, expiresAt: new Date(expiresAt).toISOString() };
    }
    for (const item of data.outbox.values()) {
      if (item.stream === stream) yield { record: 'outbox', stream, payload: item.payload };
    }
  }
}

/** Takes in a dump. A stream is built apart from the rest and put in its place when its last record is in. */
export async function restoreInto(
  data: ModelData,
  records: AsyncIterable<DumpRecord>,
  newEpoch: () => string,
): Promise<number> {
  let restored = 0;
  let current: Restored | undefined;
  for await (const record of records) {
    if (record.record === 'stream') {
      current?.finish(data);
      restored += current === undefined ? 0 : 1;
      current = undefined;
      const check = new RestoreCheck(record);
      if (data.streams.has(record.stream)) throw new Failure('story_exists');
      current = new Restored(record, check, emptyStream(newEpoch(), data.life, record.changedAt));
    } else if (current === undefined) {
      throw new Failure('invalid_input', `A record of ${record.stream} stands before any stream.`);
    } else {
      current.add(record);
    }
  }
  current?.finish(data);
  return restored + (current === undefined ? 0 : 1);
}

class Restored {
  readonly #name: string;
  readonly #check: RestoreCheck;
  readonly #stream: ModelStream;
  readonly #outbox: string[] = [];

  constructor({ stream, seqs }: StreamRecord, check: RestoreCheck, empty: ModelStream) {
    this.#name = stream;
    this.#check = check;
    this.#stream = empty;
    Object.assign(empty.seqs, seqs);
  }

  add(record: BodyRecord): void {
    this.#check.record(record);
    const { objects, receipts } = this.#stream;
    switch (record.record) {
      case 'object':
        objects[record.edition].set(record.object.objectId, record.object);
        break;
      case 'revision':
        addRevision(this.#stream, record.objectId, record.revision);
        break;
      case 'receipt': {
        const { key, fingerprint } = record.idempotency;
        receipts.set(key, { ...record.receipt, fingerprint, expiresAt: Date.parse(record.expiresAt) });
        break;
      }
      case 'outbox':
        this.#outbox.push(record.payload);
        break;
    }
  }

  finish(data: ModelData): void {
    this.#check.end();
    // Someone may have begun it anew while the records came in.
    if (data.streams.has(this.#name)) throw new Failure('story_exists');
    data.streams.set(this.#name, this.#stream);
    for (const payload of this.#outbox) data.appendOutbox(this.#name, payload);
  }
}

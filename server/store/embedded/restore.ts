import type { Key } from 'lmdb';
import { Failure } from '../../errors.js';
import { type BodyRecord, RestoreCheck, type StreamRecord } from '../restore-check.js';
import type { DumpRecord } from '../story-store.js';
import { appendOutbox, newEpoch, putObject, putStream } from './commit.js';
import type { Write } from './environment.js';
import { LAST_NAME, type Tables } from './keys.js';
import { putReceipt } from './receipts.js';
import type { SealedTable } from './sealed-table.js';

/** Written in one transaction: few enough not to hold up commits, enough not to wait for the disk at each. */
const BATCH_RECORDS = 256;
const BATCH_CHARACTERS = 1 << 20;
const REMOVED_AT_ONCE = 250;
/** Bytes of a page: each record may be in one of its own in each table where it has a place. */
const PAGE_BYTES = 4_096;
const PLACES = 4;

/**
 * Takes in a dump, stream by stream. What belongs to a stream is written before the stream itself: until its row
 * is there, no read finds any of it. A mark tells that it is under way, so that what a break-off or a crash left
 * behind is found and removed.
 */
export async function restoreRecords(records: AsyncIterable<DumpRecord>, write: Write): Promise<number> {
  let restored = 0;
  let current: StreamRestore | undefined;
  try {
    for await (const record of records) {
      if (record.record === 'stream') {
        if (current !== undefined) {
          await current.finish();
          restored += 1;
        }
        current = undefined;
        current = await StreamRestore.begin(record, write);
      } else if (current === undefined) {
        throw new Failure('invalid_input', `A record of ${record.stream} stands before any stream.`);
      } else {
        await current.add(record);
      }
    }
    if (current !== undefined) {
      await current.finish();
      restored += 1;
    }
  } catch (error) {
    // Where that fails too, the next opening of the store does it; the first error is the one to tell.
    if (current !== undefined) await removeUnfinished(current.stream, write).catch(() => undefined);
    throw error;
  }
  return restored;
}

class StreamRestore {
  readonly #head: StreamRecord;
  readonly #check: RestoreCheck;
  readonly #write: Write;
  readonly #outbox: string[] = [];
  #batch: BodyRecord[] = [];
  #characters = 0;

  private constructor(head: StreamRecord, check: RestoreCheck, write: Write) {
    this.#head = head;
    this.#check = check;
    this.#write = write;
  }

  static async begin(head: StreamRecord, write: Write): Promise<StreamRestore> {
    const { stream } = head;
    const check = new RestoreCheck(head);
    await write((tables) => {
      if (tables.streams.has(stream)) throw new Failure('story_exists', `The story ${stream} is here already.`);
      if (tables.restoring.has(stream)) {
        throw new Failure('story_exists', `The story ${stream} is being taken in by someone else.`);
      }
      tables.restoring.put(stream, true);
    });
    return new StreamRestore(head, check, write);
  }

  get stream(): string {
    return this.#head.stream;
  }

  async add(record: BodyRecord): Promise<void> {
    this.#check.record(record);
    if (record.record === 'outbox') {
      // Outbox items are at work as soon as they are there: they wait for the stream.
      this.#outbox.push(record.payload);
      return;
    }
    this.#batch.push(record);
    this.#characters += sizeOf(record);
    if (this.#batch.length >= BATCH_RECORDS || this.#characters >= BATCH_CHARACTERS) await this.#flush();
  }

  async finish(): Promise<void> {
    this.#check.end();
    await this.#flush();
    const { stream, changedAt, seqs } = this.#head;
    await this.#write((tables) => {
      putStream(tables, stream, { epoch: newEpoch(), seqs, changedAt }, undefined);
      for (const payload of this.#outbox) appendOutbox(tables, stream, payload);
      tables.restoring.remove(stream);
    }, this.#outbox.length * PAGE_BYTES);
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    const bytes = this.#characters * 3 + batch.length * PLACES * PAGE_BYTES;
    this.#batch = [];
    this.#characters = 0;
    if (batch.length === 0) return;
    await this.#write((tables) => {
      for (const record of batch) put(tables, record);
    }, bytes);
  }
}

function put(tables: Tables, record: BodyRecord): void {
  if (record.record === 'object') {
    putObject(tables, record.stream, record.edition, record.object);
  } else if (record.record === 'revision') {
    tables.revisions.put([record.stream, record.objectId, record.revision.version], record.revision);
  } else if (record.record === 'receipt') {
    const expiresAt = Date.parse(record.expiresAt);
    putReceipt(tables, record.stream, { ...record.idempotency, ...record.receipt, expiresAt });
  }
}

function sizeOf(record: BodyRecord): number {
  if (record.record === 'object') return record.object.form.length;
  return record.record === 'revision' ? record.revision.form.length : 1_000;
}

/** Removes what a restore that did not come to its end left behind. */
export async function removeUnfinished(stream: string, write: Write): Promise<void> {
  const within = { start: [stream], end: [stream, LAST_NAME], limit: REMOVED_AT_ONCE };
  const removeSome = (tables: Tables) => {
    let removed = 0;
    const emptied = <RowKey extends Key>(table: SealedTable<unknown, RowKey>) => {
      for (const key of [...table.keys(within)]) {
        table.remove(key);
        removed += 1;
      }
    };
    emptied(tables.objects);
    emptied(tables.log);
    emptied(tables.order);
    emptied(tables.revisions);
    for (const { key, row } of [...tables.receipts.entries(within)]) {
      tables.expiry.remove([row.expiresAt, key[0], key[1]]);
      tables.receipts.remove(key);
      removed += 1;
    }
    if (removed === 0) tables.restoring.remove(stream);
    return removed;
  };
  const bytes = REMOVED_AT_ONCE * 2 * PLACES * PAGE_BYTES;
  while ((await write(removeSome, bytes)) > 0);
}

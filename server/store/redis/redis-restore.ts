import { nanoid } from 'nanoid';
import { Failure } from '../../errors.js';
import { type BodyRecord, RestoreCheck, type StreamRecord } from '../restore-check.js';
import type { DumpRecord } from '../story-store.js';
import { metaText, orderMember, receiptText, revisionMember, revisionText } from './record-texts.js';
import type { RedisParts } from './redis-dump.js';
import type { StreamLists } from './stream-lists.js';

/** Commands sent without waiting for each other, and the most text among them. */
const BATCH_COMMANDS = 200;
const BATCH_CHARACTERS = 1_000_000;

type Command = readonly [name: string, ...args: (string | number)[]];

/**
 * Takes in a dump, stream by stream. Each is written under names of its own and renamed in one step with its last
 * record in, so a restore that breaks off shows nothing of it; the next one begins it afresh. One restore at a time.
 */
export async function restoreRedis(
  parts: RedisParts,
  lists: StreamLists,
  records: AsyncIterable<DumpRecord>,
): Promise<number> {
  let count = 0;
  let current: RestoringStream | undefined;
  for await (const record of records) {
    if (record.record === 'stream') {
      await current?.show();
      current = await RestoringStream.begin(parts, lists, record);
      count += 1;
    } else if (current === undefined) {
      throw new Failure('invalid_input', `A record of ${record.stream} stands before any stream.`);
    } else {
      await current.take(record);
    }
  }
  await current?.show();
  return count;
}

class RestoringStream {
  readonly #stream: string;
  readonly #parts: RedisParts;
  readonly #lists: StreamLists;
  readonly #record: StreamRecord;
  readonly #check: RestoreCheck;
  readonly #versions = new Map<string, number>();
  readonly #idempotencyKeys: string[] = [];
  readonly #outbox: string[] = [];
  #batch: Command[] = [];
  #batchCharacters = 0;

  private constructor(parts: RedisParts, lists: StreamLists, record: StreamRecord, check: RestoreCheck) {
    this.#parts = parts;
    this.#lists = lists;
    this.#record = record;
    this.#check = check;
    this.#stream = record.stream;
  }

  static async begin(parts: RedisParts, lists: StreamLists, record: StreamRecord): Promise<RestoringStream> {
    const check = new RestoreCheck(record);
    const { link, keys } = parts;
    const { head } = keys.of(record.stream);
    const leftOver = keys.restoring(record.stream).parts;
    const exists = await link.run(async () => {
      if ((await link.command('EXISTS', head)) === 1) return true;
      await link.command('UNLINK', ...leftOver);
      return false;
    });
    if (exists) throw alreadyHere(record.stream);
    return new RestoringStream(parts, lists, record, check);
  }

  async take(record: BodyRecord): Promise<void> {
    this.#check.record(record);
    const prepared = this.#parts.keys.restoring(this.#stream);
    switch (record.record) {
      case 'object': {
        const { object } = record;
        const { metas, forms, changes, order } = prepared.edition(record.edition);
        this.#add('HSET', metas, object.objectId, metaText(object));
        this.#add('HSET', forms, object.objectId, object.form);
        this.#add('ZADD', changes, object.seq, object.objectId);
        if (object.orderKey !== undefined) this.#add('ZADD', order, 0, orderMember(object.orderKey, object.objectId));
        const version = Math.max(object.version, this.#versions.get(object.objectId) ?? 0);
        this.#versions.set(object.objectId, version);
        this.#add('HSET', prepared.versions, object.objectId, version);
        break;
      }
      case 'revision': {
        const member = revisionMember(record.objectId, record.revision.version);
        this.#add('ZADD', prepared.revisionOrder, 0, member);
        this.#add('HSET', prepared.revisions, member, revisionText(record.revision));
        break;
      }
      case 'receipt': {
        const msLeft = Date.parse(record.expiresAt) - Date.now();
        if (msLeft <= 0) break;
        const { key } = record.idempotency;
        this.#idempotencyKeys.push(key);
        this.#add('SET', prepared.receipt(key), receiptText(record.idempotency, record.receipt), 'PX', msLeft);
        break;
      }
      case 'outbox':
        // Kept for the last step: adding one of these is the one thing here that must not be done twice.
        this.#outbox.push(record.payload);
        break;
    }
    if (this.#batch.length >= BATCH_COMMANDS || this.#batchCharacters >= BATCH_CHARACTERS) await this.#flush();
  }

  async show(): Promise<void> {
    this.#check.end();
    const { link, keys, scripts } = this.#parts;
    await this.#flush();
    const real = keys.of(this.#stream);
    const prepared = keys.restoring(this.#stream);
    const names = [
      ...real.parts.flatMap((name, index) => [prepared.parts[index] ?? '', name]),
      ...this.#idempotencyKeys.flatMap((key) => [prepared.receipt(key), real.receipt(key)]),
    ];
    const { changedAt, seqs } = this.#record;
    const epoch = nanoid();
    const hasOutbox = this.#outbox.length > 0;
    const shown = await link.run(async () => {
      await this.#lists.beforeCommit(this.#stream, changedAt, hasOutbox);
      const reply = await link.script(
        scripts.restore,
        [real.head, real.outbox, ...names],
        [epoch, changedAt, seqs.public, seqs.desk, ...this.#outbox],
      );
      await this.#lists.afterCommit(this.#stream, changedAt, hasOutbox);
      return reply === 1;
    });
    if (!shown) throw alreadyHere(this.#stream);
  }

  #add(...command: Command): void {
    this.#batch.push(command);
    for (const part of command) this.#batchCharacters += String(part).length;
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchCharacters = 0;
    const { link } = this.#parts;
    await link.run(() => Promise.all(batch.map((command) => link.command(...command))));
  }
}

function alreadyHere(stream: string): Failure {
  return new Failure('story_exists', `"${stream}" is already in this store.`);
}

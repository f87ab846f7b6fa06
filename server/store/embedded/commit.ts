import type { Edition, Position } from '@slugline/client/protocol';
import { nanoid } from 'nanoid';
import { Failure } from '../../errors.js';
import type { Commit, ExpectedVersion, Receipt, StoredObject, Write } from '../story-store.js';
import type { StreamRow, Tables } from './keys.js';
import { keepReceipt, readReceipt } from './receipts.js';

/** What a commit came to: the receipt, and what is to be announced once it is on disk. */
export interface Applied {
  readonly receipt: Receipt;
  readonly epoch: string;
  readonly changes: Readonly<Record<Edition, readonly StoredObject[]>>;
  readonly outbox: boolean;
}

export function newEpoch(): string {
  return nanoid(12);
}

/**
 * One commit, from its first check to its last write. Runs inside a transaction, which LMDB gives to one at a
 * time: what it reads here cannot change under it, however many callers commit at once. Everything that may be
 * refused is refused before the first write, and a throw takes back whatever was written.
 */
export function applyCommit(tables: Tables, commit: Commit, now: number): Applied {
  const { stream, idempotency } = commit;
  const before = tables.streams.get(stream);

  if (before !== undefined && idempotency !== undefined) {
    const first = readReceipt(tables, stream, idempotency, now);
    if (first !== undefined) {
      return { receipt: first, epoch: before.epoch, changes: { public: [], desk: [] }, outbox: false };
    }
  }
  for (const expected of commit.expected) requireVersion(tables, stream, expected);
  if (before === undefined && tables.restoring.has(stream)) {
    throw new Failure('store_unavailable', `The story ${stream} is being taken in from an export: try again later.`);
  }

  const epoch = before?.epoch ?? newEpoch();
  const seqs = { public: before?.seqs.public ?? 0, desk: before?.seqs.desk ?? 0 };
  const changes: Record<Edition, StoredObject[]> = { public: [], desk: [] };
  for (const write of commit.writes) {
    seqs[write.edition] += 1;
    const object = storedObject(write, seqs[write.edition], commit.at);
    putObject(tables, stream, write.edition, object);
    if (write.edition === 'desk') {
      const { version, kind, at, form } = object;
      tables.revisions.put([stream, object.objectId, version], { version, kind, at, form });
    }
    changes[write.edition].push(object);
  }
  const isPublic = changes.public.length > 0;
  const changedAt = before === undefined || isPublic ? commit.at : before.changedAt;
  putStream(tables, stream, { epoch, seqs, changedAt }, before);
  for (const payload of commit.outbox ?? []) appendOutbox(tables, stream, payload);

  const receipt: Receipt = {
    positions: positionsOf({ epoch, seqs }),
    ...(commit.answer === undefined ? {} : { answer: commit.answer }),
    replayed: false,
  };
  if (idempotency !== undefined) keepReceipt(tables, stream, idempotency, receipt, now);
  return { receipt, epoch, changes, outbox: (commit.outbox?.length ?? 0) > 0 };
}

function requireVersion(tables: Tables, stream: string, { objectId, version }: ExpectedVersion): void {
  // An object's version is that of the edition that is furthest: the desk may be ahead of what readers have.
  const publicVersion = tables.objects.get([stream, 'public', objectId])?.version ?? 0;
  const deskVersion = tables.objects.get([stream, 'desk', objectId])?.version ?? 0;
  const currentVersion = Math.max(publicVersion, deskVersion);
  if (currentVersion !== version) {
    throw new Failure('version_conflict', `The object is at version ${currentVersion}, not ${version}.`, {
      currentVersion,
    });
  }
}

function storedObject(write: Write, seq: number, at: string): StoredObject {
  return {
    objectId: write.objectId,
    version: write.version,
    seq,
    kind: write.kind,
    at,
    ...(write.orderKey === undefined ? {} : { orderKey: write.orderKey }),
    form: write.form,
  };
}

/** Puts an object in the place of its former self, in the log and in display order too. Inside a transaction. */
export function putObject(tables: Tables, stream: string, edition: Edition, object: StoredObject): void {
  const { objectId, orderKey } = object;
  const former = tables.objects.get([stream, edition, objectId]);
  if (former !== undefined) {
    tables.log.remove([stream, edition, former.seq]);
    if (former.orderKey !== undefined && former.orderKey !== orderKey) {
      tables.order.remove([stream, edition, former.orderKey, objectId]);
    }
  }
  tables.objects.put([stream, edition, objectId], object);
  tables.log.put([stream, edition, object.seq], objectId);
  if (orderKey !== undefined && orderKey !== former?.orderKey) {
    tables.order.put([stream, edition, orderKey, objectId], true);
  }
}

/** Writes where a stream stands and moves it to its place in the list. Inside a transaction. */
export function putStream(tables: Tables, stream: string, row: StreamRow, before: StreamRow | undefined): void {
  tables.streams.put(stream, row);
  if (stream.startsWith('@') || row.changedAt === before?.changedAt) return;
  if (before !== undefined) tables.listing.remove([before.changedAt, stream]);
  tables.listing.put([row.changedAt, stream], true);
}

/** Numbers are never used again, not even after their item is done: a late `outboxDone` must not hit another. */
export function appendOutbox(tables: Tables, stream: string, payload: string): void {
  const number = Number(tables.store.get('nextOutboxItem') ?? 1);
  tables.outbox.put(number, { stream, payload });
  tables.store.put('nextOutboxItem', number + 1);
}

function positionsOf({ epoch, seqs }: Pick<StreamRow, 'epoch' | 'seqs'>): Record<Edition, Position> {
  return { public: { epoch, seq: seqs.public }, desk: { epoch, seq: seqs.desk } };
}

import { createHash } from 'node:crypto';
import type { Edition, Position } from '@slugline/client/protocol';
import { open, type RootDatabase } from 'lmdb';
import type { Revision, StoredObject } from '../story-store.js';
import { SealedTable } from './sealed-table.js';

/** Grows when a later version lays its data out in another way. */
export const FORMAT = 2;

/**
 * The layout on disk: one LMDB environment with a table per question that is asked. Keys are LMDB's ordered
 * arrays. Their parts are set apart by a byte that no name contains, so `["a", "b-c"]` and `["a-b", "c"]` are
 * different keys, and everything under `["a"]` stands together, apart from everything under `["a-b"]`.
 *
 * Names are at most 100 printable ASCII characters (see `commit-check.ts`) and idempotency keys are digested, so
 * a key has at most some 330 bytes, far below LMDB's 1,978.
 */
export interface Tables {
  readonly root: RootDatabase<unknown, string>;
  /** A stream exists when it has a row here, and not before. */
  readonly streams: SealedTable<StreamRow, string>;
  /** Streams in display order of the list. The server's own are not in it. */
  readonly listing: SealedTable<true, [changedAt: string, stream: string]>;
  readonly objects: SealedTable<StoredObject, ObjectKey>;
  /** Which object has a `seq` as its newest: what net changes are read from. */
  readonly log: SealedTable<string, [stream: string, edition: Edition, seq: number]>;
  readonly order: SealedTable<true, [stream: string, edition: Edition, orderKey: string, objectId: string]>;
  readonly revisions: SealedTable<Revision, [stream: string, objectId: string, version: number]>;
  readonly receipts: SealedTable<ReceiptRow, [stream: string, digest: string]>;
  /** Receipts by the time of their end (ms since 1970), for the sweep. */
  readonly expiry: SealedTable<true, [expiresAt: number, stream: string, digest: string]>;
  /** Numbered through the whole store, so that the oldest come first whichever stream they are of. */
  readonly outbox: SealedTable<OutboxRow, number>;
  /** Streams whose restore has begun and not ended: what is there of them is nobody's yet. */
  readonly restoring: SealedTable<true, string>;
  /** Of the store itself: `format`, what tells its `file`, the number of the next outbox item, the last check. */
  readonly store: SealedTable<number | string, string>;
}

type ObjectKey = [stream: string, edition: Edition, objectId: string];

export interface StreamRow {
  readonly epoch: string;
  readonly seqs: Readonly<Record<Edition, number>>;
  readonly changedAt: string;
}

export interface ReceiptRow {
  readonly key: string;
  readonly fingerprint: string;
  readonly positions: Readonly<Record<Edition, Position>>;
  readonly answer?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

interface OutboxRow {
  readonly stream: string;
  readonly payload: string;
}

/** Sorts behind every name in a key: the end of a range over names. */
export const LAST_NAME = '\uffff';

/** The table that is made last: data without it are of a store that a crash kept from being one. */
export const STORE_TABLE = 'store';

export const TABLE_NAMES: readonly string[] = [
  'streams',
  'listing',
  'objects',
  'log',
  'order',
  'revisions',
  'receipts',
  'expiry',
  'outbox',
  'restoring',
  STORE_TABLE,
];

export function openTables(path: string): Tables {
  const root = open<unknown, string>({
    path,
    noSubdir: true,
    maxDbs: TABLE_NAMES.length + 1,
    // A commit is to be seen by no one before it is on disk: else a power cut could take back a change that a
    // reader already has, and its `seq` would be given to another. LMDB's overlapping flush, lmdb's default,
    // shows first and flushes later. Without it a commit's promise means "on disk".
    overlappingSync: false,
    // Every write here is in a transaction of its own, so there is nothing to gather by turns of the event loop;
    // and when a disk is full, the promise of such a gathering rejects with nobody there to hear it, which would
    // end the process.
    eventTurnBatching: false,
  });
  return {
    root,
    streams: new SealedTable(root, 'streams'),
    listing: new SealedTable(root, 'listing'),
    objects: new SealedTable(root, 'objects'),
    log: new SealedTable(root, 'log'),
    order: new SealedTable(root, 'order'),
    revisions: new SealedTable(root, 'revisions'),
    receipts: new SealedTable(root, 'receipts'),
    expiry: new SealedTable(root, 'expiry'),
    outbox: new SealedTable(root, 'outbox'),
    restoring: new SealedTable(root, 'restoring'),
    store: new SealedTable(root, STORE_TABLE),
  };
}

/** An idempotency key as part of a database key: whatever characters it has, and always of one length. */
export function digestOf(idempotencyKey: string): string {
  return createHash('sha256').update(idempotencyKey).digest('base64url');
}

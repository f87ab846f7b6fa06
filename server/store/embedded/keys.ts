import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Edition, Position } from '@slugline/client/protocol';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { Revision, StoredObject } from '../story-store.js';
import { keepPrivate, usableDataFile } from './data-file.js';

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
  /** Of the store itself: `format`, the number of its `file`, that of the next outbox item, the last check. */
  readonly meta: Database<number, string>;
  /** A stream exists when it has a row here, and not before. */
  readonly streams: Database<StreamRow, string>;
  /** Streams in display order of the list. The server's own are not in it. */
  readonly listing: Database<true, [changedAt: string, stream: string]>;
  readonly objects: Database<StoredObject, ObjectKey>;
  /** Which object has a `seq` as its newest: what net changes are read from. */
  readonly log: Database<string, [stream: string, edition: Edition, seq: number]>;
  readonly order: Database<true, [stream: string, edition: Edition, orderKey: string, objectId: string]>;
  readonly revisions: Database<Revision, [stream: string, objectId: string, version: number]>;
  readonly receipts: Database<ReceiptRow, [stream: string, digest: string]>;
  /** Receipts by the time of their end (ms since 1970), for the sweep. */
  readonly expiry: Database<true, [expiresAt: number, stream: string, digest: string]>;
  /** Numbered through the whole store, so that the oldest come first whichever stream they are of. */
  readonly outbox: Database<OutboxRow, number>;
  /** Streams whose restore has begun and not ended: what is there of them is nobody's yet. */
  readonly restoring: Database<true, string>;
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

export function openTables(directory: string): Tables {
  const path = usableDataFile(directory);
  const isNew = !existsSync(path);
  const root = open<unknown, string>({
    path,
    noSubdir: true,
    maxDbs: 12,
    // A commit is to be seen by no one before it is on disk: else a power cut could take back a change that a
    // reader already has, and its `seq` would be given to another. LMDB's overlapping flush, lmdb's default,
    // shows first and flushes later. Without it a commit's promise means "on disk".
    overlappingSync: false,
    // Every write here is in a transaction of its own, so there is nothing to gather by turns of the event loop;
    // and when a disk is full, the promise of such a gathering rejects with nobody there to hear it, which would
    // end the process.
    eventTurnBatching: false,
  });
  if (isNew) keepPrivate(path);
  return {
    root,
    meta: root.openDB({ name: 'meta' }),
    streams: root.openDB({ name: 'streams' }),
    listing: root.openDB({ name: 'listing' }),
    objects: root.openDB({ name: 'objects' }),
    log: root.openDB({ name: 'log', encoding: 'string' }),
    order: root.openDB({ name: 'order' }),
    revisions: root.openDB({ name: 'revisions' }),
    receipts: root.openDB({ name: 'receipts' }),
    expiry: root.openDB({ name: 'expiry' }),
    outbox: root.openDB({ name: 'outbox' }),
    restoring: root.openDB({ name: 'restoring' }),
  };
}

/** An idempotency key as part of a database key: whatever characters it has, and always of one length. */
export function digestOf(idempotencyKey: string): string {
  return createHash('sha256').update(idempotencyKey).digest('base64url');
}

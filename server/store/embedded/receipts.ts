import { LIMITS } from '@slugline/client/protocol';
import { Failure } from '../../errors.js';
import type { Idempotency, Receipt } from '../story-store.js';
import { digestOf, type ReceiptRow, type Tables } from './keys.js';

const KEPT_MS = LIMITS.idempotencyHours * 3_600_000;
/** Receipts removed in one transaction at most: more than one commit can add, little enough not to be felt. */
const SWEPT_AT_ONCE = 16;
const SWEEP_PAUSE_MS = 60_000;

/** The receipt in force for a key. Throws `idempotency_key_reused` when it is of another command. */
export function readReceipt(
  tables: Tables,
  stream: string,
  idempotency: Idempotency,
  now: number,
): Receipt | undefined {
  const row = tables.receipts.get([stream, digestOf(idempotency.key)]);
  if (row === undefined || row.expiresAt <= now) return undefined;
  if (row.fingerprint !== idempotency.fingerprint) throw new Failure('idempotency_key_reused');
  return receiptOf(row);
}

/** Inside a transaction. */
export function keepReceipt(tables: Tables, stream: string, idempotency: Idempotency, receipt: Receipt, now: number) {
  putReceipt(tables, stream, {
    ...idempotency,
    positions: receipt.positions,
    ...(receipt.answer === undefined ? {} : { answer: receipt.answer }),
    expiresAt: now + KEPT_MS,
  });
}

/** Inside a transaction. */
export function putReceipt(tables: Tables, stream: string, row: ReceiptRow): void {
  const digest = digestOf(row.key);
  tables.receipts.put([stream, digest], row);
  tables.expiry.put([row.expiresAt, stream, digest], true);
}

function receiptOf(row: ReceiptRow): Receipt {
  return {
    positions: row.positions,
    ...(row.answer === undefined ? {} : { answer: row.answer }),
    replayed: true,
  };
}

/** Lets commits carry expired receipts away, a few at a time, so that they neither pile up nor hold anyone up. */
export class ReceiptSweep {
  #notBefore = 0;

  /** Inside a transaction. */
  run(tables: Tables, now: number): void {
    if (now < this.#notBefore) return;
    const due = [...tables.expiry.keys({ end: [now], limit: SWEPT_AT_ONCE })];
    for (const key of due) {
      const [expiresAt, stream, digest] = key;
      tables.expiry.remove(key);
      // A key that was used again after its first receipt expired has a newer receipt, with an end of its own.
      if (tables.receipts.get([stream, digest])?.expiresAt === expiresAt) tables.receipts.remove([stream, digest]);
    }
    if (due.length < SWEPT_AT_ONCE) this.#notBefore = now + SWEEP_PAUSE_MS;
  }
}

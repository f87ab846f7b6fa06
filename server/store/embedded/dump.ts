import type { Edition } from '@slugline/client/protocol';
import type { DumpRecord } from '../story-store.js';
import { LAST_NAME, type Tables } from './keys.js';

const EDITIONS: readonly Edition[] = ['public', 'desk'];

/**
 * Everything, as of the moment it is begun: commits that come while it is read are not in it. LMDB keeps the pages
 * of that moment until the dump ends, so the file may grow while a slow reader takes its time.
 */
export async function* dumpRecords(tables: Tables): AsyncGenerator<DumpRecord, void, void> {
  const transaction = tables.root.useReadTransaction();
  try {
    // The outbox stands in one row for all streams; what is waiting there at a time is little.
    const waiting = new Map<string, string[]>();
    for (const { row } of tables.outbox.entries({ transaction })) {
      const payloads = waiting.get(row.stream) ?? [];
      payloads.push(row.payload);
      waiting.set(row.stream, payloads);
    }
    for (const { key: stream, row } of tables.streams.entries({ transaction })) {
      yield { record: 'stream', stream, changedAt: row.changedAt, seqs: row.seqs };
      for (const edition of EDITIONS) {
        const objects = tables.objects.entries({
          start: [stream, edition],
          end: [stream, edition, LAST_NAME],
          transaction,
        });
        for (const { row: object } of objects) yield { record: 'object', stream, edition, object };
      }
      const within = { start: [stream], end: [stream, LAST_NAME], transaction };
      for (const { key, row: revision } of tables.revisions.entries(within)) {
        yield { record: 'revision', stream, objectId: key[1], revision };
      }
      for (const { row: receipt } of tables.receipts.entries(within)) {
        const { key, fingerprint, expiresAt, ...answered } = receipt;
        yield {
          record: 'receipt',
          stream,
          idempotency: { key, fingerprint },
          receipt: answered,
          expiresAt: new Date(expiresAt).toISOString(),
        };
      }
      for (const payload of waiting.get(stream) ?? []) yield { record: 'outbox', stream, payload };
    }
  } finally {
    transaction.done();
  }
}

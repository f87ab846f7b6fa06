import type { Edition, Position } from '@slugline/client/protocol';
import { Failure } from '../../errors.js';
import { checkCommit, isName } from '../commit-check.js';
import type {
  AnnouncementListener,
  Commit,
  DumpRecord,
  Head,
  Idempotency,
  NetChanges,
  ObjectView,
  OutboxItem,
  Page,
  PageQuery,
  Receipt,
  Revision,
  RevisionQuery,
  StoryStore,
  StreamPage,
  Unsubscribe,
} from '../story-store.js';
import { Announcer, guarded } from './announcer.js';
import { type Applied, applyCommit, newEpoch } from './commit.js';
import { fileNumber } from './data-file.js';
import { type DirectoryLock, lockDirectory } from './directory-lock.js';
import { dumpRecords } from './dump.js';
import { openTables, type Tables } from './keys.js';
import { readChangesSince, readHead, readObject, readOutbox, readPage, readRevisions, readStreams } from './reads.js';
import { ReceiptSweep, readReceipt } from './receipts.js';
import { removeUnfinished, restoreRecords } from './restore.js';

/** Grows when a later version lays its data out in another way. */
const FORMAT = 1;
const CHECK_MS = 2_000;

/**
 * Opens the store that is a directory of this machine: made when it is not there, and for one process at a time.
 * Rejects with `store_unavailable`, which names the directory and what to do.
 */
export async function openEmbeddedStore(options: { readonly directory: string }): Promise<StoryStore> {
  const lock = lockDirectory(options.directory);
  try {
    const store = new EmbeddedStore(openTables(options.directory), lock);
    await store.begin(fileNumber(options.directory));
    return store;
  } catch (error) {
    lock.release();
    if (error instanceof Failure) throw error;
    throw new Failure('store_unavailable', `The data in ${options.directory} cannot be opened: ${String(error)}`, {
      cause: error,
    });
  }
}

/**
 * `StoryStore` on LMDB. Reads are answered at once from the memory map. Commits are handed to LMDB's own thread,
 * which takes all that came in while it was writing into one transaction and one flush: sixty-four editors wait
 * for the disk once, together.
 */
class EmbeddedStore implements StoryStore {
  readonly #tables: Tables;
  readonly #lock: DirectoryLock;
  readonly #announcer = new Announcer();
  readonly #sweep = new ReceiptSweep();
  readonly #outboxListeners = new Set<{ readonly hear: () => void }>();
  readonly #dumps = new Set<AsyncGenerator<DumpRecord, void, void>>();
  #checking: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(tables: Tables, lock: DirectoryLock) {
    this.#tables = tables;
    this.#lock = lock;
  }

  /** What has to be right before anyone else may use the store. */
  async begin(file: number): Promise<void> {
    const { meta, restoring } = this.#tables;
    const format = meta.get('format');
    if (format === undefined) await this.#write(() => meta.put('format', FORMAT));
    else if (format !== FORMAT) {
      throw new Failure(
        'store_unavailable',
        `The data is of format ${format}; this version of Slugline reads ${FORMAT}.`,
      );
    }
    if (meta.get('file') !== file) await this.#write(() => this.#takeOver(file));
    for (const stream of [...restoring.getKeys()]) await removeUnfinished(this.#tables, stream, this.#write);
  }

  /**
   * A copy of a directory goes on from where it was taken, and numbers that the original gave to other changes are
   * given again: so its streams start new epochs, or readers of the original would take the one for the other.
   */
  #takeOver(file: number): void {
    const { meta, streams } = this.#tables;
    if (meta.doesExist('file')) {
      for (const { key, value } of [...streams.getRange()]) streams.put(key, { ...value, epoch: newEpoch() });
    }
    meta.put('file', file);
  }

  async commit(commit: Commit): Promise<Receipt> {
    checkCommit(commit);
    const applied = await this.#write(() => {
      const now = Date.now();
      this.#sweep.run(this.#tables, now);
      return applyCommit(this.#tables, commit, now);
    });
    this.#announce(commit.stream, applied);
    return applied.receipt;
  }

  #announce(stream: string, { epoch, changes, outbox }: Applied): void {
    this.#announcer.announce(stream, 'public', epoch, changes.public);
    this.#announcer.announce(stream, 'desk', epoch, changes.desk);
    if (outbox) for (const listener of [...this.#outboxListeners]) guarded(listener.hear);
  }

  async receipt(stream: string, idempotency: Idempotency): Promise<Receipt | undefined> {
    return this.#read((tables) => {
      if (!isName(stream) || !tables.streams.doesExist(stream)) return undefined;
      return readReceipt(tables, stream, idempotency, Date.now());
    });
  }

  async head(stream: string, edition: Edition): Promise<Head | undefined> {
    return this.#read((tables) => readHead(tables, stream, edition));
  }

  async object(stream: string, edition: Edition, objectId: string): Promise<ObjectView | undefined> {
    return this.#read((tables) => readObject(tables, stream, edition, objectId));
  }

  async page(stream: string, edition: Edition, query: PageQuery): Promise<Page | undefined> {
    return this.#read((tables) => readPage(tables, stream, edition, query));
  }

  async changesSince(stream: string, edition: Edition, since: Position, most: number): Promise<NetChanges | undefined> {
    return this.#read((tables) => readChangesSince(tables, stream, edition, since, most));
  }

  async revisions(stream: string, objectId: string, query: RevisionQuery): Promise<readonly Revision[]> {
    return this.#read((tables) => readRevisions(tables, stream, objectId, query));
  }

  async streams(edition: Edition, query: PageQuery): Promise<StreamPage> {
    return this.#read((tables) => readStreams(tables, edition, query));
  }

  async onCommitted(stream: string, edition: Edition, listener: AnnouncementListener): Promise<Unsubscribe> {
    this.#requireOpen();
    return this.#announcer.listen(stream, edition, listener);
  }

  async outbox(limit: number): Promise<readonly OutboxItem[]> {
    return this.#read((tables) => readOutbox(tables, limit));
  }

  async outboxDone(items: readonly OutboxItem[]): Promise<void> {
    if (items.length === 0) return;
    await this.#write(() => {
      for (const { id } of items) this.#tables.outbox.remove(Number(id));
    });
  }

  onOutbox(listener: () => void): Unsubscribe {
    const listening = { hear: listener };
    this.#outboxListeners.add(listening);
    return () => this.#outboxListeners.delete(listening);
  }

  async renewEpoch(stream: string, stale: string): Promise<string | undefined> {
    if (!isName(stream)) return undefined;
    return this.#write(() => {
      const { streams } = this.#tables;
      const row = streams.get(stream);
      if (row === undefined || row.epoch !== stale) return row?.epoch;
      const epoch = newEpoch();
      streams.put(stream, { ...row, epoch });
      return epoch;
    });
  }

  async *dump(): AsyncGenerator<DumpRecord, void, void> {
    this.#requireOpen();
    const records = dumpRecords(this.#tables);
    this.#dumps.add(records);
    try {
      while (true) {
        const next = await records.next();
        if (next.done === true) return;
        yield next.value;
        // The store may have closed while the reader was busy: a dump must not end as if it were whole.
        this.#requireOpen();
      }
    } catch (error) {
      throw unavailable(error);
    } finally {
      this.#dumps.delete(records);
      await records.return();
    }
  }

  restore(records: AsyncIterable<DumpRecord>): Promise<number> {
    return restoreRecords(this.#tables, records, this.#write);
  }

  async check(): Promise<void> {
    // All who ask at the same time share one write.
    this.#checking ??= this.#proveWritable().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #proveWritable(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = () => reject(new Failure('store_unavailable', `The disk took longer than ${CHECK_MS} ms.`));
      timer = setTimeout(fail, CHECK_MS);
    });
    const written = this.#write(() => this.#tables.meta.put('checkedAt', Date.now()));
    try {
      await Promise.race([written, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#letGo();
    return this.#closing;
  }

  async #letGo(): Promise<void> {
    // Their cursors must be gone before the memory that they point into.
    await Promise.all([...this.#dumps].map((records) => records.return()));
    this.#announcer.clear();
    this.#outboxListeners.clear();
    try {
      await this.#tables.root.close(); // lmdb lets the transactions under way end first
    } finally {
      this.#lock.release();
    }
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw new Failure('store_unavailable', 'The store is closed.');
  }

  #read<T>(question: (tables: Tables) => T): T {
    this.#requireOpen();
    try {
      return question(this.#tables);
    } catch (error) {
      throw unavailable(error);
    }
  }

  /**
   * Runs an action in a transaction of its own and resolves when that is on disk. A throw inside takes back this
   * action alone: others may share the transaction underneath.
   */
  readonly #write = async <T>(action: () => T): Promise<T> => {
    this.#requireOpen();
    try {
      return await this.#tables.root.childTransaction(action);
    } catch (error) {
      throw unavailable(await causeOf(error));
    }
  };
}

/** Failures are said on purpose; whatever else is thrown in here is LMDB's, or the disk's under it. */
function unavailable(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure('store_unavailable', undefined, { cause: error });
}

/** lmdb puts the reason of a failed commit into a promise of its own, which must not be left unheard. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error;
  try {
    await Promise.race([error.commitError, undefined]);
    return error;
  } catch (cause) {
    return cause;
  }
}

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
  OutboxListener,
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
import { type DataDirectory, openDataDirectory } from './data-directory.js';
import type { Environment } from './environment.js';
import { readChangesSince, readHead, readObject, readOutbox, readPage, readRevisions, readStreams } from './reads.js';
import { ReceiptSweep, readReceipt } from './receipts.js';
import { restoreRecords } from './restore.js';

const CHECK_MS = 2_000;

/**
 * Opens the store that is a directory of this machine: made when it is not there, and for one process at a time.
 * The whole data file is read and checked first. Rejects with `store_unavailable`, which names the directory and
 * what to do.
 */
export async function openEmbeddedStore(options: { readonly directory: string }): Promise<StoryStore> {
  return new EmbeddedStore(await openDataDirectory(options.directory));
}

/**
 * `StoryStore` on LMDB. Reads are answered at once from the memory map. Commits that come while others are on their
 * way to the disk go together in one transaction and one flush: sixty-four editors wait for the disk once, together.
 */
class EmbeddedStore implements StoryStore {
  readonly #directory: DataDirectory;
  readonly #environment: Environment;
  readonly #announcer = new Announcer();
  readonly #sweep = new ReceiptSweep();
  readonly #outboxListeners = new Set<{ readonly hear: OutboxListener }>();
  #checking: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(directory: DataDirectory) {
    this.#directory = directory;
    this.#environment = directory.environment;
  }

  async commit(commit: Commit): Promise<Receipt> {
    checkCommit(commit);
    const applied = await this.#environment.write((tables) => {
      const now = Date.now();
      this.#sweep.run(tables, now);
      return applyCommit(tables, commit, now);
    }, bytesOf(commit));
    this.#announce(commit, applied);
    return applied.receipt;
  }

  #announce({ stream, outbox = [] }: Commit, { epoch, changes, outbox: isNew }: Applied): void {
    this.#announcer.announce(stream, 'public', epoch, changes.public);
    this.#announcer.announce(stream, 'desk', epoch, changes.desk);
    if (isNew) for (const { hear } of [...this.#outboxListeners]) guarded(() => hear(outbox));
  }

  async receipt(stream: string, idempotency: Idempotency): Promise<Receipt | undefined> {
    return this.#environment.read((tables) => {
      if (!isName(stream) || !tables.streams.has(stream)) return undefined;
      return readReceipt(tables, stream, idempotency, Date.now());
    });
  }

  async head(stream: string, edition: Edition): Promise<Head | undefined> {
    return this.#environment.read((tables) => readHead(tables, stream, edition));
  }

  async object(stream: string, edition: Edition, objectId: string): Promise<ObjectView | undefined> {
    return this.#environment.read((tables) => readObject(tables, stream, edition, objectId));
  }

  async page(stream: string, edition: Edition, query: PageQuery): Promise<Page | undefined> {
    return this.#environment.read((tables) => readPage(tables, stream, edition, query));
  }

  async changesSince(stream: string, edition: Edition, since: Position, most: number): Promise<NetChanges | undefined> {
    return this.#environment.read((tables) => readChangesSince(tables, stream, edition, since, most));
  }

  async revisions(stream: string, objectId: string, query: RevisionQuery): Promise<readonly Revision[]> {
    return this.#environment.read((tables) => readRevisions(tables, stream, objectId, query));
  }

  async streams(edition: Edition, query: PageQuery): Promise<StreamPage> {
    return this.#environment.read((tables) => readStreams(tables, edition, query));
  }

  async onCommitted(stream: string, edition: Edition, listener: AnnouncementListener): Promise<Unsubscribe> {
    this.#environment.requireOpen();
    return this.#announcer.listen(stream, edition, listener);
  }

  async outbox(limit: number): Promise<readonly OutboxItem[]> {
    return this.#environment.read((tables) => readOutbox(tables, limit));
  }

  async outboxDone(items: readonly OutboxItem[]): Promise<void> {
    if (items.length === 0) return;
    await this.#environment.write((tables) => {
      for (const { id } of items) tables.outbox.remove(Number(id));
    });
  }

  onOutbox(listener: OutboxListener): Unsubscribe {
    const listening = { hear: listener };
    this.#outboxListeners.add(listening);
    return () => this.#outboxListeners.delete(listening);
  }

  async renewEpoch(stream: string, stale: string): Promise<string | undefined> {
    if (!isName(stream)) return undefined;
    return this.#environment.write(({ streams }) => {
      const row = streams.get(stream);
      if (row === undefined || row.epoch !== stale) return row?.epoch;
      const epoch = newEpoch();
      streams.put(stream, { ...row, epoch });
      return epoch;
    });
  }

  dump(): AsyncIterable<DumpRecord> {
    return this.#environment.dump();
  }

  restore(records: AsyncIterable<DumpRecord>): Promise<number> {
    return restoreRecords(records, this.#environment.write);
  }

  /** This process is alone with its store, so the machine's clock is the one for all. */
  now(): number {
    return Date.now();
  }

  async check(): Promise<void> {
    // All who ask at the same time share one write.
    this.#checking ??= this.#proveWritable().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #proveWritable(): Promise<void> {
    this.#environment.requireSound();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = () => reject(new Failure('store_unavailable', `The disk took longer than ${CHECK_MS} ms.`));
      timer = setTimeout(fail, CHECK_MS);
    });
    const written = this.#environment.write(({ store }) => store.put('checkedAt', Date.now()));
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
    this.#announcer.clear();
    this.#outboxListeners.clear();
    await this.#directory.close();
  }
}

/** What a commit puts into rows: forms, those of the desk once more as revisions, notes and the answer. */
function bytesOf({ writes, outbox = [], answer = '' }: Commit): number {
  const texts = [...writes.flatMap(({ edition, form }) => (edition === 'desk' ? [form, form] : [form])), ...outbox];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Buffer.byteLength(answer));
}

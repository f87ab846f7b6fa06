import { Failure } from '../../errors.js';
import type { DumpRecord } from '../story-store.js';
import { DamagedData } from './damaged-data.js';
import { dataPath } from './data-file.js';
import { DiskRoom } from './disk-room.js';
import { dumpRecords } from './dump.js';
import { openTables, type Tables } from './keys.js';

/** @param bytes what the action puts into rows, about; 0 when left out. What rows cost beside it is reckoned with. */
export type Write = <T>(action: (tables: Tables) => T, bytes?: number) => Promise<T>;

/** Bytes of pages that an action may write anew for its rows and their places in the tables, but for large rows. */
const ACTION_BYTES = 96 << 10;
/** The same of a transaction, whatever is in it: the upper pages of all tables, and the list of free pages. */
const TRANSACTION_BYTES = 512 << 10;
/** Bytes that the actions of one transaction may come to, unless it is one alone: they all fail when it does. */
const BYTES_TOGETHER = 8 << 20;
/** The same of all actions that wait. Stops a disk that hangs from having kept in memory what is sent meanwhile. */
const BYTES_WAITING = 512 << 20;

/** An action that waits for its transaction, and what came of it there. */
interface Job {
  readonly bytes: number;
  run(tables: Tables): void;
  /** Its transaction is on disk. */
  settle(): void;
  fail(failure: Failure): void;
}

/**
 * LMDB's environment for as long as the store is open: reads, one transaction at a time, and what is to be done
 * when the disk fails under it. All errors leave as `Failure`: those that actions throw as they are, all others as
 * `store_unavailable`.
 *
 * LMDB takes a failure of the disk in two ways. Where the pages of a transaction could not be written, the
 * transaction is as if it had not been, and the next may be tried. Where the last write failed, which makes the
 * transaction count, the environment is dead: each read throws, and each transaction that is begun waits for ever
 * inside lmdb. So none is begun before the last one ended, and a dead environment is closed and opened anew.
 */
export class Environment {
  readonly #directory: string;
  /** Absent while a dead environment is being replaced. */
  #tables: Tables | undefined;
  readonly #waiting: Job[] = [];
  #waitingBytes = 0;
  #working: Promise<void> | undefined;
  readonly #dumps = new Set<AsyncGenerator<DumpRecord, void, void>>();
  readonly #room: DiskRoom;
  #damage: Failure | undefined;
  #closing: Promise<void> | undefined;

  /** The data must be known to be sound: see `requireSoundData`. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#room = new DiskRoom(directory);
    this.#tables = openTables(dataPath(directory));
  }

  read<T>(question: (tables: Tables) => T): T {
    this.requireOpen();
    if (this.#tables === undefined) throw new Failure('store_unavailable', 'The store is being opened anew.');
    try {
      return question(this.#tables);
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  /**
   * Runs an action in a transaction and resolves when that is on disk. A throw inside takes back this action alone:
   * others may share the transaction.
   */
  readonly write: Write = async (action, bytes = 0) => {
    this.requireOpen();
    return await new Promise((resolve, reject) => {
      // Pages are filled to a half at least, so rows take twice their bytes at most.
      const needed = ACTION_BYTES + 2 * bytes;
      if (this.#waiting.length > 0 && this.#waitingBytes + needed > BYTES_WAITING) throw tooMuchWaits();
      this.#waitingBytes += needed;
      this.#waiting.push(jobOf(action, needed, resolve, (error) => reject(this.#unavailable(error))));
      this.#working ??= this.#work();
    });
  };

  /** As of the moment it is begun. Fails when the environment closes before its end. */
  async *dump(): AsyncGenerator<DumpRecord, void, void> {
    const records = this.read(dumpRecords);
    this.#dumps.add(records);
    try {
      while (true) {
        const next = await records.next();
        if (next.done === true) return;
        yield next.value;
        // It may have ended while the reader was busy: a dump must not end as if it were whole.
        if (!this.#dumps.has(records)) throw new Failure('store_unavailable', 'The store was closed meanwhile.');
      }
    } catch (error) {
      throw this.#unavailable(error);
    } finally {
      this.#dumps.delete(records);
      await records.return();
    }
  }

  /** Throws what is known to be wrong, beyond the single request that met it. */
  requireSound(): void {
    if (this.#damage !== undefined) throw this.#damage;
  }

  requireOpen(): void {
    if (this.#closing !== undefined) throw new Failure('store_unavailable', 'The store is closed.');
  }

  /** Lets the actions under way finish. */
  close(): Promise<void> {
    this.#closing ??= this.#letGo();
    return this.#closing;
  }

  async #letGo(): Promise<void> {
    await this.#working;
    await this.#closeTables();
  }

  async #closeTables(): Promise<void> {
    const dumps = [...this.#dumps];
    this.#dumps.clear();
    // Their cursors must be gone before the memory that they point into.
    await Promise.all(dumps.map((records) => records.return()));
    const tables = this.#tables;
    this.#tables = undefined;
    await tables?.root.close();
  }

  async #work(): Promise<void> {
    // Those who come in the same turn go together.
    await undefined;
    while (this.#waiting.length > 0) await this.#transaction(this.#next());
    this.#working = undefined;
  }

  /** As many as go together, in the order in which they came; one at least. */
  #next(): readonly Job[] {
    let bytes = 0;
    const end = this.#waiting.findIndex((job, at) => {
      bytes += job.bytes;
      return at > 0 && bytes > BYTES_TOGETHER;
    });
    const jobs = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
    for (const job of jobs) this.#waitingBytes -= job.bytes;
    return jobs;
  }

  async #transaction(jobs: readonly Job[]): Promise<void> {
    try {
      this.#room.require(jobs.reduce((sum, { bytes }) => sum + bytes, TRANSACTION_BYTES));
      const tables = this.#tables ?? openTables(dataPath(this.#directory));
      this.#tables = tables;
      await tables.root.transaction(() => {
        for (const job of jobs) job.run(tables);
      });
    } catch (error) {
      const failure = await this.#failureOf(await causeOf(error));
      for (const job of jobs) job.fail(failure);
      return;
    }
    for (const job of jobs) job.settle();
  }

  async #failureOf(cause: unknown): Promise<Failure> {
    if (cause instanceof Failure) return cause; // nothing was begun
    if (this.#isDead()) await this.#openAnew();
    return this.#room.failed(cause);
  }

  /** Where it fails, the next transaction tries again. */
  async #openAnew(): Promise<void> {
    try {
      await this.#closeTables();
      this.#tables = openTables(dataPath(this.#directory));
    } catch (error) {
      process.emitWarning(`The store could not be opened anew: ${String(error)}`);
    }
  }

  #isDead(): boolean {
    try {
      this.#tables?.root.resetReadTxn();
      this.#tables?.store.get('format');
      return false;
    } catch {
      return true;
    }
  }

  /** Failures are said on purpose; whatever else is thrown in here is the data's, LMDB's, or the disk's under it. */
  #unavailable(error: unknown): Failure {
    if (error instanceof Failure) return error;
    if (!(error instanceof DamagedData)) return new Failure('store_unavailable', undefined, { cause: error });
    this.#damage ??= new Failure(
      'store_unavailable',
      'The data of the store is damaged, and what is damaged is not served.',
      { cause: error },
    );
    return this.#damage;
  }
}

function tooMuchWaits(): Failure {
  return new Failure('store_unavailable', 'The disk of the store does not keep up: too much waits for it.');
}

function jobOf<T>(
  action: (tables: Tables) => T,
  bytes: number,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Job {
  let settle = () => reject(new Error('The transaction ended without this action'));
  return {
    bytes,
    run(tables) {
      try {
        const value = tables.root.transactionSync(() => action(tables));
        settle = () => resolve(value);
      } catch (error) {
        settle = () => reject(error);
      }
    },
    settle: () => settle(),
    fail: reject,
  };
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

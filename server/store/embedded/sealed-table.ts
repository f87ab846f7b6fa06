import { type Database, type Key, keyValueToBuffer, type RangeOptions, type RootDatabase } from 'lmdb';
import { Seal } from './seal.js';

/**
 * A table whose records are sealed: none is believed that is not what was written under its key. Reading throws
 * `DamagedData` at one that is not. Writing is for transactions.
 */
export class SealedTable<Row, RowKey extends Key> {
  readonly #seal: Seal;
  readonly #records: Database<Buffer, RowKey>;

  constructor(root: RootDatabase<unknown, string>, name: string) {
    this.#seal = new Seal(name);
    this.#records = root.openDB<Buffer, RowKey>({ name, encoding: 'binary' });
  }

  get(key: RowKey): Row | undefined {
    const record = this.#records.get(key);
    return record === undefined ? undefined : this.#open(key, record);
  }

  has(key: RowKey): boolean {
    const record = this.#records.get(key);
    if (record === undefined) return false;
    this.#seal.check(keyValueToBuffer(key), record);
    return true;
  }

  put(key: RowKey, row: Row): void {
    this.#records.put(key, this.#seal.put(keyValueToBuffer(key), row));
  }

  remove(key: RowKey): void {
    this.#records.remove(key);
  }

  *entries(range: RangeOptions = {}): Generator<{ readonly key: RowKey; readonly row: Row }, void, void> {
    for (const { key, value } of this.#records.getRange(range)) yield { key, row: this.#open(key, value) };
  }

  *keys(range: RangeOptions = {}): Generator<RowKey, void, void> {
    for (const { key, value } of this.#records.getRange(range)) {
      this.#seal.check(keyValueToBuffer(key), value);
      yield key;
    }
  }

  /** How many keys are in a range. It looks at no record. */
  count(range: RangeOptions): number {
    return this.#records.getKeysCount(range);
  }

  #open(key: RowKey, record: Buffer): Row {
    // What bears the seal was put here, and `put` takes rows.
    return this.#seal.open(keyValueToBuffer(key), record) as Row;
  }
}

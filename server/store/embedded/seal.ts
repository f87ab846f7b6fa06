import { crc32 } from 'node:zlib';
import { Packr } from 'msgpackr';
import { DamagedData } from './damaged-data.js';

/** Bytes of the checksum that stands before each row. */
const SEAL = 4;

// Plain maps with their names: what is in the file is to be read without anything that stands elsewhere.
const packr = new Packr({ useRecords: false });

/**
 * The records of one table as they are on disk: a checksum, then the row as MessagePack. The checksum is of the
 * table's name, the key and the row together, so that a record that is whole but stands in the place of another is
 * told as well. LMDB keeps no checksums, and disks do not always give back what they were given.
 */
export class Seal {
  readonly #table: string;
  readonly #ofTable: number;

  constructor(table: string) {
    this.#table = table;
    this.#ofTable = crc32(table);
  }

  /** @param key its bytes in the file. */
  put(key: Uint8Array, row: unknown): Buffer {
    const packed = packr.pack(row);
    const record = Buffer.allocUnsafe(SEAL + packed.length);
    packed.copy(record, SEAL);
    record.writeUInt32LE(this.#checksum(key, packed), 0);
    return record;
  }

  /** Throws `DamagedData` unless the record is what was put into this table under this key. */
  check(key: Uint8Array, record: Buffer): void {
    if (record.length <= SEAL || record.readUInt32LE(0) !== this.#checksum(key, record.subarray(SEAL))) {
      throw new DamagedData(`a record of the table ${this.#table} is not what was written`);
    }
  }

  /** The row in a record. Throws `DamagedData` like `check`. */
  open(key: Uint8Array, record: Buffer): unknown {
    this.check(key, record);
    return packr.unpack(record.subarray(SEAL));
  }

  #checksum(key: Uint8Array, packed: Buffer): number {
    return crc32(packed, crc32(key, this.#ofTable));
  }
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { DamagedData } from './damaged-data.js';

/*
 * LMDB's file as it lies on disk, read page by page and not through LMDB, which does not survive a damaged page: it
 * follows what stands there, and the process ends at an invalid address; and a file that was cut short ends it at
 * the first look behind the end of the map. The layout is that of LMDB's data format 2 (`MDB_meta`, `MDB_page` and
 * `MDB_node` in its source) as 64-bit little-endian machines write it.
 */

/** Bytes before a page's own content. */
export const PAGE_HEAD = 24;
export const PAGE_KINDS = { branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08 } as const;

/** A tree as its parent describes it. */
export interface TreeHead {
  readonly flags: number;
  /** Levels; 0 for an empty tree. */
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** -1 for an empty tree. */
  readonly root: number;
}

/** Bytes of a tree's head. */
export const TREE_HEAD = 48;

/** One of the two pages that transactions write in turn: a whole state of the data begins there. */
export interface MetaPage {
  readonly transaction: number;
  readonly lastPage: number;
  /** Pages that nobody uses, by the transaction that left them. */
  readonly free: TreeHead;
  /** Tables by name. */
  readonly main: TreeHead;
}

const MAGIC = 0xbeefc0de;
const FORMAT = 2;
const MAGIC_AT = PAGE_HEAD;
const FORMAT_AT = 28;
const FREE_AT = 48;
const MAIN_AT = 96;
const LAST_PAGE_AT = 144;
const TRANSACTION_AT = 152;
const META_END = 168;

const LEAST_PAGE = 512;
const LARGEST_PAGE = 65_536;
/** Bytes read at a time where the file is read in its own order. */
const STRETCH = 1 << 20;

export class DataPages {
  readonly pageSize: number;
  /** Whole pages in the file. Free pages at its end may never have been written. */
  readonly count: number;
  readonly #fd: number;

  private constructor(fd: number, pageSize: number, count: number) {
    this.#fd = fd;
    this.pageSize = pageSize;
    this.count = count;
  }

  /**
   * Opens a file that LMDB is to read and write. `undefined` for an empty one: a crash came before its first write.
   * Throws `DamagedData`, or what the system says of a file that cannot be used.
   */
  static open(path: string): DataPages | undefined {
    const fd = openSync(path, 'r+');
    try {
      const { size } = fstatSync(fd);
      const start = Buffer.alloc(META_END);
      if (readSync(fd, start, 0, META_END, 0) === 0) {
        closeSync(fd);
        return undefined;
      }
      const pageSize = start.readUInt32LE(FREE_AT);
      const isPageSize = pageSize >= LEAST_PAGE && pageSize <= LARGEST_PAGE && (pageSize & (pageSize - 1)) === 0;
      if (start.readUInt32LE(MAGIC_AT) !== MAGIC || !isPageSize) throw new DamagedData('it does not begin as it must');
      return new DataPages(fd, pageSize, Math.floor(size / pageSize));
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  /**
   * Reads the file once in its own order, so that pages that are asked for in another are in memory already. A disk
   * gives them four times as fast as one by one.
   */
  readAhead(): void {
    const into = Buffer.allocUnsafe(STRETCH);
    let at = 0;
    for (let length = -1; length !== 0; at += length) length = readSync(this.#fd, into, 0, STRETCH, at);
  }

  /** Reads pages that stand one behind the other into a buffer that has room for them. Throws `DamagedData`. */
  read(page: number, count: number, into: Buffer): void {
    const length = count * this.pageSize;
    if (page + count > this.count || readSync(this.#fd, into, 0, length, page * this.pageSize) !== length) {
      throw new DamagedData(`the file ends before page ${page + count - 1}`);
    }
  }

  meta(index: 0 | 1): MetaPage {
    const page = Buffer.alloc(this.pageSize);
    this.read(index, 1, page);
    const isMeta = numberAt(page, 0) === index && kindOf(page) === PAGE_KINDS.meta;
    const isKnown = page.readUInt32LE(MAGIC_AT) === MAGIC && page.readUInt16LE(FORMAT_AT) === FORMAT;
    if (!isMeta || !isKnown || page.readUInt32LE(FREE_AT) !== this.pageSize) {
      throw new DamagedData(`page ${index} is no meta page`);
    }
    return {
      transaction: numberAt(page, TRANSACTION_AT),
      lastPage: numberAt(page, LAST_PAGE_AT),
      free: treeHeadAt(page, FREE_AT),
      main: treeHeadAt(page, MAIN_AT),
    };
  }
}

/** Throws where LMDB lays its file out in another way than the one that is known here. */
export function requireKnownLayout(): void {
  if (endianness() !== 'LE' || process.arch === 'arm' || process.arch === 'ia32') {
    throw new Error('the embedded store needs a 64-bit little-endian machine; on others set REDIS_URL');
  }
}

export function pageNumberOf(page: Buffer): number {
  return numberAt(page, 0);
}

/** The transaction that wrote a page. */
export function transactionOf(page: Buffer): number {
  return numberAt(page, 8);
}

export function kindOf(page: Buffer): number {
  return page.readUInt16LE(18);
}

export function treeHeadAt(bytes: Buffer, at: number): TreeHead {
  const isEmpty = bytes.readUInt32LE(at + 40) === 0xffffffff && bytes.readUInt32LE(at + 44) === 0xffffffff;
  return {
    flags: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    branchPages: numberAt(bytes, at + 8),
    leafPages: numberAt(bytes, at + 16),
    overflowPages: numberAt(bytes, at + 24),
    entries: numberAt(bytes, at + 32),
    root: isEmpty ? -1 : numberAt(bytes, at + 40),
  };
}

/** A 64-bit number. None that is in use comes near 2^52, so a larger one is damage. */
export function numberAt(bytes: Buffer, at: number): number {
  const high = bytes.readUInt32LE(at + 4);
  if (high > 0xfffff) throw new DamagedData('a number in it is beyond all bounds');
  return high * 0x1_0000_0000 + bytes.readUInt32LE(at);
}

import { closeSync, openSync, statfsSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { Failure } from '../../errors.js';
import { dataPath } from './data-file.js';
import { DataPages } from './data-pages.js';

/** Free bytes with which no transaction can fail for want of room, whoever else writes to the disk meanwhile. */
const PLENTY = 256 << 20;
/** Bytes that are left to others. */
const LEFT = 1 << 20;
/** Bytes taken at a time beyond what is needed, so that not every transaction takes some. */
const STEP = 1 << 20;
const ZEROS = Buffer.alloc(64 << 10);

/** A limit on the size of files counts as well: to a store it is the same. As LMDB tells them, and as Node does. */
const NO_ROOM: ReadonlySet<unknown> = new Set(
  (['ENOSPC', 'EDQUOT', 'EFBIG'] as const).flatMap((name) => [name, constants.errno[name]]),
);

/**
 * Sees to it that the disk has room for a transaction before LMDB writes it. LMDB undoes a transaction that it could
 * not write; but it tells of the failure in a text that can be longer than the memory it has for it, and a process
 * can end of that at any time later. So where room is short, it is taken beforehand, by writing zeros to the end of
 * the data file: that may fail without harm, and no one else can have it then.
 */
export class DiskRoom {
  readonly #directory: string;
  /** For good once a write failed: what the disk says to be free is not all that counts there, as with quotas. */
  #isShort = false;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Throws `store_unavailable` when there is no room for so many bytes. */
  require(bytes: number): void {
    const free = freeBytes(this.#directory);
    if (free >= PLENTY && !this.#isShort) return;
    if (free < bytes + LEFT) throw diskFull();
    try {
      takeAhead(dataPath(this.#directory), bytes);
    } catch (error) {
      throw this.failed(error);
    }
  }

  /** What to answer when a write failed. */
  failed(cause: unknown): Failure {
    const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    // Of a write that takes the last of a disk only a part is done, which LMDB calls an error of the device.
    const isCut = code === constants.errno.EIO && freeBytes(this.#directory) < LEFT;
    if (!NO_ROOM.has(code) && !isCut) return new Failure('store_unavailable', undefined, { cause });
    this.#isShort = true;
    return diskFull(cause);
  }
}

function diskFull(cause?: unknown): Failure {
  const message = 'The disk of the store is full: nothing can be published until there is room on it.';
  return new Failure('store_unavailable', message, cause === undefined ? {} : { cause });
}

/** Where the disk cannot be asked, the next write tells. */
function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Makes the file so long that this many bytes follow the last page that was ever in use. */
function takeAhead(path: string, bytes: number): void {
  const pages = DataPages.open(path);
  if (pages === undefined) return;
  let length: number;
  let enough: number;
  try {
    length = pages.count * pages.pageSize;
    enough = (Math.max(pages.meta(0).lastPage, pages.meta(1).lastPage) + 1) * pages.pageSize + bytes;
  } finally {
    pages.close();
  }
  if (length >= enough) return;
  const fd = openSync(path, 'r+');
  try {
    while (length < enough + STEP) length += writeSync(fd, ZEROS, 0, ZEROS.length, length);
  } catch (error) {
    if (length < enough) throw error;
  } finally {
    closeSync(fd);
  }
}

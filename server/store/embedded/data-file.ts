import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const DATA_FILE = 'slugline.mdb';
/** Present while no server has the data: when the data file last changed, as its server left it. */
const CLOSED_FILE = 'slugline.closed';

/** Bytes of the file in which LMDB keeps its locks: more than it needs for the readers of one process. */
const LOCK_FILE_BYTES = 16_384;
/** Where that file begins as all of LMDB's do, and where it says which transaction was the last to count. */
const MAGIC = 0xbeefc0de;
const LAST_TRANSACTION_AT = 8;

export function dataPath(directory: string): string {
  return join(directory, DATA_FILE);
}

/**
 * The last transaction that counted, as the process that had the data last has noted it in the file of its locks:
 * after each commit, so that a kill cannot outrun it. `undefined` where that file is not there or tells nothing.
 */
export function lastTransaction(directory: string): number | undefined {
  const path = lockPath(directory);
  if (!existsSync(path)) return undefined;
  const content = readFileSync(path);
  if (content.length < LAST_TRANSACTION_AT + 8 || content.readUInt32LE(0) !== MAGIC) return undefined;
  return Number(content.readBigUInt64LE(LAST_TRANSACTION_AT));
}

/**
 * Makes the file of LMDB's locks whole, and for its owner alone. LMDB would make it with holes and write to it
 * through a map: on a full disk that ends the process at the first hole. What is in it is kept; to LMDB it means
 * nothing, since who opens the data as the first begins it anew.
 */
export function makeLockFile(directory: string): void {
  const path = lockPath(directory);
  const fd = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
  try {
    const content = Buffer.alloc(LOCK_FILE_BYTES);
    readSync(fd, content, 0, content.length, 0);
    writeSync(fd, content, 0, content.length, 0);
  } finally {
    closeSync(fd);
  }
}

function lockPath(directory: string): string {
  return `${dataPath(directory)}-lock`;
}

/** Drafts and withdrawn texts are in this file, and the directory may be one that everyone can look into. */
export function keepPrivate(directory: string): void {
  chmodSync(dataPath(directory), 0o600);
}

/**
 * What tells a data file from a copy of it: its number, and when that number was given out, since systems give the
 * number of a removed file to the next. The time is 0 where the system does not know it, or gives another for it.
 */
export function identityOf(directory: string): string {
  const { ino, birthtimeNs, ctimeNs } = statSync(dataPath(directory), { bigint: true });
  return `${ino} ${birthtimeNs === ctimeNs ? 0 : birthtimeNs}`;
}

export function isSameFile(one: string, other: string): boolean {
  const [number, born] = one.split(' ');
  const [otherNumber, otherBorn] = other.split(' ');
  return number === otherNumber && (born === otherBorn || born === '0' || otherBorn === '0');
}

/**
 * Notes that this data file, as it now is, was let go of in good order. A past that is put back over the file bears
 * another time of change, which no one can set: copying sets it to now. A note that cannot be written is none.
 */
export function noteClosing(directory: string): void {
  try {
    writeFileSync(join(directory, CLOSED_FILE), changedAt(directory), { mode: 0o600 });
  } catch {
    rmSync(join(directory, CLOSED_FILE), { force: true });
  }
}

/** Whether someone wrote to the data file since it was let go of. Unknown counts as no. To be asked before opening. */
export function wasPutBack(directory: string): boolean {
  const path = join(directory, CLOSED_FILE);
  return existsSync(path) && existsSync(dataPath(directory)) && readFileSync(path, 'utf8') !== changedAt(directory);
}

/** To be called before the first write that is to be kept: from then on the note would tell of the server's own. */
export function forgetClosing(directory: string): void {
  rmSync(join(directory, CLOSED_FILE), { force: true });
}

function changedAt(directory: string): string {
  return String(statSync(dataPath(directory), { bigint: true }).ctimeNs);
}

import { chmodSync, closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';

const DATA_FILE = 'slugline.mdb';

/** Where LMDB keeps its mark: in the first page, behind the page's own head, in the machine's byte order. */
const MAGIC_AT = 24;
const MAGIC = 0xbeefc0de;

/**
 * What tells a data file from a copy of it. One that was written back over the very same file is not told from it:
 * whoever wants a past back takes it in with `import`.
 */
export function fileNumber(directory: string): number {
  return statSync(join(directory, DATA_FILE)).ino;
}

/**
 * The path of the data file, once it is known that LMDB will take it: it is not there yet, or it can be read and
 * written and bears LMDB's mark. Throws an error with the reason. The look is needed because lmdb does not survive
 * a file that LMDB refuses: the process would end at an invalid address, without a word to who runs it.
 */
export function usableDataFile(directory: string): string {
  const path = join(directory, DATA_FILE);
  if (existsSync(path)) requireMagic(path);
  const lockPath = `${path}-lock`;
  if (existsSync(lockPath)) closeSync(openSync(lockPath, 'r+'));
  return path;
}

function requireMagic(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    const start = Buffer.alloc(MAGIC_AT + 4);
    const length = readSync(fd, start, 0, start.length, 0);
    if (length === 0) return; // A crash before the first write: as good as not there.
    const magic = endianness() === 'LE' ? start.readUInt32LE(MAGIC_AT) : start.readUInt32BE(MAGIC_AT);
    if (length < start.length || magic !== MAGIC) throw new Error(`${path} is not a database`);
  } finally {
    closeSync(fd);
  }
}

/** Drafts and withdrawn texts are in these files, and the directory may be one that everyone can look into. */
export function keepPrivate(path: string): void {
  for (const file of [path, `${path}-lock`]) chmodSync(file, 0o600);
}

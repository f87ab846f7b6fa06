import { closeSync, constants, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { Failure } from '../../errors.js';

/** More than a process id has anywhere. */
const PID_DIGITS = 12;

export interface DirectoryLock {
  release(): void;
}

/**
 * Makes the directory if need be and takes it for this process. Rejects a second holder, in another process or in
 * this one, with `store_unavailable`.
 *
 * LMDB itself lets many processes in. Two servers on one directory would not damage it, but each would announce
 * its commits to its own readers only, so the second is refused. The lock is the kernel's, on an open file: it
 * ends with its holder, however that dies, and holds between containers that share the directory. A file with a
 * process id in it, the usual way, can do neither: it outlives a killed process, and the id means nothing, or
 * someone else, in another container. The id is written here all the same, for the message only.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, 'slugline.lock');
  let fd: number;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  } catch (cause) {
    throw new Failure(
      'store_unavailable',
      `The data directory ${directory} cannot be used (${reason(cause)}): name one that this user may write to.`,
      { cause },
    );
  }
  try {
    if (!tryLock(fd)) throw inUse(directory, path);
    // Over what is there, and always of one length: it must not fail for want of room.
    writeSync(fd, `${process.pid}`.padEnd(PID_DIGITS), 0);
  } catch (error) {
    closeSync(fd);
    if (error instanceof Failure) throw error;
    throw new Failure('store_unavailable', `The data directory ${directory} cannot be locked (${reason(error)}).`, {
      cause: error,
    });
  }
  return { release: () => closeSync(fd) };
}

function inUse(directory: string, path: string): Failure {
  return new Failure(
    'store_unavailable',
    `The data directory ${directory} is in use by another server${holder(path)}: stop that one, name another ` +
      'directory, or set REDIS_URL to run several servers on one store.',
  );
}

function holder(path: string): string {
  try {
    const pid = readFileSync(path, 'utf8').trim();
    return /^\d+$/.test(pid) ? ` (process ${pid})` : '';
  } catch {
    return ''; // Where a locked file cannot be read, the message does without.
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

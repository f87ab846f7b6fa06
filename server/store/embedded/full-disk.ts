import { statfsSync } from 'node:fs';
import { constants } from 'node:os';
import { Failure } from '../../errors.js';

/** Bytes that must be free for a disk that was full to count as one that can be written again. */
const ROOM = 1 << 20;

/** As LMDB tells them, and as Node does. */
const NO_ROOM: ReadonlySet<unknown> = new Set([constants.errno.ENOSPC, constants.errno.EDQUOT, 'ENOSPC', 'EDQUOT']);

/**
 * Whether a write failed for want of room. LMDB tells so, or that only a part was written, as happens to the one
 * that takes the last of a disk: then the disk itself is asked.
 */
export function isForWantOfRoom(error: unknown, directory: string): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return NO_ROOM.has(error.code) || (error.code === constants.errno.EIO && !hasRoom(directory));
}

export function hasRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize >= ROOM;
  } catch {
    return true; // Where the disk cannot be asked, the next write tells.
  }
}

export function diskFull(cause?: unknown): Failure {
  const message = 'The disk of the store is full: nothing can be published until there is room on it.';
  return new Failure('store_unavailable', message, cause === undefined ? {} : { cause });
}

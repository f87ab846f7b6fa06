import { existsSync } from 'node:fs';
import { Failure } from '../../errors.js';
import { newEpoch } from './commit.js';
import { DamagedData } from './damaged-data.js';
import {
  dataPath,
  forgetClosing,
  identityOf,
  isSameFile,
  keepPrivate,
  lastTransaction,
  makeLockFile,
  noteClosing,
  wasPutBack,
} from './data-file.js';
import { requireKnownLayout } from './data-pages.js';
import { lockDirectory } from './directory-lock.js';
import { Environment } from './environment.js';
import { FORMAT, type Tables } from './keys.js';
import { removeUnfinished } from './restore.js';
import { requireSoundData } from './sound-data.js';

/** Bytes that a stream's row takes, with room to spare. */
const STREAM_BYTES = 512;

/** A directory that this process has for itself, with the data in it open. */
export interface DataDirectory {
  readonly environment: Environment;
  /** Lets the actions under way finish, then lets go of everything. */
  close(): Promise<void>;
}

/**
 * Takes a directory, makes sure of what is in it, and brings it into order for those who come after. Makes it when
 * it is not there. Rejects with `store_unavailable`, which names the directory and what to do.
 */
export async function openDataDirectory(directory: string): Promise<DataDirectory> {
  const lock = lockDirectory(directory);
  let environment: Environment | undefined;
  try {
    requireKnownLayout();
    const putBack = existsSync(dataPath(directory)) && isOfThePast(directory);
    makeLockFile(directory);
    environment = new Environment(directory);
    keepPrivate(directory);
    await begin(environment, directory, putBack);
  } catch (error) {
    await environment?.close();
    lock.release();
    throw error instanceof Failure ? error : cannotBeOpened(directory, error);
  }
  const opened = environment;
  return {
    environment,
    async close() {
      try {
        await opened.close();
        noteClosing(directory);
      } finally {
        lock.release();
      }
    },
  };
}

/** Whether the data, which must be sound, was put back over newer data. Where nothing tells, it counts as not. */
function isOfThePast(directory: string): boolean {
  const last = lastTransaction(directory);
  const has = requireSoundData(dataPath(directory), last);
  return wasPutBack(directory) || (last !== undefined && last > has);
}

/** Writes only where something is to be written: a server must start on a full disk, for its readers. */
async function begin(environment: Environment, directory: string, putBack: boolean): Promise<void> {
  if (environment.read(({ store }) => store.get('format')) === undefined) {
    await environment.write(({ store }) => store.put('format', FORMAT));
  }
  const file = identityOf(directory);
  const known = environment.read(({ store }) => store.get('file'));
  if (typeof known !== 'string' || !isSameFile(known, file) || putBack) {
    const streams = environment.read((tables) => tables.streams.count({}));
    await environment.write((tables) => takeOver(tables, file), streams * STREAM_BYTES);
  }
  forgetClosing(directory);
  const unfinished = environment.read(({ restoring }) => [...restoring.keys()]);
  for (const stream of unfinished) {
    // Nobody sees what is left where it fails, for want of room say. The next opening tries again.
    await removeUnfinished(stream, environment.write).catch(() => undefined);
  }
}

/**
 * A copy of a directory goes on from where it was taken, and so does a past that is put back into its place: numbers
 * that were given to other changes since are given again. So its streams start new epochs, or readers would take
 * the one for the other.
 */
function takeOver({ store, streams }: Tables, file: string): void {
  if (store.has('file')) {
    for (const { key, row } of [...streams.entries()]) streams.put(key, { ...row, epoch: newEpoch() });
  }
  store.put('file', file);
}

function cannotBeOpened(directory: string, cause: unknown): Failure {
  const message =
    cause instanceof DamagedData
      ? `The data in ${directory} is damaged: ${cause.message}. None of it is served. Keep it for whoever may look ` +
        'into it, and take the newest backup into a new directory with `slugline import`.'
      : `The data in ${directory} cannot be opened: ${String(cause)}`;
  return new Failure('store_unavailable', message, { cause });
}

import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../errors.js';
import type { Logger } from '../logger.js';
import { isDigest, isFileName } from './picture-names.js';
import type { OpenPicture, PictureFile, PictureRecord, PictureStore } from './picture-store.js';

/** Where pictures are put together before they are moved to their place. No digest looks like it. */
const INCOMING = '.incoming';
const RECORD = 'picture.json';
/** In the place of a picture that was removed: an empty file, and in the end the only one. */
const REMOVED = 'removed';
/** Milliseconds after which what is put together there was left by an instance that is gone. */
const ABANDONED = 3_600_000;

const fileRecord = z.object({ name: z.string(), width: z.number(), height: z.number() });
const pictureRecord = z.object({ original: fileRecord, renditions: z.array(fileRecord) });

/**
 * Pictures in a directory, each in one of its own that is named by its digest. It is moved there whole, once everything in
 * it is on the disk, so that there is nothing half-done to find. Instances on several machines need one that they share.
 * One that was removed leaves its directory, where there is then no room to move the same picture to.
 */
export async function openDirectoryPictures(directory: string, logger: Logger): Promise<PictureStore> {
  await removeAbandoned(join(directory, INCOMING)).catch((error: unknown) => {
    logger.warn({ err: error }, 'what was left of pictures cannot be removed');
  });

  async function keep(digest: string, record: PictureRecord, files: readonly PictureFile[]) {
    const place = join(directory, digest);
    const made = join(directory, INCOMING, randomUUID());
    try {
      await mkdir(made, { recursive: true });
      for (const { name, bytes } of files) await writeDurably(join(made, name), bytes);
      await writeDurably(join(made, RECORD), Buffer.from(JSON.stringify(record)));
      await syncDirectory(made);
      await rename(made, place).catch(unlessThere);
      await syncDirectory(directory);
      return (await isRemoved(place)) ? 'removed' : 'kept';
    } finally {
      await rm(made, { recursive: true, force: true });
    }
  }

  async function remove(digest: string): Promise<void> {
    const place = join(directory, digest);
    const there = await readdir(place).catch(unlessAbsent);
    // Each start asks for all that were ever removed: what is done has to cost next to nothing.
    if (there?.length === 1 && there[0] === REMOVED) return;
    await mkdir(place, { recursive: true });
    await syncDirectory(directory);
    // The mark goes first: a crash behind it leaves files that are given to nobody, and go when this is done again.
    await writeDurably(join(place, REMOVED), Buffer.of(), 'a');
    await syncDirectory(place);
    for (const name of await readdir(place)) if (name !== REMOVED) await rm(join(place, name), { force: true });
    await syncDirectory(place);
  }

  // Whoever reads looks for the mark last: what it had in hand before may be of a picture that was removed meanwhile.
  return {
    async record(digest) {
      if (!isDigest(digest)) return undefined;
      return orUnavailable(async () => {
        const text = await readFile(join(directory, digest, RECORD), 'utf8').catch(unlessAbsent);
        if (await isRemoved(join(directory, digest))) return 'removed';
        return text === undefined ? undefined : pictureRecord.parse(JSON.parse(text));
      });
    },
    keep: (digest, record, files) => orUnavailable(() => keep(digest, record, files)),
    async open(digest, name) {
      if (!isDigest(digest) || !isFileName(name)) return undefined;
      return orUnavailable(async () => {
        const file = await open(join(directory, digest, name), 'r').catch(unlessAbsent);
        if (await isRemoved(join(directory, digest))) {
          await file?.close();
          return 'removed';
        }
        return file && toBeRead(file);
      });
    },
    remove: async (digest) => {
      if (isDigest(digest)) await orUnavailable(() => remove(digest));
    },
  };
}

async function toBeRead(file: FileHandle): Promise<OpenPicture> {
  const { size } = await file.stat();
  return { size, stream: file.createReadStream() };
}

async function isRemoved(place: string): Promise<boolean> {
  return (await stat(join(place, REMOVED)).catch(unlessAbsent)) !== undefined;
}

async function writeDurably(path: string, bytes: Uint8Array, flag: 'wx' | 'a' = 'wx'): Promise<void> {
  const file = await open(path, flag);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** So that the names in it outlast a loss of power too. Windows knows no such thing, and needs none. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function removeAbandoned(incoming: string): Promise<void> {
  for (const name of (await readdir(incoming).catch(unlessAbsent)) ?? []) {
    const path = join(incoming, name);
    const left = await stat(path).catch(unlessAbsent);
    if (left !== undefined && Date.now() - left.mtimeMs > ABANDONED) await rm(path, { recursive: true, force: true });
  }
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

function unlessAbsent(error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw error;
}

/** Somebody else kept the same picture: theirs is as good. */
function unlessThere(error: unknown): undefined {
  if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error))) throw error;
}

async function orUnavailable<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    throw new Failure('store_unavailable', 'Pictures cannot be read or kept at the moment.', { cause });
  }
}

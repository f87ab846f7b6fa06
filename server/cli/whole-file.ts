import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { CommandError } from './failure-line.js';

/** Under its own name only when whole, so that a file that is there is a backup. For its owner's eyes alone. */
export async function writeWhole<Result>(
  file: string,
  signal: AbortSignal,
  write: (out: Writable) => Promise<Result>,
): Promise<Result> {
  const partial = `${file}.partial`;
  const out = createWriteStream(partial, { mode: 0o600 });
  try {
    await once(out, 'open');
    const result = await write(out);
    out.end();
    await finished(out);
    await rename(partial, file);
    return result;
  } catch (error) {
    out.destroy();
    await rm(partial, { force: true });
    signal.throwIfAborted();
    if (error instanceof Error && 'code' in error && 'syscall' in error) {
      throw new CommandError(`${file} cannot be written: ${error.message}.`, { cause: error });
    }
    throw error;
  }
}

/** Writes a line as soon as there is room for it, so that no more than one waits in memory. */
export async function writeLine(out: Writable, line: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (out.write(`${line}\n`)) return;
  await once(out, 'drain', { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}

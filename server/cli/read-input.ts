import { readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommandError } from './failure-line.js';

/** The whole text of a file, or of standard input where it is called `-`. */
export async function readInput(file: string, signal: AbortSignal): Promise<string> {
  try {
    if (file === '-') return await text(addAbortSignal(signal, process.stdin));
    return await readFile(file, 'utf8');
  } catch (error) {
    signal.throwIfAborted();
    throw new CommandError(`${file} cannot be read.`, { cause: error });
  }
}

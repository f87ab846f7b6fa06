import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import type { StoryStore } from '../store/story-store.js';
import { type ExportCounts, endLine, headerLine } from './dump-format.js';
import { CommandError } from './failure-line.js';
import { watchInterruption } from './interruption.js';
import { addStoreOptions, type StoreFlags, withStore } from './store-options.js';

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .summary('write the whole store as NDJSON')
    .description(
      'Writes everything in the store, one JSON line each: stories, revisions, keys (as digests), receipts,\n' +
        'who gets alerts, and the key that signs them.\n' +
        'It holds what readers must not see: keep it like the store itself.\n' +
        'The embedded store is open to one process: stop the server first.',
    )
    .argument('[file]', 'where to write; - or nothing for standard output', '-');
  addStoreOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ slugline export --data-dir ./data backup.ndjson
  $ slugline export --redis-url redis://localhost:6379 | gzip > backup.ndjson.gz
  $ slugline import --redis-url redis://localhost:6379 backup.ndjson     move into another kind of store`,
    )
    .action((file: string, flags: StoreFlags) => exportStore(file, flags));
}

async function exportStore(file: string, flags: StoreFlags): Promise<void> {
  const { signal } = watchInterruption();
  const counts = await withStore(flags, 'existing', (store) =>
    file === '-' ? writeDump(store, process.stdout, signal) : writeFile(store, file, signal),
  );
  console.error(`Exported ${counts.streams} streams (${counts.records} records).`);
}

/** Under its own name only when whole, so that a file that is there is a backup. */
async function writeFile(store: StoryStore, file: string, signal: AbortSignal): Promise<ExportCounts> {
  const partial = `${file}.partial`;
  const out = createWriteStream(partial, { mode: 0o600 });
  try {
    await once(out, 'open');
    const counts = await writeDump(store, out, signal);
    out.end();
    await finished(out);
    await rename(partial, file);
    return counts;
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

async function writeDump(store: StoryStore, out: Writable, signal: AbortSignal): Promise<ExportCounts> {
  let streams = 0;
  let records = 0;
  const write = async (line: string) => {
    signal.throwIfAborted();
    if (out.write(`${line}\n`)) return;
    await once(out, 'drain', { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
  };
  await write(headerLine(new Date().toISOString()));
  for await (const record of store.dump()) {
    records += 1;
    if (record.record === 'stream') {
      streams += 1;
      if (streams % 100 === 0) console.error(`${streams} streams …`);
    }
    await write(JSON.stringify(record));
  }
  await write(endLine({ streams, records }));
  return { streams, records };
}

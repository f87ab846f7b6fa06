import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { StoryStore } from '../store/story-store.js';
import { type ExportCounts, endLine, headerLine } from './dump-format.js';
import { watchInterruption } from './interruption.js';
import { addStoreOptions, type StoreFlags, withStore } from './store-options.js';
import { writeLine, writeWhole } from './whole-file.js';

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .summary('write the whole store as NDJSON')
    .description(
      'Writes everything in the store, one JSON line each: stories, revisions, members, keys and sessions (as\n' +
        'digests), webhooks, receipts, the audit log, who gets alerts, and the key that signs them.\n' +
        'The secrets of webhooks and that key stand in it as they are, beside what readers must not see: keep\n' +
        'it like the store itself.\n' +
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
    file === '-'
      ? writeDump(store, process.stdout, signal)
      : writeWhole(file, signal, (out) => writeDump(store, out, signal)),
  );
  console.error(`Exported ${counts.streams} streams (${counts.records} records).`);
}

async function writeDump(store: StoryStore, out: Writable, signal: AbortSignal): Promise<ExportCounts> {
  let streams = 0;
  let records = 0;
  const write = (line: string) => writeLine(out, line, signal);
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

import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { isFailure } from '../errors.js';
import { type ExportCounts, readDump } from './dump-format.js';
import { CommandError } from './failure-line.js';
import { watchInterruption } from './interruption.js';
import { setOwnStreamsAside, withoutSessions } from './own-streams.js';
import { addStoreOptions, type StoreFlags, withStore } from './store-options.js';

export function addImportCommand(program: Command): void {
  const command = program
    .command('import')
    .summary('take an export into a store')
    .description(
      'Takes in what `slugline export` wrote, from any kind of store into any kind. A story that is there already\n' +
        'is not touched, and the import stops at it; keys that are there stay, and those of the export are added.\n' +
        'Readers who were following start afresh.',
    )
    .argument('[file]', 'what to read; - or nothing for standard input', '-');
  addStoreOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ slugline import --data-dir ./data backup.ndjson
  $ gunzip -c backup.ndjson.gz | slugline import --redis-url redis://localhost:6379`,
    )
    .action((file: string, flags: StoreFlags) => importStore(file, flags));
}

async function importStore(file: string, flags: StoreFlags): Promise<void> {
  const { signal } = watchInterruption();
  if (file !== '-') {
    await access(file).catch((error: unknown) => {
      throw new CommandError(`${file} cannot be read.`, { cause: error });
    });
  }
  let counts: ExportCounts = { streams: 0, records: 0 };
  const input = file === '-' ? process.stdin : createReadStream(file);
  const read = readDump(linesOf(input, signal), (now) => {
    if (now.streams > counts.streams && now.streams % 100 === 0) console.error(`${now.streams} streams …`);
    counts = now;
  });
  const records = withoutSessions(read);
  await withStore(flags, 'create', async (store) => {
    const own = await setOwnStreamsAside(store, records);
    const restored = await store.restore(own?.others ?? records).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!isFailure(error, 'story_exists')) throw error;
      throw new CommandError(`${error.message} Import into a store that has none of these stories.`, { cause: error });
    });
    console.error(`Imported ${restored} streams (${counts.records} records).`);
    if (own === undefined) return;
    const added = await own.addKeys();
    console.error(`A server has run on this store: its keys stay in force, ${added} of the export were added.`);
    if (own.hasAuditLog) {
      console.error('It has an audit log, which goes on: that of the export was left out. Keep the export for it.');
    }
  });
}

/** Begins to read when it is asked for the first line: an interface that ran dry before would never say so. */
async function* linesOf(input: Readable, signal: AbortSignal): AsyncGenerator<string> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, signal })) {
    signal.throwIfAborted();
    yield line;
  }
  // An interface that was stopped ends like one that was read to its end.
  signal.throwIfAborted();
}

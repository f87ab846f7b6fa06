import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { AUDIT_EXPORT, type AuditExportEnd, auditExport } from '../audit/audit-export.js';
import type { AuditHead } from '../audit/record.js';
import { type Verdict, verifyRecords } from '../audit/verify.js';
import { createApiClient } from './api-client.js';
import { type ApiFlags, addApiOptions, apiTarget } from './api-options.js';
import { CommandError } from './failure-line.js';
import { watchInterruption } from './interruption.js';
import { addStoreOptions, type StoreFlags, withStore } from './store-options.js';
import { writeLine, writeWhole } from './whole-file.js';

interface AuditFlags extends ApiFlags, StoreFlags {
  readonly offline?: true;
}

interface VerifyFlags extends AuditFlags {
  readonly noted?: AuditHead;
}

export function addAuditCommand(program: Command): void {
  const audit = program
    .command('audit')
    .summary('verify and export the log of who did what')
    .description(
      'The audit log has one record for each command that took effect: who, what, when, before and after.\n' +
        'Each record holds the hash of the one before, so that none can be deleted, changed or moved unnoticed.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ slugline audit verify                              all of it, by way of a running server
  $ slugline audit verify --noted 4711:9f86d081…       and that it still goes on from what was noted down
  $ slugline audit export audit.ndjson
  $ slugline audit verify audit.ndjson                 a file, without a server
  $ slugline audit verify --offline --data-dir ./data  a store, while no server runs on it`,
    );
  const verify = audit
    .command('verify')
    .description(
      'Looks at every record, from the first one on, and names the first that is not as it must be: then it\n' +
        'exits with 1. It prints where the log ends, NUMBER:HASH. Note that down where nobody who can write to\n' +
        'the store can reach it: whoever can may make a whole log anew, and only the note tells.',
    )
    .argument('[file]', 'an export; - is standard input; absent: the log of a server')
    .option('--noted <number:hash>', 'where the log ended once, as it was printed then', readNoted);
  addAuditOptions(verify).action((file: string | undefined, flags: VerifyFlags) => verifyLog(file, flags));
  const exporting = audit
    .command('export')
    .description('Writes the log as NDJSON, oldest record first. It holds what readers must not see.')
    .argument('[file]', 'where to write; - or nothing for standard output', '-');
  addAuditOptions(exporting).action((file: string, flags: AuditFlags) => exportLog(file, flags));
}

function addAuditOptions(command: Command): Command {
  addApiOptions(command).option('--offline', 'work on the store itself, while no server runs on it');
  return addStoreOptions(command, 'with --offline: ');
}

const HEAD = z.object({ number: z.int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) });
const END = z.object({
  end: z.literal(AUDIT_EXPORT),
  head: HEAD,
  next: z.int().min(1).exactOptional(),
}) satisfies z.ZodType<AuditExportEnd>;

function readNoted(text: string): AuditHead {
  const [number = '', hash = ''] = text.split(':');
  const { success, data } = HEAD.safeParse({ number: Number(number), hash });
  if (!success) throw new InvalidArgumentError('It is NUMBER:HASH, as `slugline audit verify` prints it.');
  return data;
}

async function verifyLog(file: string | undefined, flags: VerifyFlags): Promise<void> {
  const { signal } = watchInterruption();
  const verify = (lines: AsyncIterable<string>) => verifyLines(lines, flags.noted);
  const verdict = await (file === undefined
    ? withLog(flags, signal, verify)
    : verify(linesOf(file === '-' ? process.stdin : createReadStream(file), file, signal)));
  const { records, head, fault } = verdict;
  if (fault !== undefined) throw new CommandError(`Record ${fault.number} ${fault.what}.`);
  console.error(`${records} records, each as it was written and where it was written. The log ends at`);
  console.log(`${head.number}:${head.hash}`);
}

async function exportLog(file: string, flags: AuditFlags): Promise<void> {
  const { signal } = watchInterruption();
  const records = await withLog(flags, signal, (lines) => {
    const writeAll = async (out: Writable) => {
      let written = 0;
      for await (const line of lines) {
        await writeLine(out, line, signal);
        written += 1;
        if (written % 10_000 === 0) console.error(`${written} records …`);
      }
      return written - 1;
    };
    return file === '-' ? writeAll(process.stdout) : writeWhole(file, signal, writeAll);
  });
  console.error(`Exported ${records} records.`);
}

function withLog<Result>(
  flags: AuditFlags,
  signal: AbortSignal,
  work: (lines: AsyncIterable<string>) => Promise<Result>,
): Promise<Result> {
  if (flags.offline === true) return withStore(flags, 'existing', (store) => work(auditExport(store, 0)));
  return work(linesOfServer(flags, signal));
}

/** The whole log as one export, though the server gives it in pieces. */
async function* linesOfServer(flags: AuditFlags, signal: AbortSignal): AsyncGenerator<string> {
  const api = createApiClient(apiTarget(flags), { signal });
  for (let after: number | undefined = 0; after !== undefined; ) {
    let next: number | undefined;
    for await (const line of api.lines(`/v1/audit/export?after=${after}`)) {
      const end = endOf(line);
      if (end?.next === undefined) yield line;
      else next = end.next;
    }
    after = next;
  }
}

async function verifyLines(lines: AsyncIterable<string>, noted: AuditHead | undefined): Promise<Verdict> {
  let end: AuditExportEnd | undefined;
  async function* records(): AsyncGenerator<string> {
    for await (const line of lines) {
      end = endOf(line);
      if (end !== undefined) return;
      yield line;
    }
  }
  return verifyRecords(records(), {
    end: () => end?.head,
    ...(noted !== undefined && { noted }),
    progress: (count) => console.error(`${count} records …`),
  });
}

/** The end line of an export; `undefined` for every other line. Records are long, so they are not parsed for that. */
function endOf(line: string): AuditExportEnd | undefined {
  if (!line.startsWith('{"end":')) return undefined;
  try {
    return END.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

async function* linesOf(input: Readable, file: string, signal: AbortSignal): AsyncGenerator<string> {
  // Heard here, since an interface says nothing of what becomes of its input.
  const failed = new Promise<never>((_, reject) => {
    input.once('error', (cause) => reject(new CommandError(`${file} cannot be read: ${cause.message}.`, { cause })));
  });
  failed.catch(() => undefined);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, signal })[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await Promise.race([lines.next(), failed]);
    signal.throwIfAborted();
    if (done === true) return;
    if (value !== '') yield value;
  }
}

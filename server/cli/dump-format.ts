import type { ChangeKind } from '@slugline/client/protocol';
import { z } from 'zod';
import type { DumpRecord } from '../store/story-store.js';
import { CommandError } from './failure-line.js';

/**
 * An export is NDJSON: a header line, the store's records, and an end line that counts them, so that a file that
 * was cut off is told from a whole one.
 */
const FORMAT = 'slugline-export';
const VERSION = 1;

export interface ExportCounts {
  readonly streams: number;
  readonly records: number;
}

export function headerLine(exportedAt: string): string {
  return JSON.stringify({ format: FORMAT, version: VERSION, exportedAt });
}

export function endLine({ streams, records }: ExportCounts): string {
  return JSON.stringify({ end: FORMAT, streams, records });
}

const HEADER = z.object({ format: z.literal(FORMAT), version: z.number() });
const END = z.object({ end: z.literal(FORMAT), streams: z.number(), records: z.number() });

/** A story, a stream of the server's own, or one of these for each story (`@followers:harbour-fire`). */
const stream = z.string().regex(/^(?:@[a-z-]{1,16}:)?@?[a-z0-9-]{1,80}$/);
const edition = z.enum(['public', 'desk']);
const time = z.iso.datetime();
const seq = z.int().min(0);
const position = z.strictObject({ epoch: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), seq });
const objectId = z.string().min(1).max(64);
/** By way of an object, so that compiling fails when the protocol gains or loses a kind. */
const kind = z.enum({
  'story.created': 'story.created',
  'story.updated': 'story.updated',
  'story.ended': 'story.ended',
  'entry.drafted': 'entry.drafted',
  'entry.submitted': 'entry.submitted',
  'entry.returned': 'entry.returned',
  'entry.scheduled': 'entry.scheduled',
  'entry.published': 'entry.published',
  'entry.updated': 'entry.updated',
  'entry.corrected': 'entry.corrected',
  'entry.withheld': 'entry.withheld',
  'entry.released': 'entry.released',
  'entry.canceled': 'entry.canceled',
  'entry.pinned': 'entry.pinned',
  'entry.unpinned': 'entry.unpinned',
} as const satisfies { readonly [Kind in ChangeKind]: Kind });

/**
 * A form is sent to readers as the text that it is, so what is not one JSON object must not get in, nor what has a
 * line break between its fields: a server-sent event would end there.
 */
const form = z
  .string()
  .refine((text) => isJsonObject(text) && !/[\r\n]/.test(text), 'must be the JSON text of an object, on one line');

const RECORD = z.discriminatedUnion('record', [
  z.strictObject({
    record: z.literal('stream'),
    stream,
    changedAt: time,
    seqs: z.strictObject({ public: seq, desk: seq }),
  }),
  z.strictObject({
    record: z.literal('object'),
    stream,
    edition,
    object: z.strictObject({
      objectId,
      version: z.int().min(1),
      seq: z.int().min(1),
      kind,
      at: time,
      orderKey: z.string().max(100).exactOptional(),
      form,
    }),
  }),
  z.strictObject({
    record: z.literal('revision'),
    stream,
    objectId,
    revision: z.strictObject({ version: z.int().min(1), kind, at: time, form }),
  }),
  z.strictObject({
    record: z.literal('receipt'),
    stream,
    idempotency: z.strictObject({ key: z.string().min(1).max(255), fingerprint: z.string() }),
    receipt: z.strictObject({
      positions: z.strictObject({ public: position, desk: position }),
      answer: z.string().exactOptional(),
    }),
    expiresAt: time,
  }),
  z.strictObject({ record: z.literal('outbox'), stream, payload: z.string() }),
]) satisfies z.ZodType<DumpRecord>;

/**
 * Reads an export line by line. Throws `CommandError` at the first line that is not as it must be, and at the end
 * of a file that was cut off; whoever takes the records in then takes nothing of the stream it stood in.
 */
export async function* readDump(
  lines: AsyncIterable<string>,
  counted: (counts: ExportCounts) => void,
): AsyncGenerator<DumpRecord> {
  let number = 0;
  let streams = 0;
  let records = 0;
  let ended = false;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const value = parseLine(line, number);
    if (number === 1) {
      checkHeader(value);
      continue;
    }
    if (ended) throw new CommandError(`Line ${number}: there is more after the end of the export.`);
    const end = END.safeParse(value);
    if (end.success) {
      if (end.data.records !== records || end.data.streams !== streams) {
        throw new CommandError(
          `Line ${number}: the export is damaged: it should hold ${end.data.records} records, not ${records}.`,
        );
      }
      ended = true;
      continue;
    }
    const read = RECORD.safeParse(value);
    if (!read.success) {
      const issue = read.error.issues[0];
      throw new CommandError(
        `Line ${number}: not a record of an export: ${issue?.path.join('.') || 'line'}: ${issue?.message}.`,
      );
    }
    records += 1;
    if (read.data.record === 'stream') streams += 1;
    counted({ streams, records });
    yield read.data;
  }
  if (number === 0) throw new CommandError('There is nothing to import: the input is empty.');
  if (!ended)
    throw new CommandError('The export was cut off: its end line is missing. Nothing of its last story was taken in.');
}

function checkHeader(value: unknown): void {
  const header = HEADER.safeParse(value);
  if (!header.success) {
    throw new CommandError('Line 1: this is not a Slugline export: it does not begin with its header line.');
  }
  if (header.data.version !== VERSION) {
    throw new CommandError(
      `Line 1: the export is of format version ${header.data.version}; this program reads version ${VERSION}.`,
    );
  }
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new CommandError(`Line ${number}: not valid JSON.`, { cause: error });
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

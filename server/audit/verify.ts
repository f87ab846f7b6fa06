import { type AuditHead, hashOf, NO_RECORD } from './record.js';

/** What is wrong with a log, and the first record of which it is so. */
interface AuditFault {
  readonly number: number;
  readonly what: string;
}

export interface Verdict {
  /** Records that were looked at, up to the fault. */
  readonly records: number;
  /** The last good one. */
  readonly head: AuditHead;
  readonly fault?: AuditFault;
}

export interface VerifyOptions {
  /** Asked after the last line: where the log says that it ends. `undefined`: the lines broke off before they said so. */
  readonly end: () => AuditHead | undefined;
  /** Where it stood at some earlier time, as somebody noted down. */
  readonly noted?: AuditHead;
  /** Told now and then how many are done. */
  readonly progress?: (records: number) => void;
}

const PROGRESS_EVERY = 10_000;

/**
 * Goes through records from the first one on, each a line of JSON, and stops at the first that is not as it must be:
 * one that is missing, changed, moved, or there twice. That the end is missing shows only beside what says where it is.
 */
export async function verifyRecords(lines: AsyncIterable<string>, options: VerifyOptions): Promise<Verdict> {
  const { noted, progress } = options;
  let head = NO_RECORD;
  const bad = (number: number, what: string): Verdict => ({ records: head.number, head, fault: { number, what } });
  for await (const line of lines) {
    const awaited = head.number + 1;
    const record = parseObject(line);
    if (record === undefined) return bad(awaited, 'is no JSON object');
    const { number, previous, hash } = record;
    if (typeof number !== 'number' || typeof previous !== 'string' || typeof hash !== 'string') {
      return bad(awaited, 'is no record of an audit log');
    }
    if (number > awaited) return bad(awaited, `is missing: record ${number} stands in its place`);
    if (number < awaited) return bad(awaited, `is not in its place, where record ${number} stands`);
    if (hash !== hashOf(record)) return bad(number, 'was changed: its hash is not that of its content');
    if (previous !== head.hash) {
      return bad(number, `does not follow record ${head.number}: one of the two was put in the place of another`);
    }
    if (noted?.number === number && noted.hash !== hash) {
      return bad(number, 'is not the one that was noted down: the log was made anew up to here');
    }
    head = { number, hash };
    if (number % PROGRESS_EVERY === 0) progress?.(number);
  }
  const end = options.end();
  if (end === undefined) return bad(head.number + 1, 'may be missing: what was read broke off here');
  if (noted !== undefined && noted.number > head.number) {
    return bad(head.number + 1, `is missing: the log was noted down to go on to record ${noted.number}`);
  }
  if (end.number > head.number) {
    return bad(head.number + 1, `is missing: the log says itself that it goes on to record ${end.number}`);
  }
  if (end.number < head.number) return bad(end.number + 1, 'is beyond the end of which the log knows');
  if (end.hash !== head.hash) return bad(head.number, 'is not the last one that the log knows of');
  return { records: head.number, head };
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}

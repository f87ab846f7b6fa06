import type { StoryStore } from '../store/story-store.js';
import { auditPage, auditRecord, headOf } from './audit-log.js';
import type { AuditQuery } from './audit-query.js';
import type { AuditHead, AuditRecord } from './record.js';

/** Records that one page may look at. Bounds what a question that nothing fits can cost. */
const SCAN = 2_000;
const SCAN_PAGE = 200;
/** Milliseconds by which a command may be dated after it was recorded: clocks of instances differ by less. */
const SKEW = 60_000;

export interface AuditPage {
  /** JSON texts, newest first. May be fewer than were asked for, even none, with more below. */
  readonly records: readonly string[];
  /** Where the log ends. */
  readonly head: AuditHead;
  /** What comes below, as `before`. */
  readonly older?: number;
}

/** Records that fit a question, newest first. */
export async function searchAudit(store: StoryStore, query: AuditQuery): Promise<AuditPage> {
  const { limit } = query;
  const first = await auditPage(store, SCAN_PAGE, query.before);
  const head = headOf(first?.header);
  const records: string[] = [];
  let page = first;
  for (let scanned = 0; page !== undefined; ) {
    for (const [at, object] of page.objects.entries()) {
      const record = auditRecord(object);
      if (isBefore(record, query.from)) return { records, head };
      if (!fits(record, query)) continue;
      records.push(object.form);
      const more = page.older !== undefined || at + 1 < page.objects.length;
      if (records.length === limit) return { records, head, ...(more && { older: record.number }) };
    }
    scanned += page.objects.length;
    if (page.older === undefined) return { records, head };
    if (scanned >= SCAN) return { records, head, older: Number(page.older) };
    page = await auditPage(store, SCAN_PAGE, Number(page.older));
  }
  return { records, head };
}

function fits(record: AuditRecord, wanted: AuditQuery): boolean {
  const { story, by, at } = record;
  if (wanted.story !== undefined && story !== wanted.story) return false;
  if (wanted.member !== undefined && !concerns(record, wanted.member)) return false;
  if (wanted.key !== undefined && by.keyId !== wanted.key) return false;
  if (wanted.from !== undefined && at < wanted.from) return false;
  return wanted.until === undefined || at < wanted.until;
}

/** Whether it tells what a member did, or what was done to them. */
function concerns({ by, about, objects }: AuditRecord, member: string): boolean {
  if (by.memberId === member || about?.memberId === member) return true;
  return objects.some(({ type, id }) => type === 'member' && id === member);
}

/** Whether this record, and so each that was recorded earlier, is of a command before the moment. */
function isBefore({ recordedAt }: AuditRecord, from: string | undefined): boolean {
  return from !== undefined && Date.parse(recordedAt) + SKEW < Date.parse(from);
}

import type { StoryStore } from '../store/story-store.js';
import { auditEnd, auditTexts } from './audit-log.js';
import type { AuditHead } from './record.js';

/**
 * An export of the log is NDJSON: its records, oldest first, each in the form that its hash is of, and an end line, so
 * that a file that was cut off is told from a whole one.
 */
export interface AuditExportEnd {
  readonly end: typeof AUDIT_EXPORT;
  /** Where the log ended when the export began. */
  readonly head: AuditHead;
  /** More follow: to be asked for after this number. */
  readonly next?: number;
}

export const AUDIT_EXPORT = 'slugline-audit';

/**
 * The lines of an export, without line ends. In memory is a page of them at a time.
 *
 * @param after the number of the last record that the asker has; 0: none.
 * @param most records, after which the end line names where to go on.
 */
export async function* auditExport(
  store: StoryStore,
  after: number,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<string> {
  // Up to the newest record that is there, whatever the header says: it may have been set back to hide some.
  const { head, newest } = await auditEnd(store);
  const to = Math.min(newest, after + most);
  yield* auditTexts(store, after + 1, to);
  const end: AuditExportEnd = { end: AUDIT_EXPORT, head, ...(to < newest && { next: to }) };
  yield JSON.stringify(end);
}

import { isFailure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { OutboxItem, StoryStore } from '../store/story-store.js';
import { type AuditContent, appendRecords, auditHead } from './audit-log.js';
import { describeCommand } from './describe.js';
import { decodeAuditNote, isAuditNote } from './note.js';

/** Brings what commits left in the outbox for the audit log into it. */
export interface Auditor {
  /** Whether an item of the outbox is for the log. */
  takes(payload: string): boolean;
  /**
   * Answers the items whose commands are in the log now, and durable there. Rejects with `store_unavailable` only; an
   * item that fails for another reason is not among the answer, is logged, and is to be brought again.
   */
  record(items: readonly OutboxItem[]): Promise<readonly OutboxItem[]>;
}

export function createAuditor(store: StoryStore, logger: Logger): Auditor {
  async function recordTogether(items: readonly OutboxItem[]): Promise<void> {
    const recordedAt = new Date(store.now()).toISOString();
    const contents = await Promise.all(items.map((item) => contentOf(item, recordedAt)));
    await appendRecords(store, inOrder(contents));
  }

  async function contentOf({ stream, payload }: OutboxItem, recordedAt: string): Promise<AuditContent> {
    const note = decodeAuditNote(payload);
    if (note === undefined) throw new Error('the note cannot be read');
    const { id, at, ...rest } = await describeCommand(store, stream, note);
    return { id, at, recordedAt, ...rest };
  }

  return {
    takes: isAuditNote,
    async record(items) {
      if (items.length === 0) return [];
      try {
        await recordTogether(items);
        return items;
      } catch (error) {
        if (isFailure(error, 'store_unavailable')) throw error;
      }
      // One by one, so that whichever it is that fails keeps none of the others out. It stays in the outbox: a log with
      // a silent hole is worth nothing.
      const done: OutboxItem[] = [];
      for (const item of items) {
        try {
          await recordTogether([item]);
          done.push(item);
        } catch (error) {
          if (isFailure(error, 'store_unavailable')) throw error;
          logger.error(
            { err: error, stream: item.stream, payload: item.payload },
            'a command is missing in the audit log',
          );
        }
      }
      return done;
    },
  };
}

/** Says where the log ends in the instance's own log, which is kept elsewhere and tells if the end is cut off later. */
export async function tellAuditHead(store: StoryStore, logger: Logger): Promise<void> {
  try {
    const { number, hash } = await auditHead(store);
    logger.info({ record: number, hash }, 'the audit log ends here');
  } catch (error) {
    logger.warn({ err: error }, 'where the audit log ends cannot be read now');
  }
}

function inOrder(contents: readonly AuditContent[]): readonly AuditContent[] {
  return contents.toSorted((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at)));
}

import { isFailure } from '../errors.js';
import { HEADER_ID, type Page, type StoredObject, type StoryStore, type Write } from '../store/story-store.js';
import { type AuditHead, type AuditRecord, NO_RECORD, sealRecord } from './record.js';

/**
 * The server's own stream that holds the audit log. It uses the public edition, which no door shows and which keeps no
 * revisions: a record has one form for ever. The header says where the log ends, and its version is the number of the
 * newest record; whoever adds to the log expects it where they read it, so two instances never write one number twice.
 */
export const AUDIT_STREAM = '@audit';

/** Bytes of records that are added in one commit. */
const COMMIT_BYTES = 1_000_000;
/** Each lost race means that another instance's records landed: losing this often is no longer a race. */
const MOST_TRIES = 40;

export type AuditContent = Parameters<typeof sealRecord>[0];

/** Where the log ends, as its header says. */
export async function auditHead(store: StoryStore): Promise<AuditHead> {
  return headOf((await store.head(AUDIT_STREAM, 'public'))?.header);
}

/**
 * Adds records at the end of the log, but for those that it has: an object of the same id. To be called again with the
 * same contents after any failure.
 */
export async function appendRecords(store: StoryStore, contents: readonly AuditContent[]): Promise<void> {
  let left = contents;
  for (let tries = 0; left.length > 0; ) {
    const head = await auditHead(store);
    if (tries > 0) left = await missingFrom(store, left);
    const { writes, taken } = writesAfter(head, left);
    if (taken === 0) return;
    const expected = [
      { objectId: HEADER_ID, version: head.number },
      ...left.slice(0, taken).map(({ id }) => ({ objectId: id, version: 0 })),
    ];
    try {
      await store.commit({ stream: AUDIT_STREAM, at: new Date(store.now()).toISOString(), expected, writes });
      left = left.slice(taken);
    } catch (error) {
      tries += 1;
      if (!isFailure(error, 'version_conflict') || tries > MOST_TRIES) throw error;
    }
  }
}

function writesAfter(head: AuditHead, contents: readonly AuditContent[]) {
  const writes: Write[] = [];
  let end = head;
  let bytes = 0;
  for (const content of contents) {
    const record = sealRecord(content, end);
    const form = JSON.stringify(record);
    bytes += form.length;
    if (writes.length > 0 && bytes > COMMIT_BYTES) break;
    writes.push({
      edition: 'public',
      objectId: record.id,
      version: 1,
      kind: 'entry.published',
      orderKey: orderKeyOf(record.number),
      form,
    });
    end = { number: record.number, hash: record.hash };
  }
  const header: Write = {
    edition: 'public',
    objectId: HEADER_ID,
    version: Math.max(1, end.number),
    kind: head.number === 0 ? 'story.created' : 'story.updated',
    form: JSON.stringify(end),
  };
  return { writes: [...writes, header], taken: writes.length };
}

async function missingFrom(store: StoryStore, contents: readonly AuditContent[]): Promise<readonly AuditContent[]> {
  const held = await Promise.all(contents.map(({ id }) => store.object(AUDIT_STREAM, 'public', id)));
  return contents.filter((_, at) => held[at]?.object === undefined);
}

/** Records in the order of their numbers, newest first, each as the text that is stored. */
export async function auditPage(store: StoryStore, limit: number, before?: number): Promise<Page | undefined> {
  const query = before === undefined ? { limit } : { limit, before: orderKeyOf(before) };
  return store.page(AUDIT_STREAM, 'public', query);
}

/** Records from a number on, up to and with another, oldest first: a page in memory at a time. */
export async function* auditTexts(store: StoryStore, from: number, to: number): AsyncGenerator<string> {
  for (let start = from; start <= to; start += PAGE) {
    const end = Math.min(to, start + PAGE - 1);
    const first = orderKeyOf(start);
    const page = await auditPage(store, PAGE, end + 1);
    for (const { orderKey = '', form } of (page?.objects ?? []).toReversed()) {
      if (orderKey >= first) yield form;
    }
  }
}
const PAGE = 200;

/**
 * Where the log ends as its header says, and the greatest number that a record stands under, at one moment. The two
 * differ only where somebody laid hands on the log.
 */
export async function auditEnd(store: StoryStore): Promise<{ readonly head: AuditHead; readonly newest: number }> {
  const page = await auditPage(store, 1);
  return { head: headOf(page?.header), newest: Number(page?.objects[0]?.orderKey ?? 0) };
}

/** The one place where stored JSON becomes a record again; only `appendRecords` wrote it. */
export function auditRecord({ form }: Pick<StoredObject, 'form'>): AuditRecord {
  return JSON.parse(form);
}

export function headOf(header: Pick<StoredObject, 'form'> | undefined): AuditHead {
  return header === undefined ? NO_RECORD : JSON.parse(header.form);
}

function orderKeyOf(number: number): string {
  return String(number).padStart(16, '0');
}

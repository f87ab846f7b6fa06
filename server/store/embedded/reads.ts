import type { Edition, Position } from '@slugline/client/protocol';
import { isName } from '../commit-check.js';
import { listCursorText, readListCursor } from '../list-cursor.js';
import {
  HEADER_ID,
  type Head,
  type NetChanges,
  type ObjectView,
  type OutboxItem,
  type Page,
  type PageQuery,
  type Revision,
  type RevisionQuery,
  type StoredObject,
  type StreamPage,
} from '../story-store.js';
import { DamagedData } from './damaged-data.js';
import { LAST_NAME, type Tables } from './keys.js';

/*
 * Every answer here is of one moment: LMDB's read transaction lasts at least as long as the synchronous run that
 * opened it, and none of these functions awaits anything.
 */

export function readHead(tables: Tables, stream: string, edition: Edition): Head | undefined {
  const row = isName(stream) ? tables.streams.get(stream) : undefined;
  if (row === undefined) return undefined;
  const header = tables.objects.get([stream, edition, HEADER_ID]);
  return {
    position: { epoch: row.epoch, seq: row.seqs[edition] },
    changedAt: row.changedAt,
    ...(header === undefined ? {} : { header }),
  };
}

export function readObject(tables: Tables, stream: string, edition: Edition, id: string): ObjectView | undefined {
  const head = readHead(tables, stream, edition);
  if (head === undefined) return undefined;
  const object = isName(id) ? tables.objects.get([stream, edition, id]) : undefined;
  return { ...head, ...(object === undefined ? {} : { object }) };
}

export function readPage(tables: Tables, stream: string, edition: Edition, query: PageQuery): Page | undefined {
  const head = readHead(tables, stream, edition);
  if (head === undefined) return undefined;
  const keys = tables.order.keys({
    // Backwards, from just below `[…, before]`, which stands below every `[…, before, id]`.
    start: [stream, edition, upperBound(query.before)],
    end: [stream, edition],
    reverse: true,
    limit: query.limit + 1,
  });
  const objects: StoredObject[] = [];
  let more = false;
  for (const [, , , objectId] of keys) {
    if (objects.length === query.limit) {
      more = true;
      break;
    }
    objects.push(present(tables.objects.get([stream, edition, objectId])));
  }
  const older = more ? objects.at(-1)?.orderKey : undefined;
  return { ...head, objects, ...(older === undefined ? {} : { older }) };
}

export function readChangesSince(
  tables: Tables,
  stream: string,
  edition: Edition,
  since: Position,
  most: number,
): NetChanges | undefined {
  const head = readHead(tables, stream, edition);
  if (head === undefined) return undefined;
  const reset: NetChanges = { ...head, reset: true, changes: [] };
  if (since.epoch !== head.position.epoch || since.seq > head.position.seq) return reset;
  const log = tables.log.entries({
    start: [stream, edition, since.seq + 1],
    end: [stream, edition, Number.POSITIVE_INFINITY],
    limit: most + 1,
  });
  const ids = Array.from(log, (entry) => entry.row);
  if (ids.length > most) return reset;
  const changes = ids.map((objectId) => present(tables.objects.get([stream, edition, objectId])));
  return { ...head, reset: false, changes };
}

export function readRevisions(tables: Tables, stream: string, objectId: string, query: RevisionQuery): Revision[] {
  if (!isName(stream) || !isName(objectId) || !tables.streams.has(stream)) return [];
  const range = tables.revisions.entries({
    start: [stream, objectId, query.before ?? Number.POSITIVE_INFINITY],
    exclusiveStart: true,
    end: [stream, objectId],
    reverse: true,
    limit: query.limit,
  });
  return Array.from(range, (entry) => entry.row);
}

export function readStreams(tables: Tables, edition: Edition, query: PageQuery): StreamPage {
  const { listing } = tables;
  const cursor = query.before === undefined ? undefined : readListCursor(query.before);
  const keys = listing.keys({
    start: [cursor?.at ?? LAST_NAME, LAST_NAME],
    reverse: true,
    offset: cursor === undefined ? 0 : Math.max(0, listing.count(moment(cursor.at)) - cursor.left),
    limit: query.limit + 1,
  });
  const found = [...keys];
  const streams = found
    .slice(0, query.limit)
    .map(([, stream]) => ({ stream, ...present(readHead(tables, stream, edition)) }));
  const last = streams.at(-1);
  if (last === undefined || found.length <= query.limit) return { streams };
  const left = listing.count(moment(last.changedAt, last.stream));
  return { streams, older: listCursorText({ at: last.changedAt, left }) };
}

/** The streams that changed in one moment, those from `end` on left out. */
function moment(at: string, end: string = LAST_NAME): { start: [string, string]; end: [string, string] } {
  return { start: [at, ''], end: [at, end] };
}

export function readOutbox(tables: Tables, limit: number): OutboxItem[] {
  return Array.from(tables.outbox.entries({ limit }), ({ key, row }) => ({
    stream: row.stream,
    id: String(key),
    payload: row.payload,
  }));
}

/** What an index names is there: both are written in one transaction. */
function present<T>(found: T | undefined): T {
  if (found === undefined) throw new DamagedData('an index names what is not there');
  return found;
}

/** Cursors come from URLs: one too long for a key is cut, which names the same place in any order that exists. */
function upperBound(cursor: string | undefined): string {
  return cursor === undefined ? LAST_NAME : cursor.slice(0, 200);
}

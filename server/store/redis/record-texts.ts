import type { ChangeKind, Position } from '@slugline/client/protocol';
import type { Idempotency, Receipt, Revision, StoredObject } from '../story-store.js';
import type { Reply } from './redis-link.js';

/** The texts that the scripts keep, read and written. Nothing here ever looks into a form. */

export function texts(reply: Reply | undefined): readonly (string | null)[] {
  if (!Array.isArray(reply)) return [];
  return reply.map((item: Reply) => (item === null ? null : String(item)));
}

/** Objects from `{id, meta, form …}`; those that do not exist are left out. */
export function readObjects(reply: Reply | undefined): readonly StoredObject[] {
  const parts = texts(reply);
  const objects: StoredObject[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [objectId, meta, form] = parts.slice(at, at + 3);
    if (objectId != null && meta != null && form != null) objects.push({ objectId, ...readMeta(meta), form });
  }
  return objects;
}

function readMeta(meta: string): Omit<StoredObject, 'objectId' | 'form'> {
  const [version, seq, kind = '', at = '', ...key] = meta.split(' ');
  const orderKey = key.join(' ');
  return {
    version: Number(version),
    seq: Number(seq),
    kind: asKind(kind),
    at,
    ...(orderKey === '' ? {} : { orderKey }),
  };
}

export function metaText(object: StoredObject): string {
  return `${object.version} ${object.seq} ${object.kind} ${object.at} ${object.orderKey ?? ''}`;
}

/** A member of the display order. NUL is in no key and sorts before all else, so keys sort as they are. */
export function orderMember(orderKey: string, objectId: string): string {
  return `${orderKey}\0${objectId}`;
}

export function revisionMember(objectId: string, version: number): string {
  return `${objectId}\0${versionText(version)}`;
}

/** Padded, so that versions sort as texts. */
export function versionText(version: number): string {
  return String(version).padStart(16, '0');
}

export function revisionText(revision: Revision): string {
  return `${revision.kind} ${revision.at} ${revision.form}`;
}

export function readRevision(member: string, text: string): { objectId: string; revision: Revision } {
  const split = member.lastIndexOf('\0');
  const kindEnd = text.indexOf(' ');
  const atEnd = text.indexOf(' ', kindEnd + 1);
  return {
    objectId: member.slice(0, split),
    revision: {
      version: Number(member.slice(split + 1)),
      kind: asKind(text.slice(0, kindEnd)),
      at: text.slice(kindEnd + 1, atEnd),
      form: text.slice(atEnd + 1),
    },
  };
}

export interface KeptReceipt extends Pick<Receipt, 'positions' | 'answer'> {
  /** Which commit wrote it: one that was asked twice knows its own receipt by this. */
  readonly attempt: string;
  readonly fingerprint: string;
}

/** The last part of a receipt: with a mark in front, so that an empty answer is not taken for none. */
export function answerPart(answer: string | undefined): string {
  return answer === undefined ? '' : `=${answer}`;
}

export function receiptText(idempotency: Idempotency, receipt: Pick<Receipt, 'positions' | 'answer'>): string {
  const { public: readers, desk } = receipt.positions;
  return ['', idempotency.fingerprint, readers.epoch, readers.seq, desk.seq, answerPart(receipt.answer)].join('\0');
}

export function readReceipt(text: string): KeptReceipt {
  const [attempt = '', fingerprint = '', epoch = '', readers, desk, ...rest] = text.split('\0');
  const answer = rest.join('\0');
  return {
    attempt,
    fingerprint,
    positions: { public: { epoch, seq: Number(readers) }, desk: { epoch, seq: Number(desk) } },
    ...(answer === '' ? {} : { answer: answer.slice(1) }),
  };
}

/** Outbox items from a reply of `XRANGE`: `[[id, ['payload', text]], …]`. */
export function readOutbox(reply: Reply): readonly { readonly id: string; readonly payload: string }[] {
  if (!Array.isArray(reply)) return [];
  return reply.map((entry: Reply) => {
    const [id, fields]: readonly Reply[] = Array.isArray(entry) ? entry : [];
    return { id: String(id), payload: texts(fields)[1] ?? '' };
  });
}

/** Positions from `{epoch, seq, epoch, seq …}`. */
export function readPositions(reply: Reply | undefined): readonly Position[] {
  const parts = texts(reply);
  const positions: Position[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    positions.push({ epoch: parts[at] ?? '', seq: Number(parts[at + 1]) });
  }
  return positions;
}

/** Only ever what a commit was given: the type was checked when it went in. */
function asKind(text: string): ChangeKind {
  return text as ChangeKind;
}

import { Failure } from '../errors.js';

/**
 * Where a page of the list of streams ended: at a moment, and with so many of those that changed in that moment yet
 * to come. It names no stream, since the last one of a page may be private and its cursor is handed to strangers;
 * and it counts what is yet to come, because streams only ever leave their moment: one that was shown may go without
 * another being passed over.
 */
export interface ListCursor {
  /** ISO 8601. */
  readonly at: string;
  readonly left: number;
}

const FORM = /^([0-9TZ:.+-]{1,40})~(\d{1,9})$/;

export function listCursorText({ at, left }: ListCursor): string {
  return `${at}~${left}`;
}

/** Throws `invalid_input` for what is no cursor. */
export function readListCursor(text: string): ListCursor {
  const [, at, left] = FORM.exec(text) ?? [];
  if (at === undefined || left === undefined || Number.isNaN(Date.parse(at))) {
    const message = 'must be the text that an earlier answer gave as older';
    throw new Failure('invalid_input', `?before ${message}.`, { errors: [{ field: '?before', message }] });
  }
  return { at, left: Number(left) };
}

import type { ChangeKind } from '@slugline/client/protocol';
import { type AnnouncedChange, HEADER_ID, type StoredObject } from './story-store.js';

/** What a change tells of its object: all that `changeText` needs, and all that can be read back from it. */
export type ChangedObject = Pick<StoredObject, 'objectId' | 'seq' | 'kind' | 'at' | 'form'>;

/**
 * JSON text of a change, made by joining texts: the form was encoded once, when it was written, and is never
 * parsed on its way to a reader. `commit.lua` joins the same parts in the same order.
 *
 * @param after the `seq` that this change follows, where that is not `seq - 1`.
 */
export function changeText(epoch: string, object: ChangedObject, after?: number): string {
  const gap = after === undefined || after === object.seq - 1 ? '' : `"after":${after},`;
  const slot = object.objectId === HEADER_ID ? 'story' : 'entry';
  return `{"epoch":"${epoch}","seq":${object.seq},${gap}"kind":"${object.kind}","at":"${object.at}","${slot}":${object.form}}`;
}

const BEFORE_FORM = /^\{"epoch":"[^"]*","seq":\d+,(?:"after":\d+,)?"kind":"([^"]*)","at":"([^"]*)","(?:story|entry)":/;

/** Takes the text of a change apart again, without parsing the form. `undefined` when it is no such text. */
export function changedObject({ objectId, seq, json }: AnnouncedChange): ChangedObject | undefined {
  const match = BEFORE_FORM.exec(json);
  if (match === null) return undefined;
  const [before, kind, at] = match;
  if (kind === undefined || at === undefined) return undefined;
  // The kind was a `ChangeKind` when `changeText` wrote it; one of a newer version passes through as it is.
  return { objectId, seq, kind: kind as ChangeKind, at, form: json.slice(before.length, -1) };
}

import { HEADER_ID, type StoredObject } from './story-store.js';

/**
 * JSON text of a change, made by joining texts: the form was encoded once, when it was written, and is never
 * parsed on its way to a reader. `commit.lua` joins the same parts in the same order.
 *
 * @param after the `seq` that this change follows, where that is not `seq - 1`.
 */
export function changeText(epoch: string, object: StoredObject, after?: number): string {
  const gap = after === undefined || after === object.seq - 1 ? '' : `"after":${after},`;
  const slot = object.objectId === HEADER_ID ? 'story' : 'entry';
  return `{"epoch":"${epoch}","seq":${object.seq},${gap}"kind":"${object.kind}","at":"${object.at}","${slot}":${object.form}}`;
}

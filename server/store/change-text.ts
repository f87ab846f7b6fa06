import type { ChangeKind, Position } from '@slugline/client/protocol';
import { type AnnouncedChange, HEADER_ID, type StoredObject } from './story-store.js';

/** What a change tells of its object: all that `changeText` needs, and all that can be read back from it. */
export type ChangedObject = Pick<StoredObject, 'objectId' | 'seq' | 'kind' | 'at' | 'form'>;

/** How a change lies among others, where it does not simply follow the one before it. */
export interface ChangePlace {
  /** The position that the change follows. */
  readonly follows?: Position;
  /** The `seq` of the last change of the run of net changes that it is in. */
  readonly through?: number;
}

/**
 * JSON text of a change, made by joining texts: the form was encoded once, when it was written, and is never
 * parsed on its way to a reader. `commit.lua` joins the same parts in the same order.
 */
export function changeText(epoch: string, object: ChangedObject, { follows, through }: ChangePlace = {}): string {
  const { seq, kind, at, form } = object;
  const gap = follows === undefined || follows.seq === seq - 1 ? '' : `"after":${follows.seq},`;
  const turn = follows === undefined || follows.epoch === epoch ? '' : `"afterEpoch":"${follows.epoch}",`;
  const run = through === undefined || through === seq ? '' : `"through":${through},`;
  const slot = object.objectId === HEADER_ID ? 'story' : 'entry';
  return `{"epoch":"${epoch}","seq":${seq},${gap}${turn}${run}"kind":"${kind}","at":"${at}","${slot}":${form}}`;
}

/** As `changeText` begins it for a change that was announced: such a one follows the one before it. */
const BEFORE_FORM = /^\{"epoch":"[^"]*","seq":\d+,"kind":"([^"]*)","at":"([^"]*)","(?:story|entry)":/;

/** Takes the text of a change apart again, without parsing the form. `undefined` when it is no such text. */
export function changedObject({ objectId, seq, json }: AnnouncedChange): ChangedObject | undefined {
  const match = BEFORE_FORM.exec(json);
  if (match === null) return undefined;
  const [before, kind, at] = match;
  if (kind === undefined || at === undefined) return undefined;
  // The kind was a `ChangeKind` when `changeText` wrote it; one of a newer version passes through as it is.
  return { objectId, seq, kind: kind as ChangeKind, at, form: json.slice(before.length, -1) };
}

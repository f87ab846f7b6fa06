import { formatPosition, type Position } from '@slugline/client/protocol';
import { changeText } from '../store/change-text.js';
import type { Piece } from './behind.js';
import type { FeedCatchUp, FeedChange } from './story-feed.js';

/*
 * What readers get of a feed, as text. A feed gives the same answer object to all who ask the same, so each text is
 * made once for all of them, and goes with the answer.
 */
const jsonTexts = new WeakMap<FeedCatchUp, string>();
const jsonBytes = new WeakMap<FeedCatchUp, Buffer>();
const resetEvents = new WeakMap<FeedCatchUp, Buffer>();
const firstPieces = new WeakMap<FeedCatchUp, Piece<Buffer>>();

/** Characters of events that are written together: few writes for many, and not much more for a slow reader. */
const PIECE = 64 * 1024;

/** JSON text of the `CatchUp`, made by joining the forms as they were stored. */
export function catchUpText(answer: FeedCatchUp): string {
  let text = jsonTexts.get(answer);
  if (text === undefined) {
    const { position, reset, header, objects, older } = answer;
    const story = header === undefined ? '' : `,"story":${header.form}`;
    const entries = objects.map(({ form }) => form).join(',');
    const cursor = older === undefined ? '' : `,"older":${JSON.stringify(older)}`;
    text = `{"position":${JSON.stringify(position)},"reset":${reset}${story},"entries":[${entries}]${cursor}}`;
    jsonTexts.set(answer, text);
  }
  return text;
}

/** The same as UTF-8. */
export function catchUpBytes(answer: FeedCatchUp): Buffer {
  let bytes = jsonBytes.get(answer);
  if (bytes === undefined) {
    bytes = Buffer.from(catchUpText(answer));
    jsonBytes.set(answer, bytes);
  }
  return bytes;
}

/** A change as a server-sent event. */
export function changeEvent({ json, ...position }: NetChange): string {
  return `id: ${formatPosition(position)}\nevent: change\ndata: ${json}\n\n`;
}

/** A fresh start as a server-sent event. */
export function resetEvent(answer: FeedCatchUp): Buffer {
  let event = resetEvents.get(answer);
  if (event === undefined) {
    event = Buffer.from(`id: ${formatPosition(answer.position)}\nevent: reset\ndata: ${catchUpText(answer)}\n\n`);
    resetEvents.set(answer, event);
  }
  return event;
}

/**
 * Net changes as server-sent events. The first piece, which is all for most readers, is kept for who asks the same;
 * those who need more are each at a place of their own, and what is made for them lasts until it is written.
 */
export function* changeEvents(answer: FeedCatchUp, since: Position): Iterable<Piece<Buffer>> {
  // Who comes from an epoch before this one has to be told that it goes on.
  const isUsual = since.epoch === answer.position.epoch;
  const kept = isUsual ? firstPieces.get(answer) : undefined;
  if (kept !== undefined) yield kept;
  for (const piece of inPieces(netChanges(answer, since), kept?.leadsTo.seq ?? since.seq)) {
    if (isUsual && !firstPieces.has(answer)) firstPieces.set(answer, piece);
    yield piece;
  }
}

/**
 * The changes of a catch-up that is no reset, by ascending `seq`, each saying what it follows and where the run ends.
 *
 * @param since where the reader stands.
 */
export function* netChanges({ position, header, objects }: FeedCatchUp, since: Position): Iterable<NetChange> {
  const changes = header === undefined ? objects : [...objects, header].sort((a, b) => a.seq - b.seq);
  const { epoch, seq: through } = position;
  let follows = since;
  for (const object of changes) {
    const { seq } = object;
    const json = changeText(epoch, object, { follows, through });
    follows = standing(epoch, seq, through);
    yield { ...follows, json };
  }
}

/** Where a reader stands after a change of a run that ends with `through`. */
export function standing(epoch: string, seq: number, through: number): Position {
  return seq < through ? { epoch, seq, through } : { epoch, seq };
}

/** A change as it travels, and where it leads. */
type NetChange = Position & Pick<FeedChange, 'json'>;

/** @param from the `seq` after which to begin. */
function* inPieces(changes: Iterable<NetChange>, from: number): Iterable<Piece<Buffer>> {
  let text = '';
  let leadsTo: Position | undefined;
  let count = 0;
  for (const { json, ...position } of changes) {
    if (position.seq <= from) continue;
    text += changeEvent({ ...position, json });
    leadsTo = position;
    count += 1;
    if (text.length < PIECE) continue;
    yield { encoded: Buffer.from(text), leadsTo, changes: count };
    text = '';
    count = 0;
  }
  if (count > 0 && leadsTo !== undefined) yield { encoded: Buffer.from(text), leadsTo, changes: count };
}

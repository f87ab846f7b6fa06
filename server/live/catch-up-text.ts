import { formatPosition } from '@slugline/client/protocol';
import { changeText } from '../store/change-text.js';
import type { FeedCatchUp, FeedChange } from './story-feed.js';

/*
 * What readers get of a feed, as text. A feed gives the same answer object to all who ask the same, so each text is
 * made once for all of them, and goes with the answer.
 */
const jsonTexts = new WeakMap<FeedCatchUp, string>();
const jsonBytes = new WeakMap<FeedCatchUp, Buffer>();
const eventTexts = new WeakMap<FeedCatchUp, string>();

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

/** One server-sent event for a live change. */
export function changeEvent({ epoch, seq, json }: FeedChange): string {
  return `id: ${epoch}:${seq}\nevent: change\ndata: ${json}\n\n`;
}

/**
 * A catch-up as server-sent events: one `reset`, or a `change` for each object, each saying which `seq` it follows.
 *
 * @param since the `seq` that the catch-up was asked for.
 */
export function catchUpEvents(answer: FeedCatchUp, since: number): string {
  let text = eventTexts.get(answer);
  if (text === undefined) {
    text = answer.reset
      ? `id: ${formatPosition(answer.position)}\nevent: reset\ndata: ${catchUpText(answer)}\n\n`
      : netChangeEvents(answer, since);
    eventTexts.set(answer, text);
  }
  return text;
}

function netChangeEvents({ position: { epoch }, header, objects }: FeedCatchUp, since: number): string {
  const changes = header === undefined ? [...objects] : [...objects, header].sort((a, b) => a.seq - b.seq);
  let after = since;
  let text = '';
  for (const object of changes) {
    text += `id: ${epoch}:${object.seq}\nevent: change\ndata: ${changeText(epoch, object, after)}\n\n`;
    after = object.seq;
  }
  return text;
}

import type { EntryPage } from '../protocol/change.js';
import type { Position } from '../protocol/position.js';
import { placeOf, put } from './display-order.js';
import type { Timeline, TimelineEntry, TimelineStory } from './timeline.js';

/**
 * How an answer that was asked for beside the stream fits to a timeline.
 *
 * - `fits`: it is at least as new as what may have changed unseen.
 * - `stale`: older than that. Ask again, past any cache.
 * - `elsewhere`: of another epoch. Catch up, which leads there, and ask again.
 */
export type Fit = 'fits' | 'stale' | 'elsewhere';

export function fitOf({ position, pagesFrom }: Timeline<TimelineStory, TimelineEntry>, answer: Position): Fit {
  if (position?.epoch !== answer.epoch) return 'elsewhere';
  return answer.seq < pagesFrom ? 'stale' : 'fits';
}

/** Where the page continues something that is no longer held (a reset or a trim came between), it is `unrelated`. */
export type PageOutcome = 'merged' | 'unrelated' | Exclude<Fit, 'fits'>;

/** Joins the page that was asked for with `before` onto the lower end of the window. */
export function takeOlder<S extends TimelineStory, E extends TimelineEntry>(
  timeline: Timeline<S, E>,
  page: EntryPage<E>,
  before: string,
): { readonly timeline: Timeline<S, E>; readonly outcome: PageOutcome } {
  if (timeline.older !== before) return { timeline, outcome: 'unrelated' };
  const fit = fitOf(timeline, page.position);
  if (fit !== 'fits') return { timeline, outcome: fit };
  const entries = [...timeline.entries];
  for (const entry of page.entries) put(entries, entry);
  const floor = placeOf(page.entries.at(-1));
  const through = Math.max(timeline.through, page.position.seq);
  return { timeline: { ...timeline, entries, older: page.older, floor, through }, outcome: 'merged' };
}

import type { CatchUp, Change } from '../protocol/change.js';
import type { Position } from '../protocol/position.js';
import { insert, isBelow, type Place, placeOf, put } from './display-order.js';

/** What the timeline needs to know of an entry, whichever edition it is of. */
export interface TimelineEntry {
  readonly id: string;
  /** Grows with each form of the entry. */
  readonly version: number;
  /** Orders the display, newest first; the greater `id` first where equal. */
  readonly publishedAt: string;
}

export interface TimelineStory {
  readonly version: number;
}

/**
 * What a reader holds of one stream. A value: every function here gives a new one and leaves the old as it was;
 * entries that did not change are the same objects in both.
 *
 * Invariant: with position `p`, the header and every entry inside the window are in the form they had at `p`. Until
 * `through` is reached they may also be in a newer one (which an older page brought; its change is yet to come, and
 * will change nothing), or in an older one or missing (what the rest of a run of net changes will change).
 *
 * The *window* reaches from the newest entry down to `floor`. Without `older` it has no floor: everything is in it.
 * A change to an entry below the floor is not shown, since a gap would gape above it; the entry comes in its
 * newest form with the page that reaches down to it. `pagesFrom` remembers how new that page must at least be: one
 * from a cache could bring back a text that was withdrawn since, and no change would come to take it away again.
 */
export interface Timeline<S extends TimelineStory, E extends TimelineEntry> {
  /** Absent until the first snapshot. */
  readonly position: Position | undefined;
  /** The `seq` at which what is held is a whole state: see `Position.through`. */
  readonly through: number;
  /** Absent until the first snapshot, and for good in streams without a header. */
  readonly story: S | undefined;
  /** Newest first. */
  readonly entries: readonly E[];
  /** Cursor of the next older page; absent when nothing older is left. */
  readonly older: string | undefined;
  /** Last entry of the deepest page; absent where that page was empty, and then nothing counts as below it. */
  readonly floor: Place | undefined;
  /** `seq` up to which something below the floor may have changed unseen. */
  readonly pagesFrom: number;
  /**
   * Versions of the entries below the floor that changed last, by id, the latest at the end: an answer that reaches back
   * beyond the position held tells of them again.
   */
  readonly below: ReadonlyMap<string, number>;
}

/** Entries remembered in `below`: as many as an answer has at most. */
const BELOW_MOST = 500;

/** How a stream differs from a story that shows everything. */
export interface TimelineRules<E> {
  /** An entry whose newest form is not shown leaves the timeline. */
  readonly shows: (entry: E) => boolean;
  /** Entries kept; the oldest beyond leave. */
  readonly most: number;
  /** Whether there are pages below the first to be had. */
  readonly paged: boolean;
}

interface TakenEntry<E> {
  readonly entry: E;
  /** The form held until now. */
  readonly previous: E | undefined;
  /** Whether the entry lies in the window. */
  readonly inWindow: boolean;
}

/**
 * - `taken`: the timeline moved on.
 * - `known`: nothing new in it.
 * - `gap`: something before it is missing, or it is of another epoch. The timeline did not move: catch up.
 */
export type Outcome = 'taken' | 'known' | 'gap';

export interface Step<S extends TimelineStory, E extends TimelineEntry> {
  readonly timeline: Timeline<S, E>;
  readonly outcome: Outcome;
  /** The header, where it changed. */
  readonly story?: S;
  /** Entries that changed, in the order given. */
  readonly entries: readonly TakenEntry<E>[];
}

export const EMPTY_TIMELINE: Timeline<never, never> = {
  position: undefined,
  through: 0,
  story: undefined,
  entries: [],
  older: undefined,
  floor: undefined,
  pagesFrom: 0,
  below: new Map(),
};

/**
 * The protocol's one rule: take when `(after ?? seq - 1) <= p.seq < seq`, drop when `seq <= p.seq`, else a gap. Into
 * another epoch leads only a change that follows the very position held: beyond it may lie what is no more.
 */
export function takeChange<S extends TimelineStory, E extends TimelineEntry>(
  timeline: Timeline<S, E>,
  change: Change<S, E>,
  rules: TimelineRules<E>,
): Step<S, E> {
  const { position } = timeline;
  if (position === undefined) return unmoved(timeline, 'gap');
  const { epoch, seq, after = seq - 1, afterEpoch = epoch } = change;
  const isWhole = timeline.through <= position.seq;
  if (epoch === position.epoch) {
    if (seq <= position.seq) return unmoved(timeline, 'known');
    if (after > position.seq) return unmoved(timeline, 'gap');
  } else if (afterEpoch !== position.epoch || after !== position.seq || !isWhole) return unmoved(timeline, 'gap');
  const entries = change.entry === undefined ? [] : [change.entry];
  const through = Math.max(seq, change.through ?? 0, isWhole ? 0 : timeline.through);
  return advance({ ...timeline, through }, { epoch, seq }, change.story, entries, rules);
}

/**
 * Takes the answer to "what changed since".
 *
 * A reset replaces all that is held, even where its `seq` is lower: a store that lost its newest changes answers
 * so, and who clings to the higher number would miss what comes next. The one exception is an answer overtaken on
 * its way: the reader has moved on since it asked, past what the answer knows.
 *
 * @param since the position that was sent with the question; absent where a fresh start was asked for.
 */
export function takeCatchUp<S extends TimelineStory, E extends TimelineEntry>(
  timeline: Timeline<S, E>,
  answer: CatchUp<S, E>,
  since: Position | undefined,
  rules: TimelineRules<E>,
): Step<S, E> {
  const { position: held } = timeline;
  const { epoch, seq } = answer.position;
  const sameEpoch = held?.epoch === epoch;
  if (answer.reset) {
    const overtaken = sameEpoch && since?.epoch === epoch && since.seq !== held.seq && seq < held.seq;
    return overtaken ? unmoved(timeline, 'gap') : replace(timeline, answer, rules);
  }
  if (held === undefined || since?.epoch !== held.epoch) {
    return unmoved(timeline, sameEpoch && seq <= held.seq ? 'known' : 'gap');
  }
  // Net changes reach from `since` to `answer.position`; they only connect if we stand in between, and on the way into
  // another epoch only if we hold no more than we asked with: of what lies beyond it nothing is known.
  const isUnmoved = since.seq === held.seq && timeline.through <= (since.through ?? since.seq);
  if (sameEpoch ? since.seq > held.seq : !isUnmoved) return unmoved(timeline, 'gap');
  if (sameEpoch && seq <= held.seq) return unmoved(timeline, 'known');
  const through = sameEpoch ? Math.max(seq, timeline.through) : seq;
  return advance({ ...timeline, through }, answer.position, answer.story, answer.entries, rules);
}

/** Where to catch up from. */
export function standingOf({ position, through }: Timeline<TimelineStory, TimelineEntry>): Position | undefined {
  return position === undefined || through <= position.seq ? position : { ...position, through };
}

/**
 * Lets go of the oldest entries beyond so many. What is left ends at a place like a page, and `takeOlder` goes on from
 * there: with a page that is at least as new as all that was held, since what left may have been withdrawn.
 */
export function trim<S extends TimelineStory, E extends TimelineEntry>(
  timeline: Timeline<S, E>,
  most: number,
): Timeline<S, E> {
  const { entries, position, through, pagesFrom, older } = timeline;
  const floor = placeOf(entries[most - 1]);
  if (entries.length <= most || floor === undefined) return timeline;
  // Below an empty page nobody knows what is missing between what is held.
  if (older !== undefined && timeline.floor === undefined) return timeline;
  return {
    ...timeline,
    entries: entries.slice(0, most),
    older: `${floor.publishedAt}~${floor.id}`,
    floor,
    pagesFrom: Math.max(pagesFrom, through, position?.seq ?? 0),
  };
}

function replace<S extends TimelineStory, E extends TimelineEntry>(
  timeline: Timeline<S, E>,
  answer: CatchUp<S, E>,
  rules: TimelineRules<E>,
): Step<S, E> {
  const { epoch, seq, through = seq } = answer.position;
  // Versions name a form within an epoch only: a rewound store may have given the same number to another text.
  const held = timeline.position?.epoch === epoch ? timeline : EMPTY_TIMELINE;
  const forms = new Map<string, E>(held.entries.map((entry) => [entry.id, entry]));
  const entries: E[] = [];
  for (const entry of answer.entries) {
    const known = forms.get(entry.id);
    if (rules.shows(entry)) put(entries, known?.version === entry.version ? known : entry);
  }
  entries.splice(rules.most);
  const story = held.story?.version === answer.story?.version ? held.story : answer.story;
  return {
    timeline: {
      position: { epoch, seq },
      through,
      story,
      entries,
      older: answer.older,
      floor: placeOf(answer.entries.at(-1)),
      pagesFrom: seq,
      below: EMPTY_TIMELINE.below,
    },
    outcome: 'taken',
    ...(story === undefined ? {} : { story }),
    entries: entries.map((entry) => ({ entry, previous: forms.get(entry.id), inWindow: true })),
  };
}

function advance<S extends TimelineStory, E extends TimelineEntry>(
  timeline: Timeline<S, E>,
  position: Position,
  header: S | undefined,
  forms: readonly E[],
  rules: TimelineRules<E>,
): Step<S, E> {
  const taken: TakenEntry<E>[] = [];
  const entries = [...timeline.entries];
  let { pagesFrom, below } = timeline;
  for (const entry of forms) {
    const index = entries.findIndex(({ id }) => id === entry.id);
    const previous = entries[index];
    if ((previous?.version ?? below.get(entry.id) ?? 0) >= entry.version) continue;
    if (previous !== undefined) entries.splice(index, 1);
    const inWindow = timeline.older === undefined || timeline.floor === undefined || !isBelow(entry, timeline.floor);
    if (!inWindow) {
      pagesFrom = position.seq;
      below = remembering(below, entry);
    } else if (rules.shows(entry)) insert(entries, entry);
    taken.push({ entry, previous, inWindow });
  }
  entries.splice(rules.most);
  const story = header !== undefined && header.version > (timeline.story?.version ?? 0) ? header : undefined;
  return {
    timeline: {
      ...timeline,
      position,
      story: story ?? timeline.story,
      // The same array while nothing in it changed, so that who compares by identity sees no change.
      entries: taken.some(({ previous, inWindow }) => previous !== undefined || inWindow) ? entries : timeline.entries,
      pagesFrom,
      below,
    },
    outcome: 'taken',
    ...(story === undefined ? {} : { story }),
    entries: taken,
  };
}

function remembering(below: Timeline<never, never>['below'], { id, version }: TimelineEntry): Map<string, number> {
  const versions = new Map(below);
  versions.delete(id);
  versions.set(id, version);
  const [oldest] = versions.keys();
  if (versions.size > BELOW_MOST && oldest !== undefined) versions.delete(oldest);
  return versions;
}

function unmoved<S extends TimelineStory, E extends TimelineEntry>(
  timeline: Timeline<S, E>,
  outcome: Outcome,
): Step<S, E> {
  return { timeline, outcome, entries: [] };
}

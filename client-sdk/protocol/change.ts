import type { DeskEntry, PublicEntry } from './entry.js';
import type { Position } from './position.js';
import type { DeskStory, Story } from './story.js';

export type ChangeKind =
  | 'story.created'
  | 'story.updated'
  | 'story.ended'
  | 'entry.drafted'
  | 'entry.submitted'
  | 'entry.returned'
  | 'entry.scheduled'
  | 'entry.published'
  | 'entry.updated'
  | 'entry.corrected'
  | 'entry.withheld'
  | 'entry.released'
  | 'entry.canceled'
  | 'entry.pinned'
  | 'entry.unpinned';

/**
 * What travels: the full new form of the one object that changed, either `story` or `entry` (a pin changes the
 * story). Applying a change twice, or an older one after a newer, changes nothing.
 *
 * Live changes follow each other with `seq + 1`. Where a stretch was repaired or caught up, changes that a later
 * one superseded are left out; the change behind such a stretch says so with `after`. So the one rule for a
 * reader at position `p` is: take a change when `(after ?? seq - 1) <= p.seq < seq`; drop it when `seq <= p.seq`;
 * else something is missing, and the reader catches up.
 *
 * A store that was started again may go on under a new epoch. The first change that a reader is sent of it says which
 * position of the old one it follows: a reader who stands exactly there takes it, every other one catches up.
 */
export interface Change<S = Story, E = PublicEntry> {
  readonly epoch: string;
  readonly seq: number;
  /** The `seq` that this change directly follows; absent means `seq - 1`. */
  readonly after?: number;
  /** The epoch of the position that this change follows; absent means `epoch`. */
  readonly afterEpoch?: string;
  /**
   * The `seq` of the last change of the run of net changes that this one is in; absent on the last, and on every
   * change that is in none. What later changes of the run supersede is left out before them, so until it is reached a
   * reader holds no whole state, and says so in its position.
   */
  readonly through?: number;
  readonly kind: ChangeKind;
  readonly at: string;
  readonly story?: S;
  readonly entry?: E;
}

export type DeskChange = Change<DeskStory, DeskEntry>;

/**
 * Answer to "what changed since my position": each changed object once, in its latest form.
 * With `reset: true` the position was too old or of a history that is gone: `entries` is then the newest page, and
 * whatever the reader held is to be dropped. With `reset: false` absent objects did not change; `position` may be of
 * another epoch, which continues the one that was asked for.
 */
export interface CatchUp<S = Story, E = PublicEntry> {
  readonly position: Position;
  readonly reset: boolean;
  readonly story?: S;
  readonly entries: readonly E[];
  /** On a reset: pass as `before` for the next older page; absent when this was the last one. */
  readonly older?: string;
}

/** A story's header and newest entries, in display order (newest first). */
export interface Snapshot<S = Story, E = PublicEntry> {
  readonly story: S;
  readonly entries: readonly E[];
  readonly position: Position;
  readonly older?: string;
}

/** An older page, in display order. May hold fewer than asked, even none, and still name `older`. */
export interface EntryPage<E = PublicEntry> {
  readonly entries: readonly E[];
  readonly position: Position;
  readonly older?: string;
}

/** Answer to a command that changed an entry. */
export interface EntryReceipt {
  readonly entry: DeskEntry;
  /** Where the public edition stands with this change in it. */
  readonly position: Position;
}

/** Answer to a command that changed the header. */
export interface StoryReceipt {
  readonly story: DeskStory;
  readonly position: Position;
}

import type { PublicEntry, Story } from '../protocol/index.js';
import type { Child } from '../tree/tree.js';
import type { DrawnEntries } from './drawn-entries.js';
import type { Texts } from './messages.js';
import type { Clock } from './times.js';

/**
 * All that the look of a story depends upon at one moment. The server fills it in from the store, the element from what
 * it follows and from what its reader chose.
 */
export interface StoryView {
  readonly story: Story;
  /** In the order in which they are shown. */
  readonly entries: readonly PublicEntry[];
  readonly texts: Texts;
  readonly clock: Clock;
  readonly links: Links;
  /** Level of the story's headline, 1 to 4; those of entries are one below it. */
  readonly headingLevel: number;
  /** Parts that the site shows itself, or not at all. */
  readonly hidden: ReadonlySet<Part>;
  readonly choice: Choice;
  /** What keeps the page from being up to date, if anything. Not absent then: pages may give a `trouble` to every object. */
  readonly trouble: Trouble | undefined;
  /** New entries that wait until the reader wants them. */
  readonly gathered: number;
  readonly older: 'none' | 'more' | 'loading' | 'failed';
  /** What is told over the story until it is dismissed. */
  readonly notices?: readonly Child[];
  /** Third-party material that the reader asked for, by `entryId position`. */
  readonly players: Pick<ReadonlyMap<string, Player>, 'get'>;
  /** What happened to entries a moment ago, by their ids. */
  readonly marks: Pick<ReadonlyMap<string, Mark>, 'get'>;
  /** The entry whose link was copied a moment ago, and how that is said. */
  readonly copied?: { readonly entry: string; readonly text: string };
  /** What was drawn before, so that entries which did not change need not be drawn again; absent where nothing is kept. */
  readonly drawn?: DrawnEntries;
}

export type Part = 'header' | 'picture' | 'key-points' | 'controls' | 'share';

/** `linked`: a link led here. */
export type Mark = 'new' | 'changed' | 'linked';

/** How third-party material is played. */
export interface Player {
  /** Attributes of its frame, of which `src` is of `https:` or `http:`. */
  readonly frame: Readonly<Record<string, string>>;
  /** Whether it is higher than wide. */
  readonly isTall: boolean;
}

/** Where links lead when no script is there to follow them within the page. */
export interface Links {
  readonly story: string;
  /** The next older page; absent where the page cannot have one. */
  readonly older?: string;
  /** Present where this is not the newest page. */
  readonly newest?: string;
  entry(id: string): string;
}

/** What the reader chose to see. */
export interface Choice {
  readonly order: 'newest' | 'oldest';
  readonly keyEvents: boolean;
  /** Not absent where there is none: pages may give a `tag` to every object. */
  readonly tag: string | undefined;
}

export type Trouble =
  | { readonly kind: 'connecting' | 'reconnecting' | 'refused' }
  /** @param since when the page was last known to have everything. */
  | { readonly kind: 'behind' | 'offline'; readonly since: string };

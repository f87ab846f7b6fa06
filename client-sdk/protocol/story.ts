import type { Picture } from './body.js';

export type StoryStatus = 'upcoming' | 'live' | 'paused' | 'ended';
export type Visibility = 'public' | 'private';

/** Readers follow `public`; editors follow `desk`, which also carries what readers must not see. */
export type Edition = 'public' | 'desk';

/**
 * The header of a story. Its entries travel beside it, never inside it, so that publishing an entry leaves the
 * header untouched. Times are ISO 8601 in UTC with milliseconds (`2026-03-01T09:30:00.000Z`).
 */
export interface Story {
  /** `[a-z0-9]` words joined by `-`, at most 80 characters; never changes. */
  readonly slug: string;
  readonly headline: string;
  readonly standfirst?: string;
  readonly kicker?: string;
  /** BCP 47; the writing direction follows from it. */
  readonly language: string;
  readonly status: StoryStatus;
  readonly visibility: Visibility;
  readonly picture?: Picture;
  readonly keyPoints: readonly KeyPoint[];
  /** Entry ids, newest pin first. */
  readonly pinned: readonly string[];
  readonly coverageStart: string;
  readonly coverageEnd?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** 1 at creation, +1 with each change of the header. */
  readonly version: number;
}

export interface KeyPoint {
  readonly text: string;
  readonly entryId?: string;
}

/** The header as the desk sees it. */
export interface DeskStory extends Story {
  /** Ids of the members to whom the story's desk is restricted; admins always may. Absent: the whole desk. */
  readonly members?: readonly string[];
  readonly createdBy: Actor;
  readonly updatedBy: Actor;
}

/** Who did it. Desk edition only. */
export interface Actor {
  /** The API key behind the command, or the session. */
  readonly keyId: string;
  readonly name: string;
  /** The member behind a personal key or a session. */
  readonly memberId?: string;
}

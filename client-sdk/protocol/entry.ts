import type { Block } from './body.js';
import type { Actor } from './story.js';

export type EntryStatus = 'usable' | 'withheld' | 'canceled';
export type Verification = 'confirmed' | 'attributed' | 'unverified' | 'disputed';

/**
 * One update of a story as readers get it. `id` never changes, whatever is edited; `version` grows by one with
 * each change; `publishedAt` (then `id`) orders the display, newest first, so a late edit does not move an entry.
 */
export interface Entry {
  readonly id: string;
  readonly slug: string;
  readonly version: number;
  readonly status: 'usable';
  readonly headline?: string;
  readonly body: readonly Block[];
  /** 1 (flash) to 9, as the wires use it. */
  readonly urgency: number;
  /** The desk's explicit decision to alert. */
  readonly breaking: boolean;
  readonly keyEvent: boolean;
  readonly bylines: readonly Byline[];
  readonly sources: readonly Source[];
  readonly verification?: Verification;
  readonly relations: readonly Relation[];
  readonly located?: string;
  readonly tags: readonly string[];
  /** Shown to readers, newest first. */
  readonly corrections: readonly Correction[];
  readonly publishedAt: string;
  readonly updatedAt: string;
}

/**
 * What is left of a withdrawn entry: enough to remove its text wherever it is shown, and nothing else.
 * `withheld` may come back; `canceled` never does.
 */
export interface Tombstone {
  readonly id: string;
  readonly slug: string;
  readonly version: number;
  readonly status: 'withheld' | 'canceled';
  readonly notice?: Notice;
  readonly publishedAt: string;
  readonly updatedAt: string;
}

/** An entry's public form. Tell them apart by `status`. */
export type PublicEntry = Entry | Tombstone;

export interface Byline {
  readonly name: string;
  readonly role?: string;
  readonly url?: string;
}

export interface Source {
  readonly name: string;
  readonly role: 'agency' | 'official' | 'media' | 'witness' | 'social' | 'own';
  readonly via?: string;
  readonly url?: string;
}

export interface Relation {
  readonly rel: 'updates' | 'disputes' | 'repeats' | 'replaces';
  readonly entryId: string;
}

export interface Correction {
  readonly kind: 'corrected' | 'refiled' | 'withdrawn';
  /** What was wrong and what is right, for readers. */
  readonly text: string;
  readonly at: string;
  readonly fromVersion: number;
  readonly toVersion: number;
}

/** Told to readers in place of a withdrawn entry. */
export interface Notice {
  readonly text: string;
  readonly at: string;
}

/** The item of a wire that an entry was made of, in the version that it was last brought up to. */
export interface Origin {
  /** The item's `uri` (ninjs) or `guid` (NewsML-G2). */
  readonly guid: string;
  readonly version?: string;
  readonly versionCreated?: string;
  readonly pubStatus: EntryStatus;
  /** Digest of all that the item said: tells the same once more from something new. */
  readonly digest: string;
  /** The entry's version with which an item withdrew it: a withdrawal of another version is the desk's own. */
  readonly withdrew?: number;
}

/**
 * Where an entry stands on its way to readers. What is not `published` is in the desk edition alone; what is
 * published never goes back.
 */
export type Workflow = 'draft' | 'submitted' | 'scheduled' | 'published';

/** Said to whoever has the entry next, when it was submitted or sent back. */
export interface WorkflowNote {
  readonly text: string;
  readonly at: string;
  readonly by: Actor;
}

/** An entry as the desk sees it: all of its text in every status, and what readers must not see. */
export interface DeskEntry extends Omit<Entry, 'status'> {
  readonly status: EntryStatus;
  readonly notice?: Notice;
  readonly workflow: Workflow;
  /** Of the last step of the workflow; gone with the next one. */
  readonly workflowNote?: WorkflowNote;
  /** A note between editors. */
  readonly edNote?: string;
  /** On what is not published yet. */
  readonly publishAt?: string;
  /** On what is not published yet, and is not to be before then. */
  readonly embargoedUntil?: string;
  /** Absent on what the desk itself wrote. */
  readonly origin?: Origin;
  readonly createdBy: Actor;
  readonly updatedBy: Actor;
  /** Who wrote its words last, unlike who only moved it on; absent where an earlier version of the server did not tell. */
  readonly writtenBy?: Actor;
}

import type { DeskEditor, EditingRequest } from './audience.js';
import type { CatchUp, Change } from './change.js';
import type { WireError } from './errors.js';
import type { Position } from './position.js';
import type { Edition } from './story.js';

export interface JoinRequest {
  /** A story's slug or `@breaking`. */
  readonly slug: string;
  /** Where the reader stands; absent asks for a fresh snapshot. */
  readonly position?: Position;
  /** Entries of the first page, 1–200 (default 30). Matters on a reset only. */
  readonly limit?: number;
  readonly edition?: Edition;
  /** Key or signed token for this story; the handshake's `auth.token` stands in when absent. */
  readonly token?: string;
}

/**
 * Answer to a join: what changed since the position, or a snapshot with `reset: true`. The server entered the
 * room before it read, so changes may arrive before this answer: hold them, then take those with `seq` beyond
 * `position.seq`.
 */
export interface Joined extends CatchUp {
  readonly ok: true;
  /** Readers of the story on this instance, where the server tells. */
  readonly audience?: number;
  /** Present: the server asks this reader to confirm with `story:seen` what it has applied. */
  readonly sampled?: true;
}

export interface Refused {
  readonly ok: false;
  readonly error: WireError;
}

export type JoinAnswer = Joined | Refused;

export interface LeaveRequest {
  readonly slug: string;
  readonly edition?: Edition;
}

/** Confirms everything up to a position. */
export interface SeenRequest {
  readonly slug: string;
  /** Absent: the reader holds changes back until it has what comes before them. */
  readonly position?: Position | undefined;
}

export interface Goaway {
  /** Milliseconds within which to reconnect; pick a random moment. */
  readonly reconnectWithinMs: number;
  /** Present when readers are to go on by polling instead. */
  readonly use?: 'poll';
}

export interface ClientToServerEvents {
  'story:join': (request: JoinRequest, ack: (answer: JoinAnswer) => void) => void;
  'story:leave': (request: LeaveRequest) => void;
  /** From sampled readers, after they have applied a change. */
  'story:seen': (request: SeenRequest) => void;
  /** Tells the desk which entry this socket’s user edits. Needs a story joined in the desk edition. */
  'desk:editing': (request: EditingRequest) => void;
}

export interface ServerToClientEvents {
  'story:change': (slug: string, change: Change) => void;
  /** The server can no longer vouch for what it sent: join again without trusting the stream so far. */
  'story:reset': (slug: string) => void;
  'server:goaway': (goaway: Goaway) => void;
  /** All who edit entries of a story, oldest first. To those who follow its desk edition. */
  'desk:presence': (slug: string, editors: readonly DeskEditor[]) => void;
}

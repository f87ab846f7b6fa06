import type { DeskEntry } from '@slugline/client/protocol';
import type { EntryDraft } from './entry-draft.js';
import type { CorrectionText } from './writing.js';

/** Something that an editor had done, on its way to the server. It is sent until the server has said what became of it. */
export interface Command {
  /** Its name for the server (`Idempotency-Key`): sent twice, it is done once. */
  readonly id: string;
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** The version that the editor saw. */
  readonly ifMatch?: number;
  /** What it does, as the editor would say it: `Publish “Crews reach the quay”`. */
  readonly says: string;
  readonly slug: string;
  /** The entry that it changes; absent where it makes one. */
  readonly entryId?: string;
  /** What was written, should it have to be written again, and of which form of the entry. */
  readonly draft?: EntryDraft;
  readonly base?: DeskEntry;
  /** What readers were to be told with it. */
  readonly correction?: CorrectionText;
  /** The command without which this one makes no sense. */
  readonly after?: string;
  /** Milliseconds since 1970 at which it was given. */
  readonly at: number;
  /** Whether it may have reached the server. Then only the server's answer tells whether it was done. */
  readonly tried: boolean;
  /** Why the server will not do it: it is the editor's turn. */
  readonly refusal?: Refusal;
}

interface Refusal {
  readonly code: string;
  readonly text: string;
}

/** What a part of the console says to have something done; the rest is the outbox's. */
export type Order = Pick<Command, 'method' | 'path' | 'says' | 'slug'> &
  Partial<Pick<Command, 'body' | 'ifMatch' | 'entryId' | 'draft' | 'base' | 'correction' | 'after'>> &
  // Of what was sent before it came here, and was not answered.
  Partial<Pick<Command, 'id' | 'tried'>>;

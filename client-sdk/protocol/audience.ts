/** Readers, told apart by the way on which they follow. */
export interface ByTransport {
  readonly socket: number;
  readonly sse: number;
  /** Those whose poll waits at this moment. */
  readonly poll: number;
}

/** How far one version of an entry came. */
export interface EntryReach {
  readonly entryId: string;
  readonly version: number;
  /** When it was committed. */
  readonly at: string;
  /** Readers to whom it was handed as it happened. Whoever opens the story later has it too, and is not counted. */
  readonly reached: number;
  /** Sampled readers who were asked to confirm it, and those of them who did. */
  readonly asked: number;
  readonly confirmed: number;
  /**
   * Milliseconds from the command until confirmations were back, as the server saw it: the way to the reader's screen
   * and the way back. Half are within `p50Ms`, 95 of 100 within `p95Ms`. Absent: nobody has confirmed yet.
   */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

/** Who follows a story's public edition now, on all instances, and how far its newest changes came. */
export interface Audience {
  readonly readers: number;
  readonly byTransport: ByTransport;
  /** Most readers first. An instance that is gone is gone from here within seconds. */
  readonly byInstance: readonly { readonly instance: string; readonly readers: number }[];
  /** Newest first, at most 30. */
  readonly entries: readonly EntryReach[];
  readonly at: string;
}

/** What became of a withdrawal at one of the streams that told it. */
export interface RecallReach {
  /** Who followed when it was told. */
  readonly there: ByTransport;
  /** Those of them to whom it was handed at once; the others were behind, and have it since or left. */
  readonly handed: ByTransport;
  /** Sampled readers who were asked to confirm that they dropped it, and those of them who did. */
  readonly asked: number;
  readonly confirmed: number;
}

/**
 * What became of an alert of the entry: `pending`: not yet looked at. `replacing`: those who were told are being told that
 * it is withdrawn. `replaced`: they were. `dropped`: nobody had been told, and nobody will be.
 */
export type AlertRecall = 'pending' | 'replacing' | 'replaced' | 'dropped';

/** What no server can know of a recall; see PROTOCOL.md. */
export type RecallUnknown = 'copies' | 'away' | 'unsampled' | 'fetched_feeds' | 'other_caches' | 'shown_alerts';

/** How far the newest withdrawal of an entry has come. */
export interface Recall {
  readonly entryId: string;
  /** The version that withdrew it. */
  readonly version: number;
  readonly status: 'withheld' | 'canceled';
  /** When it was withdrawn. */
  readonly at: string;
  /** `done`: nothing more is to be waited for. */
  readonly state: 'in_progress' | 'done';
  /** Who follow the story. Absent: that is no longer known, two hours after. */
  readonly readers?: RecallReach;
  /** Who follow `@breaking`; absent as well where the entry was not there. */
  readonly breaking?: RecallReach;
  readonly caches: {
    /** The latest moment at which an answer from before may be in a cache that does as our answers say. */
    readonly until: string;
  };
  /** Addresses that are answered without its text, and with what took its place where that is shown. */
  readonly replacedAt: readonly string[];
  /** Alerts that were made of it, by their topic: the story's slug or `@breaking`. */
  readonly alerts: readonly { readonly topic: string; readonly state: AlertRecall }[];
  readonly unknown: readonly RecallUnknown[];
}

/** Somebody who edits an entry. */
export interface DeskEditor {
  readonly memberId?: string;
  readonly name: string;
  readonly entryId: string;
  readonly since: string;
}

export interface EditingRequest {
  readonly slug: string;
  /** `null`: none any more. */
  readonly entryId: string | null;
}

import type { ErrorCode } from './protocol/errors.js';

/** What can go wrong on the reader's own side; the other codes are the server's (see `ERRORS`). */
export type LocalErrorCode =
  /** No answer, or none that a Slugline server gives. Tried again by itself. */
  | 'unreachable'
  /** A message that is not of the protocol's form. What it was to tell is fetched anew. */
  | 'malformed'
  /** A listener threw; `cause` is what it threw. The story goes on. */
  | 'listener_failed'
  /** The `token` function threw or rejected. Tried again by itself. */
  | 'token_failed'
  /** The storage threw or rejected. The story goes on and is not resumed after a reload. */
  | 'storage_failed';

/**
 * The one error of the SDK: payload of `error` events, and what `loadOlder()` rejects with. Branch on `code`,
 * never on `message`. A newer server may send codes that this version does not list.
 */
export class LiveError extends Error {
  override readonly name = 'LiveError';
  readonly code: ErrorCode | LocalErrorCode;
  /** Whether the same may succeed later without being changed. */
  readonly retryable: boolean;
  /** Milliseconds that the server asked to wait before another try; 0 where it did not ask. */
  readonly retryAfterMs: number;

  constructor(code: ErrorCode | LocalErrorCode, message: string, details: LiveErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? true;
    this.retryAfterMs = details.retryAfterMs ?? 0;
  }
}

interface LiveErrorDetails {
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

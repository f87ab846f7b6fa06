import {
  type DeskEntry,
  type DeskStory,
  ERRORS,
  type ErrorCode,
  type FieldError,
  type RateLimitName,
  type WireError,
} from '@slugline/client/protocol';

/** Whether an answer of this status tells of something wrong here. 501 does not: it is for who asks for what we do not have. */
export function isOurFault(status: number): boolean {
  return status >= 500 && status !== 501;
}

/** What an error carries besides its code, for the caller to act on. */
export interface FailureDetails {
  /** Each field that was wrong (`invalid_input`). */
  readonly errors?: readonly FieldError[];
  /** Where the object stands now (`version_conflict`). */
  readonly currentVersion?: number;
  /** The object that moved, for who may see the desk edition (`version_conflict`). */
  readonly current?: DeskEntry | DeskStory;
  /** Which limit was used up (`too_many_requests`). */
  readonly limit?: RateLimitName;
  /** Seconds until another try makes sense, sent as `Retry-After` and to sockets as `retryAfterMs`. */
  readonly retryAfterSeconds?: number;
  /** What went wrong underneath; logged, never sent. */
  readonly cause?: unknown;
}

/**
 * The one error that the parts of the server throw on purpose. Its code is of the public registry, so no layer
 * translates between vocabularies and nobody branches on a message. Anything else that is thrown is a defect and
 * leaves as `internal`.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: ErrorCode;
  readonly details: FailureDetails;

  constructor(code: ErrorCode, message?: string, details: FailureDetails = {}) {
    super(message ?? ERRORS[code].meaning, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}

export function isFailure(error: unknown, code?: ErrorCode): error is Failure {
  return error instanceof Failure && (code === undefined || error.code === code);
}

/** The form in which an error may leave: an unforeseen one keeps its message to itself. */
export function toWireError(error: unknown): WireError {
  const failure = error instanceof Failure ? error : new Failure('internal');
  const { limit, retryAfterSeconds } = failure.details;
  return {
    code: failure.code,
    message: failure.message,
    retryable: ERRORS[failure.code].retryable,
    ...(limit === undefined ? {} : { limit }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1_000 }),
  };
}

import { LiveError } from '../live-error.js';
import type { ErrorCode } from '../protocol/errors.js';
import { isFields } from '../story/guards.js';
import type { Loss } from './transport.js';

/** Milliseconds; bounds what an answer may ask us to wait. */
const LONGEST_ASKED_MS = 3_600_000;

export function unreachable(message: string, cause?: unknown): LiveError {
  return new LiveError('unreachable', message, { cause });
}

/** A failure of the reader's own side or of the link says nothing of what the server would have answered. */
export function lossOf(error: unknown): Loss {
  const known = error instanceof LiveError ? error : unreachable('The connection broke.', error);
  return { why: known.code === 'unreachable' ? 'link' : 'answer', error: known };
}

/**
 * Reads what the server says of an error, in problem+json and in socket acks alike; `undefined` when this is not
 * how Slugline speaks.
 *
 * @param retryAfter the header, in seconds; an ack says it in its error.
 */
export function readError(value: unknown, retryAfter?: string | null): LiveError | undefined {
  if (!isFields(value) || typeof value.code !== 'string' || typeof value.retryable !== 'boolean') return undefined;
  const message = value.detail ?? value.message;
  const asked = retryAfter == null ? Number(value.retryAfterMs) : Number(retryAfter) * 1000;
  const retryAfterMs = asked > 0 ? Math.min(asked, LONGEST_ASKED_MS) : 0;
  return new LiveError(value.code as ErrorCode, typeof message === 'string' ? message : value.code, {
    retryable: value.retryable,
    retryAfterMs,
  });
}

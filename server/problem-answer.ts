import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERRORS, type Problem } from '@slugline/client/protocol';
import type { Failure } from './errors.js';

/** An error as an HTTP answer, for every door of this server: RFC 9457 problem details with the registry's `code`. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Seconds after which a retryable request may come back where nobody knows better. */
const RETRY_AFTER = 1;

/** @param requestId where the request was given one. */
export function problemAnswer({ code, message, details }: Failure, requestId?: string): ProblemAnswer {
  const { status, retryable, meaning } = ERRORS[code];
  const {
    errors,
    currentVersion,
    current,
    limit,
    retryAfterSeconds = status === 503 ? RETRY_AFTER : undefined,
  } = details;
  const problem: Problem = {
    type: `urn:slugline:error:${code}`,
    title: meaning,
    status,
    code,
    detail: message,
    retryable,
    ...(requestId === undefined ? {} : { requestId }),
    ...(errors === undefined ? {} : { errors }),
    ...(currentVersion === undefined ? {} : { currentVersion }),
    ...(current === undefined ? {} : { current }),
    ...(limit === undefined ? {} : { limit }),
  };
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    // A cached "not found" would hide the story that was created a moment later.
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(requestId === undefined ? {} : { 'X-Request-Id': requestId }),
    ...(code === 'unauthenticated' ? { 'WWW-Authenticate': 'Bearer realm="slugline"' } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
  };
  return { status, headers, body };
}

/** Answers on a link for which there is no response object, and ends it: nothing that follows on it will be read. */
export function endWithProblem(link: Duplex, { status, headers, body }: ProblemAnswer): void {
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  link.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () => link.destroy());
}

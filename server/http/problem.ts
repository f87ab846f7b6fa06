import { ERRORS, LIMITS, type Problem } from '@slugline/client/protocol';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { Failure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { requestIdOf } from '../request-log.js';
import { invalidInput } from '../story/input-errors.js';

export const PROBLEM_TYPE = 'application/problem+json';

/** Seconds after which a retryable request may come back where nobody knows better. */
const RETRY_AFTER = 1;

/**
 * The one place where an error becomes an HTTP answer: RFC 9457 problem details with the registry's `code`.
 * Mounted last, for every door of this server that speaks HTTP.
 */
export function problemHandler({ logger, metrics }: { logger: Logger; metrics: Metrics }): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    const failure = toFailure(error);
    const { status } = ERRORS[failure.code];
    metrics.rejections.inc({ code: failure.code });
    if (status >= 500) logger.error({ err: error, requestId: requestIdOf(res), code: failure.code }, 'request failed');
    // The answer is under way: all that is left to say is that it will not be whole.
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const { retryAfterSeconds } = failure.details;
    if (failure.code === 'unauthenticated') res.set('WWW-Authenticate', 'Bearer realm="slugline"');
    if (retryAfterSeconds !== undefined || status === 503) {
      res.set('Retry-After', String(retryAfterSeconds ?? RETRY_AFTER));
    }
    // The rest of an oversized body is not worth reading.
    if (failure.code === 'body_too_large') res.set('Connection', 'close');
    // A cached "not found" would hide the story that was created a moment later.
    res.set('Cache-Control', 'no-store').removeHeader('ETag');
    res
      .status(status)
      .type(PROBLEM_TYPE)
      .send(problemText(failure, requestIdOf(res)));
  };
}

/** The body of an error's answer. */
export function problemText({ code, message, details }: Failure, requestId: string): string {
  const { status, retryable, meaning } = ERRORS[code];
  const { errors, currentVersion, limit } = details;
  const problem: Problem = {
    type: `urn:slugline:error:${code}`,
    title: meaning,
    status,
    code,
    detail: message,
    retryable,
    requestId,
    ...(errors === undefined ? {} : { errors }),
    ...(currentVersion === undefined ? {} : { currentVersion }),
    ...(limit === undefined ? {} : { limit }),
  };
  return JSON.stringify(problem);
}

/** For every path that no route took. */
export const routeNotFound: RequestHandler = (req) => {
  throw new Failure('route_not_found', `There is nothing at ${req.method} ${req.path}.`);
};

/** For the methods that a path does not have. Goes last on its route. */
export function methodNotAllowed(...allowed: readonly string[]): RequestHandler {
  const allow = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return (req, res) => {
    res.set('Allow', allow);
    throw new Failure('method_not_allowed', `${req.method} is not possible here; ${allow} are.`);
  };
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof URIError) return invalidInput([{ field: 'path', message: 'is not valid percent-encoding' }]);
  if (!(error instanceof Error)) return new Failure('internal', undefined, { cause: error });
  // Errors of body-parser and its kin tell themselves apart by `type`, and a client's fault by `status`.
  const { type, status } = error as Error & { type?: unknown; status?: unknown };
  switch (type) {
    case 'entity.parse.failed':
      return new Failure('invalid_json', undefined, { cause: error });
    case 'entity.too.large':
      return new Failure('body_too_large', `The request body is larger than ${LIMITS.requestBytes} bytes.`);
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new Failure('unsupported_media_type', 'The body must be UTF-8, plain or as gzip, deflate or br.');
    default:
      if (typeof status !== 'number' || status < 400 || status > 499) {
        return new Failure('internal', undefined, { cause: error });
      }
      return invalidInput([
        { field: 'request', message: 'did not arrive whole, or not in the form its headers promise' },
      ]);
  }
}

import { ERRORS, LIMITS } from '@slugline/client/protocol';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { Failure, isOurFault } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { problemAnswer } from '../problem-answer.js';
import { requestIdOf } from '../request-log.js';
import { invalidInput } from '../story/input-errors.js';

/** Where errors of the routes become answers. Mounted last. */
export function problemHandler({ logger, metrics }: { logger: Logger; metrics: Metrics }): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    const failure = toFailure(error);
    const { status } = ERRORS[failure.code];
    metrics.rejections.inc({ code: failure.code });
    if (isOurFault(status))
      logger.error({ err: error, requestId: requestIdOf(res), code: failure.code }, 'request failed');
    // The answer is under way: all that is left to say is that it will not be whole.
    if (res.headersSent) {
      res.destroy();
      return;
    }
    // The rest of an oversized body is not worth reading.
    if (failure.code === 'body_too_large' || failure.code === 'picture_too_large') res.set('Connection', 'close');
    const { headers, body } = problemAnswer(failure, requestIdOf(res));
    res.removeHeader('ETag');
    res.status(status).set(headers).end(body);
  };
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

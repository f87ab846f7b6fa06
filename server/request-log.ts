import { isIP } from 'node:net';
import type { NextFunction, Request, Response } from 'express';
import { nanoid } from 'nanoid';
import { isOurFault } from './errors.js';
import type { Logger } from './logger.js';

/** An id that a proxy gave, short and harmless enough to be repeated in a header and a log. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,64}$/;
const TOKEN_IN_URL = /([?&]token=)[^&#]*/gi;
/** What a browser brings back from the sign-in service: codes that are good once, and whatever else it says. */
const BROUGHT_BACK = /(\/sign-in\/oidc\/callback\?).*/i;
/** Probes and scrapes come every few seconds and say nothing. */
const QUIET: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Gives each request an id (the proxy's, where it sent a sound one) and logs its end. What is logged of a request
 * is picked, never everything less something: no header is among it, and a token in the URL is taken out, as is
 * what comes back from a sign-in service.
 *
 * Nothing is made per request but the one line: pino-http binds a logger of its own to each, which was a fifth of
 * what a publish costs.
 */
export function requestLog(logger: Logger): (req: Request, res: Response, next: NextFunction) => void {
  return function logRequest(req, res, next) {
    const given = req.get('x-request-id');
    const id = given !== undefined && REQUEST_ID.test(given) ? given : nanoid();
    res.locals.requestId = id;
    res.setHeader('X-Request-Id', id);
    if (!QUIET.has(req.url)) logEnd(logger, id, req, res);
    next();
  };
}

/** The id that the request's answer and its log line bear. */
export function requestIdOf(res: Response): string {
  return String(res.locals.requestId);
}

function logEnd(logger: Logger, id: string, { method, originalUrl, ip }: Request, res: Response): void {
  const begun = performance.now();
  res.once('close', () => {
    const { statusCode, writableFinished } = res;
    const level = isOurFault(statusCode) ? 'error' : 'info';
    if (!logger.isLevelEnabled(level)) return;
    const url = originalUrl.replaceAll(TOKEN_IN_URL, '$1[redacted]').replace(BROUGHT_BACK, '$1[redacted]');
    // Behind a proxy it is what a reader wrote into X-Forwarded-For, where the proxy passes that on.
    const remoteAddress = ip !== undefined && isIP(ip) !== 0 ? ip : 'unknown';
    const req = { id, method, url, remoteAddress };
    const responseTime = Math.round(performance.now() - begun);
    logger[level](
      { req, res: { statusCode }, responseTime },
      writableFinished ? 'request completed' : 'request aborted',
    );
  });
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { nanoid } from 'nanoid';
import { type HttpLogger, pinoHttp } from 'pino-http';
import type { Logger } from './logger.js';

/** An id that a proxy gave, short and harmless enough to be repeated in a header and a log. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,64}$/;
const TOKEN_IN_URL = /([?&]token=)[^&#]*/gi;
/** Probes and scrapes come every few seconds and say nothing. */
const QUIET: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Gives each request an id (the proxy's, where it sent a sound one) and logs its end. What is logged of a request
 * is picked, never everything less something: no header is among it, and a token in the URL is taken out.
 */
export function requestLog(logger: Logger): HttpLogger {
  return pinoHttp<IncomingMessage, ServerResponse>({
    logger,
    genReqId(req, res) {
      const given = req.headers['x-request-id'];
      const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : nanoid();
      res.setHeader('X-Request-Id', id);
      return id;
    },
    autoLogging: { ignore: (req) => QUIET.has(req.url ?? '') },
    customLogLevel: (_req, res) => (res.statusCode >= 500 ? 'error' : 'info'),
    wrapSerializers: false,
    serializers: {
      req: (req: IncomingMessage) => ({
        id: req.id,
        method: req.method,
        url: (req.url ?? '').replaceAll(TOKEN_IN_URL, '$1[redacted]'),
        remoteAddress: req.socket.remoteAddress,
      }),
      res: (res: ServerResponse) => ({ statusCode: res.statusCode }),
    },
  });
}

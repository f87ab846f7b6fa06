import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import { ERRORS } from '@slugline/client/protocol';
import { nanoid } from 'nanoid';
import { Failure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { invalidInput } from '../story/input-errors.js';
import { PROBLEM_TYPE, problemText } from './problem.js';

/**
 * Answers what Node cannot read as a request, which no route ever sees: a problem like any other, and the end of the
 * connection, since nobody can tell where the next request on it would begin.
 *
 * An answer is given only where it cannot be taken for the answer to another request: when nothing is under way on
 * the connection, or when the request under way is the one whose own body cannot be read.
 */
export function answerMalformedRequests(server: Server, { logger, metrics }: { logger: Logger; metrics: Metrics }) {
  const latest = new WeakMap<Socket, ServerResponse<IncomingMessage>>();
  server.on('request', (req, res) => latest.set(req.socket, res));

  server.on('clientError', (error: NodeJS.ErrnoException, link) => {
    const failure = failureOf(error.code ?? '');
    if (failure === undefined || !(link instanceof Socket) || !link.writable) {
      link.destroy();
      return;
    }
    const requestId = nanoid();
    metrics.rejections.inc({ code: failure.code });
    logger.info({ requestId, code: failure.code, reason: error.code, remoteAddress: link.remoteAddress }, 'unreadable');
    const { status } = ERRORS[failure.code];
    const body = problemText(failure, requestId);
    const headers = {
      'Content-Type': `${PROBLEM_TYPE}; charset=utf-8`,
      'Content-Length': String(Buffer.byteLength(body)),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': requestId,
      Connection: 'close',
    };
    const underWay = latest.get(link);
    if (underWay === undefined || underWay.writableFinished) {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      link.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () => link.destroy());
    } else if (!underWay.headersSent && !underWay.req.complete) {
      // In its turn, behind the answers to the requests before it.
      underWay.writeHead(status, headers).end(body);
    } else {
      link.destroy();
    }
  });
}

/** `undefined` for what is no request at all, such as a link that broke. */
function failureOf(code: string): Failure | undefined {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Failure('headers_too_large');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Failure('body_too_large', 'The chunks of the body carry more extensions than may be.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Failure('request_timeout');
    default:
      if (!code.startsWith('HPE_')) return undefined;
      return invalidInput([{ field: 'request', message: 'must be an HTTP/1.1 request, and is none that can be read' }]);
  }
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { nanoid } from 'nanoid';
import { Failure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { endWithProblem, problemAnswer } from '../problem-answer.js';
import { invalidInput } from '../story/input-errors.js';

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
    // Who never said a word has asked nothing: browsers open connections ahead of their requests, and would take a
    // refusal for the answer to the first one.
    if (failure === undefined || !(link instanceof Socket) || !link.writable || link.bytesRead === 0) {
      link.destroy();
      return;
    }
    const requestId = nanoid();
    metrics.rejections.inc({ code: failure.code });
    logger.info({ requestId, code: failure.code, reason: error.code, remoteAddress: link.remoteAddress }, 'unreadable');
    const answer = problemAnswer(failure, requestId);
    const underWay = latest.get(link);
    if (underWay === undefined || (underWay.writableFinished && underWay.req.complete)) {
      endWithProblem(link, answer);
    } else if (!underWay.headersSent && !underWay.req.complete) {
      // In its turn, behind the answers to the requests before it.
      underWay.writeHead(answer.status, { ...answer.headers, Connection: 'close' }).end(answer.body);
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

import { type IncomingMessage, ServerResponse } from 'node:http';
import { Failure, isFailure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { endWithProblem, problemAnswer } from '../problem-answer.js';
import { invalidInput } from '../story/input-errors.js';
import type { Admission } from './admission.js';

/** What of engine.io's server is needed. Its own `allowRequest` knows no status but 400 and 403, and no headers. */
interface Engine {
  use(middleware: (request: IncomingMessage, response: unknown, next: () => void) => void): unknown;
  on(event: 'connection', listener: (connection: EngineConnection) => void): unknown;
}

/** A connection from its handshake on: one WebSocket, or one session of long polls. */
interface EngineConnection {
  readonly transport: { readonly name: string };
  readonly request: IncomingMessage | null;
  once(event: 'close', listener: () => void): unknown;
}

interface HandshakeParts {
  readonly admission: Admission;
  /** Rejects or throws a Failure for who is to stay out. */
  readonly check: (request: IncomingMessage) => void | Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Stands before every handshake of Engine.IO: checks it, gives it a place, and answers who gets none like any other
 * door does, on a request for an upgrade too. What a session sends later passes, if only by a method that it has: it is
 * inside.
 */
export function guardHandshakes(engine: Engine, { admission, check, logger, metrics }: HandshakeParts): void {
  const { connections, addressOf } = admission;

  engine.use((request, response, next) => {
    if (!isOfSession(request)) {
      admit(request, response, next).catch((error: unknown) => logger.error({ err: error }, 'a handshake failed'));
    } else if (request.method === 'GET' || request.method === 'POST') {
      next();
    } else {
      // Engine.IO would call it an error of the server.
      if (response instanceof ServerResponse) response.setHeader('Allow', 'GET, POST');
      refuse(request, response, new Failure('method_not_allowed'));
    }
  });

  async function admit(request: IncomingMessage, response: unknown, next: () => void): Promise<void> {
    const link = request.socket;
    const isUpgrade = !(response instanceof ServerResponse);
    // Node left the link to us: one that breaks while it is checked would end the process.
    if (isUpgrade) link.on('error', ignore);
    try {
      refuseScripts(request);
      await check(request);
      admission.requireOpen();
      if (link.destroyed) return;
      connections.take(isUpgrade ? link : request, addressOf(request));
    } catch (error) {
      refuse(request, response, error);
      return;
    }
    // A WebSocket has its place for as long as its link is there, whatever became of the handshake. A session of polls
    // is handed the place; until then its first request has it.
    if (isUpgrade) link.once('close', freeLink);
    else response.once('close', () => connections.free(request));
    next();
  }

  /** One function for all: they are many, and find themselves by `this`. */
  function freeLink(this: object): void {
    connections.free(this);
  }

  engine.on('connection', (connection) => {
    const { request, transport } = connection;
    if (request !== null && transport.name === 'polling') {
      connections.hand(request, connection);
      connection.once('close', () => connections.free(connection));
    }
  });

  function refuse(request: IncomingMessage, response: unknown, error: unknown): void {
    const failure = isFailure(error) ? error : new Failure('internal', undefined, { cause: error });
    metrics.rejections.inc({ code: failure.code });
    if (failure !== error) logger.error({ err: error }, 'a handshake failed');
    const answer = problemAnswer(failure);
    if (response instanceof ServerResponse) response.writeHead(answer.status, answer.headers).end(answer.body);
    else endWithProblem(request.socket, answer);
  }
}

/** As engine.io itself decides it. */
function isOfSession(request: IncomingMessage): boolean {
  return Boolean(Reflect.get(queryOf(request), 'sid'));
}

/**
 * Engine.IO would give a session's answers as scripts (JSONP) to who asks for it. Pages load scripts from anywhere, without
 * a word of their origin: those that are not allowed would read by them what they may not.
 */
function refuseScripts(request: IncomingMessage): void {
  if (Reflect.has(queryOf(request), 'j')) throw invalidInput([{ field: '?j', message: 'is not taken here' }]);
}

/** As engine.io has read it before. */
function queryOf(request: IncomingMessage): object {
  const query: unknown = Reflect.get(request, '_query');
  if (typeof query !== 'object' || query === null) throw new Error('engine.io is of a version that is not known');
  return query;
}

function ignore(): void {}

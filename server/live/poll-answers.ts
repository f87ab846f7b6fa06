import type { ServerResponse } from 'node:http';

/**
 * Milliseconds without progress after which the last answer of a session that is over is given up. Nothing else
 * would end it: the session's own heartbeat is no more.
 */
const TAKE_WITHIN = 10_000;

/** By Engine.IO connection: the answer to its last poll. */
const lastAnswers = new WeakMap<object, ServerResponse>();

/** What engine.io's server has beside its published types. Checked once. */
interface PollServer {
  readonly clients: Readonly<Record<string, PollConnection | undefined>>;
  use(middleware: (request: PollRequest, response: ServerResponse, next: (error?: Error) => void) => void): unknown;
}

interface PollConnection {
  close(discard: boolean): unknown;
  once(event: 'close', listener: () => void): unknown;
}

interface PollRequest {
  readonly method?: string;
  readonly _query?: { readonly sid?: string; readonly transport?: string };
}

/**
 * Keeps the answer to each session's last poll at hand. Engine.IO forgets an answer once it is written, also when the
 * reader takes none of it; it is then the place where most waits for such a reader. A second poll before the last
 * answer was taken, which no client that reads can make, ends the session: else every poll could leave one behind.
 */
export function watchPollAnswers(engine: object): void {
  if (!isPollServer(engine)) throw new Error('engine.io is of a version that the gateway does not know');
  engine.use((request, response, next) => {
    const { sid, transport } = request._query ?? {};
    const connection = sid === undefined || !Object.hasOwn(engine.clients, sid) ? undefined : engine.clients[sid];
    if (connection === undefined || request.method !== 'GET' || transport !== 'polling') {
      next();
      return;
    }
    const untaken = untakenAnswer(connection);
    if (untaken !== undefined) {
      untaken.destroy();
      connection.close(true);
      next(new Error('a poll came before the last answer was taken'));
      return;
    }
    if (!lastAnswers.has(connection)) connection.once('close', giveUp);
    lastAnswers.set(connection, response);
    next();
  });
}

/** The answer to the connection's last poll, from when it is given until all of it is on its way to the reader. */
export function untakenAnswer(connection: object): ServerResponse | undefined {
  const answer = lastAnswers.get(connection);
  const isUntaken = answer?.writableEnded === true && !answer.writableFinished && !answer.destroyed;
  return isUntaken ? answer : undefined;
}

function giveUp(this: object): void {
  const answer = untakenAnswer(this);
  answer?.setTimeout(TAKE_WITHIN, () => answer.destroy());
}

function isPollServer(engine: object): engine is PollServer {
  return (
    'clients' in engine &&
    typeof engine.clients === 'object' &&
    engine.clients !== null &&
    'use' in engine &&
    typeof engine.use === 'function'
  );
}

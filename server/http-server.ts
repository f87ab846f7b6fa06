import http, { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionTimes } from './connection-times.js';
import { OfferingRequest } from './upgrade-requests.js';

/** Bytes of a request's line and headers. Node's own bound, which an operator's `NODE_OPTIONS` could move. */
const HEADER_BYTES = 16 * 1024;
/**
 * Requests under way on one connection. Who sends more before the answers to the first ones came is cut off: Node would
 * begin a thousand at once, as many as fit into what it reads at a time, and hold all their answers.
 */
const UNDER_WAY_MOST = 8;
/** Milliseconds that requests under way get to finish at the end. */
const GRACE = 5_000;

export interface HttpServerParts {
  readonly app: RequestListener;
  readonly times: ConnectionTimes;
  /** Called when a connection was cut off for its requests. */
  readonly onCutOff: () => void;
}

/** An HTTP server whose connections all come to an end, whatever their clients do. */
export interface HttpServer {
  readonly server: Server;
  /**
   * Lets requests under way finish within a few seconds, then closes every connection: an idle one, or one that never
   * said a word, would stay open for as long as its client likes.
   */
  finish(): Promise<void>;
}

export function createHttpServer({ app, times, onCutOff }: HttpServerParts): HttpServer {
  const underWay = new UnderWay(onCutOff);
  const options = {
    headersTimeout: times.head,
    requestTimeout: times.head + times.request,
    keepAliveTimeout: times.idle,
    connectionsCheckingInterval: times.look,
    maxHeaderSize: HEADER_BYTES,
    IncomingMessage: OfferingRequest,
    // The one place that sees every request: Engine.IO takes its own off the list of listeners.
    ServerResponse: responseIn(underWay),
  };
  const server = http.createServer(options, (req, res) => {
    if (!req.socket.destroyed) app(req, res);
  });
  const timer = setInterval(() => underWay.dropUntaken(times.answer), times.look);
  timer.unref();
  const ended = new Promise<void>((resolve) => server.once('close', resolve));
  return {
    server,
    async finish() {
      clearInterval(timer);
      await withinGrace(underWay.allDone());
      server.closeAllConnections();
      await withinGrace(ended);
    },
  };
}

function responseIn(underWay: UnderWay) {
  return class<Request extends IncomingMessage> extends ServerResponse<Request> {
    constructor(request: Request) {
      super(request);
      underWay.add(this, request.socket);
    }
  };
}

/** The answers that are not yet handed over to the network. */
class UnderWay {
  readonly #onCutOff: () => void;
  readonly #responses = new Set<ServerResponse>();
  readonly #byLink = new WeakMap<Socket, Set<ServerResponse>>();
  /** Those of which bytes wait, and since when. */
  #waiting = new Map<ServerResponse, number>();
  #done = () => {};

  constructor(onCutOff: () => void) {
    this.#onCutOff = onCutOff;
  }

  add(response: ServerResponse, link: Socket): void {
    const ofLink = this.#responsesOf(link);
    if (ofLink.size >= UNDER_WAY_MOST) {
      if (!link.destroyed) this.#onCutOff();
      link.destroy();
      return;
    }
    ofLink.add(response);
    this.#responses.add(response);
    response.once('close', () => {
      ofLink.delete(response);
      this.#responses.delete(response);
      if (this.#responses.size === 0) this.#done();
    });
  }

  #responsesOf(link: Socket): Set<ServerResponse> {
    const known = this.#byLink.get(link);
    if (known !== undefined) return known;
    const responses = new Set<ServerResponse>();
    this.#byLink.set(link, responses);
    // Node tells the one whose turn it is of the end. Those behind it would wait for ever, and whoever serves them
    // would hold a place for nobody.
    link.once('close', () => {
      for (const response of responses) if (response.socket === null) response.destroy().emit('close');
    });
    return responses;
  }

  allDone(): Promise<void> {
    return new Promise((resolve) => {
      this.#done = resolve;
      if (this.#responses.size === 0) resolve();
    });
  }

  /**
   * Cuts off those whose answers were not taken in time. To be called now and then. Node has a time for silence only,
   * and who takes a byte every minute is never silent.
   *
   * @param withinMs milliseconds.
   */
  dropUntaken(withinMs: number): void {
    const now = performance.now();
    const still = new Map<ServerResponse, number>();
    for (const response of this.#responses) {
      if (!isWaiting(response)) continue;
      const since = this.#waiting.get(response) ?? now;
      if (now - since < withinMs) still.set(response, since);
      else response.destroy();
    }
    this.#waiting = still;
  }
}

/** Whether bytes of an answer wait for its reader. Those of a stream are the stream's business. */
function isWaiting(response: ServerResponse): boolean {
  if (response.writableLength === 0) return false;
  return !String(response.getHeader('content-type')).startsWith('text/event-stream');
}

async function withinGrace(event: Promise<void>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([event, delay(GRACE, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}

import { once } from 'node:events';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Socket as TcpSocket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Goaway, LIMITS, type ServerToClientEvents } from '@slugline/client/protocol';
import { type DefaultEventsMap, Server } from 'socket.io';
import type { Access, Caller } from '../access/access.js';
import type { OwnPages } from '../access/people/own-pages.js';
import { Failure } from '../errors.js';
import type { Limits } from '../limits/limits.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import type { Reach } from '../reach/reach.js';
import type { NoticeBoard } from '../store/notice-board.js';
import { requirePlainJson } from '../story/plain-json.js';
import type { Admission } from './admission.js';
import type { DrainedDoor } from './drain.js';
import { AnswerEncoder } from './encoded-answer.js';
import { endLinks } from './ended-links.js';
import { eventFrame, type Frame } from './fan-out.js';
import { Goaways, TO_POLLING } from './goaway.js';
import { guardHandshakes } from './handshakes.js';
import { closeIdle } from './idle-sockets.js';
import { OneSocketDecoder } from './one-socket.js';
import { watchPollAnswers } from './poll-answers.js';
import { Reader, type ReaderSocket, type SocketData, type UntrustedEvents } from './reader.js';
import type { SlowReaderLimits } from './slow-readers.js';
import { refusal, SocketDoor } from './socket-door.js';
import { SOCKET_TIMES, type SocketTimes } from './socket-times.js';
import type { StoryFeeds } from './story-feed.js';
import { boundPongs } from './unread-pongs.js';

export interface GatewayParts {
  readonly feeds: StoryFeeds;
  readonly access: Access;
  readonly limits: Limits;
  /** `*`, or origins as browsers send them. Pages of this server and clients that are no pages always may. */
  readonly allowedOrigins: '*' | readonly string[];
  /** Whose handshakes count as the member's whose cookie comes along; absent: nobody's. */
  readonly ownPages?: OwnPages;
  readonly admission: Admission;
  readonly slowReaders: SlowReaderLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly reach: Reach;
  /** On which instances tell each other who edits what. */
  readonly board: NoticeBoard;
  /** Milliseconds since 1970, by the store's clock. */
  readonly now: () => number;
  /** Where other times suit better than those of `SOCKET_TIMES`. */
  readonly times?: Partial<SocketTimes>;
}

export interface Gateway extends DrainedDoor {
  /** Ends all connections, whose readers were asked to come back elsewhere, now or before. The HTTP server stays. */
  close(): Promise<void>;
}

/** Milliseconds between two looks for credentials that ran out, and for sockets that follow nothing. */
const SWEEP = 2_000;
/** Milliseconds over which readers spread their return when this instance stops, and that their links get to close. */
const RETURN_WITHIN = 5_000;
const CLOSE_GRACE = 500;
const FETCH_TICK = 10;

/** Shared by all sockets that bring nothing. */
const ANONYMOUS: Caller = { kind: 'anonymous' };
/** What a socket keeps of its handshake once it is authenticated. */
const NO_HANDSHAKE = Object.freeze({});

/** What of engine.io's connection is looked at before it is a reader's. */
interface EngineConnection {
  request: IncomingMessage | null;
}

type GatewayServer = Server<UntrustedEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;

/** The Socket.IO door, on the path `/socket.io/` of an HTTP server. */
export function attachGateway(httpServer: HttpServer, parts: GatewayParts): Gateway {
  const { access, limits, admission, allowedOrigins, ownPages, slowReaders, logger, metrics } = parts;
  const times = { ...SOCKET_TIMES, ...parts.times };
  const { addressOf } = admission;
  let closing = false;

  const io: GatewayServer = new Server(httpServer, {
    serveClient: false,
    transports: ['polling', 'websocket'],
    perMessageDeflate: false,
    // The same for polls: compressing the same change anew for each reader costs more than it saves.
    httpCompression: false,
    maxHttpBufferSize: LIMITS.socketMessageBytes,
    pingInterval: times.ping,
    pingTimeout: times.pong,
    connectTimeout: times.connect,
    parser: { Encoder: AnswerEncoder, Decoder: OneSocketDecoder },
    cors: { origin: allowedOrigins === '*' ? '*' : [...allowedOrigins], exposedHeaders: ['Retry-After'] },
  });
  const check = (request: IncomingMessage) => {
    requireOrigin(request, allowedOrigins);
    limits.request(addressOf(request));
  };
  guardHandshakes(io.engine, { admission, check, logger, metrics });
  watchPollAnswers(io.engine);
  boundPongs(io.engine);
  endLinks(io.engine);
  const addresses = new WeakMap<object, string>();
  const cookies = new WeakMap<object, string>();
  io.engine.on('connection', (connection: EngineConnection) => {
    const { request } = connection;
    if (request !== null) {
      addresses.set(connection, addressOf(request));
      // Browsers send cookies with the handshakes of any page, so only those of our own count.
      const cookie = ownPages?.sent(request) === true ? ownPages.cookie.read(request) : undefined;
      if (cookie !== undefined) cookies.set(connection, cookie);
    }
    // Kept by engine.io for the life of the connection otherwise, headers and all.
    connection.request = null;
  });
  // Rooms are ours. Socket.IO's own, at least one for each socket, would only cost memory.
  io.sockets.adapter.addAll = () => undefined;

  const door = new SocketDoor(parts);

  io.use((socket, next) => {
    const { auth } = socket.handshake;
    Reflect.set(socket, 'handshake', NO_HANDSHAKE);
    const address = addresses.get(socket.conn) ?? '';
    const cookie = cookies.get(socket.conn);
    cookies.delete(socket.conn);
    authenticate(access, auth, address, cookie)
      .then((caller) => {
        socket.data.reader = new Reader(socket, caller, address, slowReaders.bytes);
        next();
      })
      .catch((error: unknown) => next(refusal(error, parts)));
  });

  // One function for all sockets, not one for each: they find their reader by `this`.
  io.on('connection', (socket) => {
    const { reader } = socket.data;
    if (reader === undefined) return;
    metrics.connections.inc({ transport: reader.transport });
    if (reader.transport === 'polling') socket.conn.once('upgrade', countUpgrade);
    socket.on('story:join', onJoin);
    socket.on('story:leave', onLeave);
    socket.on('story:seen', onSeen);
    socket.on('desk:editing', onEditing);
    socket.on('disconnect', onDisconnect);
    if (admission.isCrowded) {
      reader.push(toPolling);
      metrics.goaways.inc({ reason: 'crowd' });
    }
  });

  const toPolling = goawayFrame(TO_POLLING);
  const goaways = new Goaways<Reader>();

  function countUpgrade(): void {
    metrics.connections.dec({ transport: 'polling' });
    metrics.connections.inc({ transport: 'websocket' });
  }

  /** Socket.IO puts the acknowledgement last, however many arguments a reader sent. */
  function onJoin(this: ReaderSocket, ...sent: unknown[]): void {
    const { reader } = this.data;
    if (reader === undefined) return;
    const ack = typeof sent.at(-1) === 'function' ? sent.pop() : undefined;
    const request = sent.length === 1 ? sent[0] : undefined;
    door
      .join(reader, request, (answer) => {
        if (typeof ack === 'function') ack(answer);
      })
      .catch((error: unknown) => logger.error({ err: error }, 'a join could not be answered'));
  }

  function onLeave(this: ReaderSocket, request: unknown): void {
    if (this.data.reader !== undefined) door.leave(this.data.reader, request);
  }

  function onSeen(this: ReaderSocket, request: unknown): void {
    if (this.data.reader !== undefined) door.seen(this.data.reader, request);
  }

  function onEditing(this: ReaderSocket, request: unknown): void {
    if (this.data.reader !== undefined) door.editing(this.data.reader, request);
  }

  function onDisconnect(this: ReaderSocket): void {
    const { reader } = this.data;
    if (reader === undefined) return;
    metrics.connections.dec({ transport: reader.transport });
    door.forget(reader);
    // Who takes leave as a socket and keeps the connection would hold a place for nothing.
    this.conn.close();
  }

  /** Without asking them to agree: whoever holds a void credential may take their time over it. */
  function endVoid(): void {
    for (const reader of readersNow()) if (!access.isInForce(reader.caller)) reader.terminate();
  }
  const forgetRevocations = access.onRevoked(endVoid);
  const sweep = setInterval(() => {
    endVoid();
    closeIdle(readersNow(), times.idle);
  }, SWEEP);

  function* readersNow(): Iterable<Reader> {
    for (const { data } of io.sockets.sockets.values()) if (data.reader !== undefined) yield data.reader;
  }

  function askToGo(share: number, reconnectWithinMs: number): void {
    const chosen = goaways.choose(readersNow(), share, reconnectWithinMs);
    const frame = goawayFrame({ reconnectWithinMs });
    for (const reader of chosen) reader.push(frame);
    metrics.goaways.inc({ reason: 'drain' }, chosen.length);
  }

  return {
    get size() {
      return io.engine.clientsCount;
    },
    sendAway(share, withinMs) {
      askToGo(share, withinMs);
    },
    async close() {
      if (closing) return;
      closing = true;
      admission.shut();
      clearInterval(sweep);
      forgetRevocations();
      door.close();
      askToGo(1, RETURN_WITHIN);
      const left = [...readersNow()];
      await fetched(left);
      const links = new Set(left.flatMap(({ link }) => link ?? []));
      // Of those who never said what they want, too.
      for (const holder of admission.connections.holders()) if (holder instanceof TcpSocket) links.add(holder);
      io.engine.close();
      const closed = Promise.all(
        [...links].map((link) => link.destroyed || once(link, 'close').catch(() => undefined)),
      );
      await Promise.race([closed, delay(CLOSE_GRACE, undefined, { ref: false })]);
      for (const link of links) link.destroy();
    },
  };
}

/** Waits a moment for those who poll to fetch what they were told: a connection that ends takes it along. */
async function fetched(readers: readonly Reader[]): Promise<void> {
  const until = performance.now() + CLOSE_GRACE;
  while (readers.some((reader) => reader.isUnfetched) && performance.now() < until) await delay(FETCH_TICK);
}

async function authenticate(
  access: Access,
  auth: Readonly<Record<string, unknown>>,
  address: string,
  cookie: string | undefined,
): Promise<Caller> {
  requirePlainJson(auth);
  const { token } = auth;
  if (token === undefined) return (cookie === undefined ? undefined : await access.session(cookie)) ?? ANONYMOUS;
  if (typeof token !== 'string') throw access.refuse('auth.token must be a text.', address);
  return access.authenticate(token, address);
}

function goawayFrame(goaway: Goaway): Frame {
  return eventFrame('server:goaway', JSON.stringify(goaway));
}

function requireOrigin({ headers }: IncomingMessage, allowed: '*' | readonly string[]): void {
  const { origin, host } = headers;
  if (allowed === '*' || origin === undefined || allowed.includes(origin)) return;
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw new Failure('origin_forbidden');
}

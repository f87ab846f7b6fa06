import { once } from 'node:events';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Socket as TcpSocket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Goaway, LIMITS, type ServerToClientEvents } from '@slugline/client/protocol';
import { type DefaultEventsMap, Server } from 'socket.io';
import type { Access, Caller } from '../access/access.js';
import { Failure, isFailure, toWireError } from '../errors.js';
import type { Limits } from '../limits/limits.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { requirePlainJson } from '../story/plain-json.js';
import type { Admission } from './admission.js';
import { catchUpText } from './catch-up-text.js';
import type { DrainedDoor } from './drain.js';
import { answerParser, EncodedAnswer } from './encoded-answer.js';
import { eventFrame, type FanOut, type Frame, fanOut } from './fan-out.js';
import { Goaways, TO_POLLING } from './goaway.js';
import { guardHandshakes } from './handshakes.js';
import { closeIdle } from './idle-sockets.js';
import { forgetRoom, join, leave, leaveAll } from './join.js';
import { Reader, type ReaderSocket, type SocketData, type UntrustedEvents } from './reader.js';
import { type Room, Rooms } from './rooms.js';
import type { FeedChange, StoryFeeds } from './story-feed.js';

export interface GatewayParts {
  readonly feeds: StoryFeeds;
  readonly access: Access;
  readonly limits: Limits;
  /** `*`, or origins as browsers send them. Pages of this server and clients that are no pages always may. */
  readonly allowedOrigins: '*' | readonly string[];
  readonly admission: Admission;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds that a socket may follow nothing; by default what PROTOCOL.md says. */
  readonly idleMs?: number;
}

export interface Gateway extends DrainedDoor {
  /** Ends all connections, whose readers were asked to come back elsewhere, now or before. The HTTP server stays. */
  close(): Promise<void>;
}

/** Milliseconds. A dead link is noticed after the sum of the two at the latest. */
const PING_INTERVAL = LIMITS.heartbeatSeconds * 1000;
const PING_TIMEOUT = (LIMITS.silenceSeconds - LIMITS.heartbeatSeconds) * 1000;
/** Milliseconds for a connection to say that it wants anything at all. */
const CONNECT_TIMEOUT = 10_000;
/** Milliseconds between two looks for credentials that ran out, and for sockets that follow nothing. */
const SWEEP = 2_000;
/** Milliseconds between two looks whether a slow link has room for an answer. */
const ROOM_TICK = 100;
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
  const { access, limits, admission, allowedOrigins, logger, metrics, idleMs = LIMITS.idleSeconds * 1_000 } = parts;
  const { addressOf } = admission;
  let closing = false;

  const io: GatewayServer = new Server(httpServer, {
    serveClient: false,
    transports: ['polling', 'websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: LIMITS.socketMessageBytes,
    pingInterval: PING_INTERVAL,
    pingTimeout: PING_TIMEOUT,
    connectTimeout: CONNECT_TIMEOUT,
    parser: answerParser,
    cors: { origin: allowedOrigins === '*' ? '*' : [...allowedOrigins], exposedHeaders: ['Retry-After'] },
  });
  const check = (request: IncomingMessage) => {
    requireOrigin(request, allowedOrigins);
    limits.request(addressOf(request));
  };
  guardHandshakes(io.engine, { admission, check, logger, metrics });
  const addresses = new WeakMap<object, string>();
  io.engine.on('connection', (connection: EngineConnection) => {
    if (connection.request !== null) addresses.set(connection, addressOf(connection.request));
    // Kept by engine.io for the life of the connection otherwise, headers and all.
    connection.request = null;
  });
  // Rooms are ours. Socket.IO's own, at least one for each socket, would only cost memory.
  io.sockets.adapter.addAll = () => undefined;

  const rooms = new Rooms<Reader>(parts, {
    name: 'socket',
    change(room, change) {
      settle(fanOut(room.members.keys(), changeFrame(room, change)));
    },
    reset(room) {
      metrics.resets.inc({ door: 'socket' }, room.members.size);
      settle(fanOut(room.members.keys(), eventFrame('story:reset', JSON.stringify(room.slug))));
    },
    putOut(room, reader) {
      // Joining again will tell the reader why.
      forgetRoom(room, reader);
      settle(fanOut([reader], eventFrame('story:reset', JSON.stringify(room.slug))));
    },
  });

  function settle({ sent, cut }: FanOut): void {
    if (sent.websocket > 0) metrics.deliveries.inc({ transport: 'websocket' }, sent.websocket);
    if (sent.polling > 0) metrics.deliveries.inc({ transport: 'polling' }, sent.polling);
    // Their end is told a moment later; nothing more is to be tried until then.
    for (const reader of cut) leaveAll(rooms, reader);
    if (cut.length > 0) metrics.slowReaders.inc({ door: 'socket', outcome: 'closed' }, cut.length);
  }

  io.use((socket, next) => {
    const { auth } = socket.handshake;
    Reflect.set(socket, 'handshake', NO_HANDSHAKE);
    const address = addresses.get(socket.conn) ?? '';
    authenticate(access, auth, address)
      .then((caller) => {
        socket.data.reader = new Reader(socket, caller, address);
        next();
      })
      .catch((error: unknown) => next(refusal(error)));
  });

  // One function for all sockets, not one for each: they find their reader by `this`.
  io.on('connection', (socket) => {
    const { reader } = socket.data;
    if (reader === undefined) return;
    metrics.connections.inc({ transport: reader.transport });
    if (reader.transport === 'polling') socket.conn.once('upgrade', countUpgrade);
    socket.on('story:join', onJoin);
    socket.on('story:leave', onLeave);
    socket.on('disconnect', onDisconnect);
    if (admission.isCrowded) {
      reader.send(toPolling);
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
    answerJoin(reader, request, (answer) => {
      if (typeof ack === 'function') ack(answer);
    }).catch((error: unknown) => logger.error({ err: error }, 'a join could not be answered'));
  }

  function onLeave(this: ReaderSocket, request: unknown): void {
    if (this.data.reader !== undefined) leave(rooms, this.data.reader, request);
  }

  function onDisconnect(this: ReaderSocket): void {
    const { reader } = this.data;
    if (reader === undefined) return;
    metrics.connections.dec({ transport: reader.transport });
    leaveAll(rooms, reader);
  }

  async function answerJoin(reader: Reader, request: unknown, ack: (answer: unknown) => void): Promise<void> {
    reader.joining += 1;
    try {
      if (reader.joining > LIMITS.joinsPerSocket) {
        if (!reader.hasRoom()) return cutOff(reader);
        throw new Failure('too_many_joins');
      }
      limits.request(reader.address);
      const { catchUp, audience } = await join({ rooms, access }, reader, request);
      while (!reader.hasRoom()) await delay(ROOM_TICK);
      const text = `{"ok":true,"audience":${audience},${catchUpText(catchUp).slice(1)}`;
      reader.expect(text.length);
      ack(new EncodedAnswer(text));
      metrics.joins.inc({ result: catchUp.reset ? 'reset' : 'resumed' });
    } catch (error) {
      while (!reader.hasRoom()) await delay(ROOM_TICK);
      ack({ ok: false, error: refusal(error).data });
      metrics.joins.inc({ result: 'refused' });
    } finally {
      reader.joining -= 1;
    }
  }

  /** For a reader who asks and does not listen: refusals are short, but must not pile up without end either. */
  function cutOff(reader: Reader): void {
    // What had arrived before it was cut off is still read.
    if (reader.link?.destroyed === true) return;
    reader.terminate();
    settle({ sent: { websocket: 0, polling: 0 }, cut: [reader] });
  }

  function refusal(error: unknown): Error & { data: ReturnType<typeof toWireError> } {
    if (!isFailure(error)) logger.error({ err: error }, 'a socket request failed');
    const data = toWireError(error);
    metrics.rejections.inc({ code: data.code });
    return Object.assign(new Error(data.message), { data });
  }

  /** Without asking them to agree: whoever holds a void credential may take their time over it. */
  function endVoid(): void {
    for (const reader of readersNow()) if (!access.isInForce(reader.caller)) reader.terminate();
  }
  const forgetRevocations = access.onRevoked(endVoid);
  const sweep = setInterval(() => {
    endVoid();
    closeIdle(readersNow(), idleMs);
  }, SWEEP);

  function* readersNow(): Iterable<Reader> {
    for (const { data } of io.sockets.sockets.values()) if (data.reader !== undefined) yield data.reader;
  }

  function askToGo(share: number, reconnectWithinMs: number): void {
    const chosen = goaways.choose(readersNow(), share, reconnectWithinMs);
    fanOut(chosen, goawayFrame({ reconnectWithinMs }));
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
      rooms.close();
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

async function authenticate(access: Access, auth: Readonly<Record<string, unknown>>, address: string): Promise<Caller> {
  requirePlainJson(auth);
  const { token } = auth;
  if (token === undefined) return ANONYMOUS;
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

function changeFrame({ slug }: Room<Reader>, { json }: FeedChange): Frame {
  return eventFrame('story:change', JSON.stringify(slug), json);
}

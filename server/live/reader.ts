import { Socket as TcpSocket } from 'node:net';
import type { ServerToClientEvents } from '@slugline/client/protocol';
import type { DefaultEventsMap, Socket } from 'socket.io';
import type { Caller } from '../access/access.js';
import type { Frame } from './fan-out.js';
import type { Room } from './rooms.js';

/** What a reader sends is anything until it was read; see `join.ts`. */
export interface UntrustedEvents {
  'story:join': (...sent: unknown[]) => void;
  'story:leave': (request: unknown) => void;
}

export type ReaderSocket = Socket<UntrustedEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;

export interface SocketData {
  reader?: Reader;
}

export type TransportName = 'websocket' | 'polling';

/**
 * Bytes of changes that may wait for one reader, in all the places where they can wait. Past it the reader is
 * disconnected: it comes back with its position, and until then costs nothing. Stops stalled phones from filling
 * the memory; one that keeps up over a poor link never has a hundredth of it waiting.
 */
const BACKLOG_MOST = 1024 * 1024;
/** Bytes that may still wait when an answer is added. So at most one large answer waits, whatever was asked for. */
const ROOM_FOR_ANSWER = 256 * 1024;

/** Lists of rooms are replaced and not grown: one that grows takes memory for many at its first. */
const NOWHERE: readonly Room<Reader>[] = [];

const OPEN = 1;
const IDLE = 0;

/** What engine.io's connection has beside its published types. Checked once per connection. */
interface EngineConnection {
  readonly transport: { readonly name: string };
  /** Packets not yet handed to the transport. Replaced by another array whenever they are. */
  readonly writeBuffer: readonly { readonly data?: unknown }[];
  write(data: string, options: object): unknown;
  close(discard: boolean): unknown;
}

/** What `ws` has beside its published types. Checked once per transport. */
interface WebSocketInside {
  readonly readyState: number;
  readonly _socket: TcpSocket;
  /** `_state` tells of frames that are still being compressed or read and would be overtaken. */
  readonly _sender: { readonly _state: number };
}

/** One connected socket and what it follows. There are many of these: keep it small. */
export class Reader {
  readonly socket: ReaderSocket;
  /** Who made the connection. A join may come with a credential of its own. */
  readonly caller: Caller;
  /** Where it came from: what it does counts for all who come from there. */
  readonly address: string;
  rooms: readonly Room<Reader>[] = NOWHERE;
  /** Joins that have not been answered yet. */
  joining = 0;
  /** When it was first seen to follow nothing, in seconds of this process; 0 while it follows something. */
  idleSince = 0;
  readonly #engine: EngineConnection;
  /** An answer may be larger than all that may wait of changes; it must not count as falling behind. */
  #most = BACKLOG_MOST;
  #transport: object | undefined;
  #web: WebSocketInside | undefined;

  constructor(socket: ReaderSocket, caller: Caller, address: string) {
    const engine: unknown = socket.conn;
    if (!isEngineConnection(engine)) throw new Error('engine.io is of a version that the gateway does not know');
    this.socket = socket;
    this.caller = caller;
    this.address = address;
    this.#engine = engine;
  }

  get transport(): TransportName {
    return this.#engine.transport.name === 'websocket' ? 'websocket' : 'polling';
  }

  /**
   * Sends a frame after everything that was sent before: straight to the TCP socket when nothing waits in
   * engine.io, else through its queue. What engine.io already handed on was written to the same TCP socket before,
   * so the two ways cannot overtake each other.
   *
   * @returns false when the reader is too far behind and was disconnected instead.
   */
  send(frame: Frame): boolean {
    const engine = this.#engine;
    const web = this.#webSocket();
    if (web !== undefined && engine.writeBuffer.length === 0 && web._sender._state === IDLE) {
      const waiting = web._socket.writableLength;
      if (waiting > this.#most) return this.#cut();
      if (waiting === 0) this.#most = BACKLOG_MOST;
      web._socket.write(frame.bytes);
      return true;
    }
    if (this.#backlog() > this.#most) return this.#cut();
    engine.write(frame.packet, frame.options);
    return true;
  }

  /** Whether an answer may be sent now. One that may not waits, which costs nothing: its text is shared. */
  hasRoom(): boolean {
    return this.#backlog() <= ROOM_FOR_ANSWER;
  }

  /** Tells that an answer of this size is about to be sent. */
  expect(bytes: number): void {
    this.#most = BACKLOG_MOST + bytes;
  }

  /** Whether something waits for the next request of a reader who polls. */
  get isUnfetched(): boolean {
    return this.#engine.transport.name === 'polling' && this.#engine.writeBuffer.length > 0;
  }

  /** The TCP connection of a WebSocket. */
  get link(): TcpSocket | undefined {
    return this.#webSocket()?._socket;
  }

  /** Ends the TCP connection without waiting for the reader to agree. */
  terminate(): void {
    const { link } = this;
    if (link === undefined) this.#engine.close(true);
    else link.destroy();
  }

  #cut(): false {
    this.terminate();
    return false;
  }

  #webSocket(): WebSocketInside | undefined {
    const { transport } = this.#engine;
    if (transport !== this.#transport) {
      // The first call, or long polling was upgraded since the last one.
      this.#transport = transport;
      const socket: unknown = Reflect.get(transport, 'socket');
      this.#web = transport.name === 'websocket' && isWebSocketInside(socket) ? socket : undefined;
    }
    return this.#web?.readyState === OPEN ? this.#web : undefined;
  }

  #backlog(): number {
    let bytes = this.link?.writableLength ?? 0;
    for (const { data } of this.#engine.writeBuffer) if (typeof data === 'string') bytes += data.length;
    return bytes;
  }
}

function isEngineConnection(value: unknown): value is EngineConnection {
  return (
    isObject(value) &&
    'transport' in value &&
    isObject(value.transport) &&
    'writeBuffer' in value &&
    Array.isArray(value.writeBuffer) &&
    'write' in value &&
    'close' in value
  );
}

function isWebSocketInside(value: unknown): value is WebSocketInside {
  return (
    isObject(value) &&
    'readyState' in value &&
    '_socket' in value &&
    value._socket instanceof TcpSocket &&
    '_sender' in value &&
    isObject(value._sender) &&
    '_state' in value._sender &&
    typeof value._sender._state === 'number'
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

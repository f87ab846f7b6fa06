import { Socket as TcpSocket } from 'node:net';
import type { ServerToClientEvents } from '@slugline/client/protocol';
import type { DefaultEventsMap, Socket } from 'socket.io';
import type { Caller } from '../access/access.js';
import type { Frame } from './fan-out.js';
import { untakenAnswer } from './poll-answers.js';
import type { Room } from './rooms.js';

/** What a reader sends is anything until it was read; see `join.ts`. */
export interface UntrustedEvents {
  'story:join': (...sent: unknown[]) => void;
  'story:leave': (request: unknown) => void;
  'story:seen': (request: unknown) => void;
  'desk:editing': (request: unknown) => void;
}

export type ReaderSocket = Socket<UntrustedEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;

export interface SocketData {
  reader?: Reader;
}

export type TransportName = 'websocket' | 'polling';

/** Lists of rooms are replaced and not grown: one that grows takes memory for many at its first. */
const NOWHERE: readonly Room<Reader>[] = [];

const OPEN = 1;
const IDLE = 0;
/** Less than can wait: who may have no more than this waiting is sent nothing. */
const NOTHING = -1;

/** What engine.io's connection has beside its published types. Checked once per connection. */
interface EngineConnection {
  readonly transport: { readonly name: string };
  /** Packets not yet handed to the transport. Replaced by another array whenever they are. */
  readonly writeBuffer: readonly { readonly data?: unknown; readonly options?: Partial<Frame['options']> }[];
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
  /** Bytes that may wait before the reader counts as behind. */
  readonly #bound: number;
  /** The same now: more while a large answer is on its way, `NOTHING` for who is behind. */
  #most: number;
  #transport: object | undefined;
  #web: WebSocketInside | undefined;

  /** @param bound bytes that may wait before the reader counts as behind. */
  constructor(socket: ReaderSocket, caller: Caller, address: string, bound: number) {
    const engine: unknown = socket.conn;
    if (!isEngineConnection(engine)) throw new Error('engine.io is of a version that the gateway does not know');
    this.socket = socket;
    this.caller = caller;
    this.address = address;
    this.#engine = engine;
    this.#bound = bound;
    this.#most = bound;
  }

  get transport(): TransportName {
    return this.#engine.transport.name === 'websocket' ? 'websocket' : 'polling';
  }

  /**
   * Sends a live frame after everything that was sent before, unless too much waits already.
   *
   * @returns false when it was not sent: the reader is behind.
   */
  send(frame: Frame): boolean {
    const web = this.#idleWebSocket();
    if (web === undefined && this.#most === NOTHING) return false;
    const waiting = web === undefined ? this.backlog : web._socket.writableLength;
    if (waiting > this.#most) return false;
    if (waiting === 0) this.#most = this.#bound;
    this.#write(frame, web);
    return true;
  }

  /** The same, whatever waits: for what is short and seldom, and for who sees to it that it does not pile up. */
  push(frame: Frame): void {
    this.#write(frame, this.#idleWebSocket());
  }

  /** From now on `send` sends nothing. */
  hold(): void {
    this.#most = NOTHING;
  }

  release(): void {
    this.#most = this.#bound;
  }

  /** Tells that an answer of this size is about to be sent: that it waits does not put the reader behind. */
  expect(bytes: number): void {
    if (this.#most !== NOTHING) this.#most = this.#bound + bytes;
  }

  /** Bytes that wait for this reader, in all the places where they can; 0 once its connection is over. */
  get backlog(): number {
    const { link } = this;
    let bytes = link === undefined || link.destroyed ? 0 : link.writableLength;
    bytes += untakenAnswer(this.#engine)?.writableLength ?? 0;
    for (const { data, options } of this.#engine.writeBuffer) {
      if (options?.wsPreEncodedFrame !== undefined) bytes += options.wsPreEncodedFrame[0].length;
      else if (typeof data === 'string') bytes += data.length;
    }
    return bytes;
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
    if (link !== undefined) {
      link.destroy();
      return;
    }
    untakenAnswer(this.#engine)?.destroy();
    this.#engine.close(true);
  }

  /**
   * Straight to the TCP socket when nothing waits in engine.io, else through its queue. What engine.io already handed
   * on was written to the same TCP socket before, so the two ways cannot overtake each other.
   */
  #write(frame: Frame, web: WebSocketInside | undefined): void {
    if (web === undefined) this.#engine.write(frame.packet, frame.options);
    else web._socket.write(frame.bytes);
  }

  #idleWebSocket(): WebSocketInside | undefined {
    const web = this.#webSocket();
    return web !== undefined && this.#engine.writeBuffer.length === 0 && web._sender._state === IDLE ? web : undefined;
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

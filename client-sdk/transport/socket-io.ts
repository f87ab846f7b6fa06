import { io, type Socket } from 'socket.io-client';
import type { LiveError } from '../live-error.js';
import type { ClientToServerEvents, ServerToClientEvents } from '../protocol/socket-events.js';
import { readError, unreachable } from './failures.js';
import type { MakeWire } from './socket-wire.js';

/** Milliseconds for one try to connect, over WebSocket and then over HTTP long polling. */
const CONNECT_MS = 8_000;
/** Milliseconds that the server may take to answer a join. */
const JOIN_MS = 10_000;

/**
 * Socket.IO by its own client, which is larger than all the rest: loaded where the platform has no WebSocket.
 *
 * @param origin scheme, host and port.
 * @param prefix path under which the server is mounted, without a slash at the end; mostly empty.
 */
export function socketIoWires(origin: string, prefix: string): MakeWire {
  return (token, listener) => {
    const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(origin, {
      path: `${prefix}/socket.io/`,
      // In a page without a WebSocket it would wait for one until its time is over; elsewhere it brings its own.
      transports: typeof document === 'undefined' ? ['websocket', 'polling'] : ['polling'],
      tryAllTransports: true,
      timeout: CONNECT_MS,
      auth: token === undefined ? {} : { token },
      // When to try again is the ladder's business, and a socket of ours is nobody else's.
      reconnection: false,
      forceNew: true,
    });
    socket.on('connect', () => listener.up());
    socket.on('connect_error', (error) => {
      const answer = 'data' in error ? readError(error.data) : refusalIn(error);
      listener.lost(answer ?? unreachable('The socket could not connect.', error));
    });
    socket.on('disconnect', (reason) => listener.lost(unreachable(`The socket closed: ${reason}.`)));
    socket.on('story:change', (slug, change) => listener.change(slug, change));
    socket.on('story:reset', (slug) => listener.reset(slug));
    socket.on('server:goaway', (goaway) => listener.goaway(goaway));
    return {
      get isUp() {
        return socket.connected;
      },
      join: (request) => socket.timeout(JOIN_MS).emitWithAck('story:join', request),
      tell: (event, request) => {
        socket.emit(event, request);
      },
      close() {
        socket.off();
        socket.disconnect();
      },
    };
  };
}

/**
 * What the server said to a handshake that it refused. Of a WebSocket nobody is told, so it is the answer to the long
 * poll that was tried after it.
 */
function refusalIn(error: object): LiveError | undefined {
  const request: unknown = Reflect.get(error, 'context');
  if (!isAnswered(request)) return undefined;
  try {
    return readError(JSON.parse(request.responseText), request.getResponseHeader('retry-after'));
  } catch {
    // From something on the way that does not speak our protocol.
    return undefined;
  }
}

/** As far as it is looked at: in Node it is a stand-in for the browsers' own. */
function isAnswered(value: unknown): value is Pick<XMLHttpRequest, 'responseText' | 'getResponseHeader'> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'responseText' in value &&
    typeof value.responseText === 'string' &&
    'getResponseHeader' in value &&
    typeof value.getResponseHeader === 'function'
  );
}

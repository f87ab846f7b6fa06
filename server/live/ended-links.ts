import { Socket as TcpSocket } from 'node:net';

/** Milliseconds that a WebSocket gets to close in good order. */
const FAREWELL = 2_000;

/** What of engine.io's connection is needed. */
interface EngineConnection {
  readonly transport: object;
  on(event: 'close', listener: () => void): unknown;
}

/**
 * Ends the TCP connection soon after its WebSocket was closed. `ws` would wait half a minute for the other side to
 * agree, and those whom the server closes are mostly those who answer nothing any more: until then each would hold
 * a place.
 */
export function endLinks(engine: { on(event: 'connection', listener: (one: EngineConnection) => void): unknown }) {
  engine.on('connection', (connection) => connection.on('close', endLink));
}

/** One function for all: they are many, and find themselves by `this`. */
function endLink(this: EngineConnection): void {
  const socket: unknown = Reflect.get(this.transport, 'socket');
  const link: unknown = typeof socket === 'object' && socket !== null ? Reflect.get(socket, '_socket') : undefined;
  if (link instanceof TcpSocket && !link.destroyed) setTimeout(() => link.destroy(), FAREWELL).unref();
}

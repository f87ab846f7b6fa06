import { type SocketOptions, socketTransport } from './socket.js';
import type { Transport } from './transport.js';
import { webSocketWires } from './web-socket.js';

/**
 * Makes the transport that all stories of one connection share.
 *
 * @param origin scheme, host and port.
 * @param prefix path under which the server is mounted, without a slash at the end; mostly empty.
 */
export type MakeSockets = (origin: string, prefix: string, options: Omit<SocketOptions, 'load'>) => Transport;

/**
 * The socket transport on what the platform has: browsers, React Native and Node from 22 on have a WebSocket. Elsewhere
 * Socket.IO's client brings one.
 */
export const platformSockets: MakeSockets = (origin, prefix, options) =>
  socketTransport({
    ...options,
    load: async () => {
      if (typeof WebSocket === 'function') return webSocketWires(origin, prefix);
      const { socketIoWires } = await import('./socket-io.js');
      return socketIoWires(origin, prefix);
    },
  });

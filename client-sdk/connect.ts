import { Connection, type ConnectOptions, type LiveConnection } from './connection.js';
import type { DeskEntry, PublicEntry } from './protocol/entry.js';
import type { DeskStory, Story } from './protocol/story.js';
import { lateTransport } from './transport/late-transport.js';
import type { MakeSockets } from './transport/platform-sockets.js';
import type { Transport } from './transport/transport.js';

/**
 * @param url where the server is: `https://live.example.org`, with a path where it is mounted under one. In a
 * browser also just a path.
 * @throws `TypeError` for a url without a scheme where there is no page to take it from, for unknown transports and for none.
 */
export function connect(
  url: string,
  options: ConnectOptions & { readonly edition: 'desk' },
): LiveConnection<DeskStory, DeskEntry>;
export function connect(url: string, options?: ConnectOptions): LiveConnection<Story, PublicEntry>;
export function connect(url: string, options: ConnectOptions = {}): LiveConnection<Story, PublicEntry> {
  return new Connection(url, options, lateSockets);
}

/** Loaded with the first story that is followed by them, and not where none is. */
const lateSockets: MakeSockets = (...server) => {
  // The one that all stories of a connection share.
  let sockets: Transport | undefined;
  return lateTransport(async () => {
    const { platformSockets } = await import('./transport/platform-sockets.js');
    sockets ??= platformSockets(...server);
    return sockets;
  });
};

import { Connection, type LiveConnection } from '../connection.js';
import type { PublicEntry, Story } from '../protocol/index.js';
import { platformSockets } from '../transport/platform-sockets.js';

type StoryConnection = LiveConnection<Story, PublicEntry>;

const connections = new Map<string, { readonly connection: StoryConnection; users: number }>();

/** One connection for all elements of a page that name the same server and bring the same token. */
export function shareConnection(
  server: string,
  token: string | undefined,
): { connection: StoryConnection; release(): void } {
  const key = `${server} ${token ?? ''}`;
  // Whoever follows a story of a page needs the socket at once: it is in the embed itself, and no request of its own.
  const used = connections.get(key) ?? { connection: new Connection(server, { token }, platformSockets), users: 0 };
  connections.set(key, used);
  used.users += 1;
  let released = false;
  return {
    connection: used.connection,
    release() {
      if (released) return;
      released = true;
      used.users -= 1;
      if (used.users > 0) return;
      connections.delete(key);
      used.connection.close();
    },
  };
}

import { type ConnectOptions, connect, type LiveConnection } from '../connect.js';
import type { PublicEntry, Story } from '../protocol/index.js';

type Connection = LiveConnection<Story, PublicEntry>;

const connections = new Map<string, { readonly connection: Connection; users: number }>();

/** One connection for all elements of a page that name the same server and bring the same token. */
export function shareConnection(
  server: string,
  token: string | undefined,
): { connection: Connection; release(): void } {
  const key = `${server} ${token ?? ''}`;
  const options: ConnectOptions = token === undefined ? {} : { token };
  const used = connections.get(key) ?? { connection: connect(server, options), users: 0 };
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

import { once } from 'node:events';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** One read of a stream's public edition, as Redis itself was asked for it. Commands read the desk's. */
export interface StoreRead {
  readonly stream: string;
  /** The address of the link that it came by: each instance has one. */
  readonly by: string;
  /** Milliseconds by the clock of Redis. */
  readonly at: number;
  /** What of it: `ids` (the head), `page` or `since`. */
  readonly what: string;
}

export interface RedisMonitor {
  readonly reads: StoreRead[];
}

/** `+1339518083.107412 [0 127.0.0.1:60866] "evalsha" …`; what scripts do inside bears `lua` for an address. */
const LINE = /^\+(\d+\.\d+) \[\d+ ([\d.:]+)\] (.*)$/;
/** Not of single entries: those are read for alerts and breaking news, once for a command, however many readers there are. */
const READ = /^"evalsha" "\w+" "\d+" "\w+:\{([^}]+)\}:head".* "public" "(ids(?="$)|page|since)"/i;

/** Listens to everything that is asked of a Redis, for one test. */
export async function monitorRedis(port: number): Promise<RedisMonitor> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const reads: StoreRead[] = [];
  let rest = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, seconds, by = '', command = ''] = LINE.exec(line) ?? [];
      const [, stream, what] = READ.exec(command) ?? [];
      if (stream !== undefined && what !== undefined) reads.push({ stream, by, what, at: Number(seconds) * 1_000 });
    }
  });
  socket.write('MONITOR\r\n');
  await once(socket, 'data');
  return { reads };
}

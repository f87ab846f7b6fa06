import { connect } from 'node:net';

export type RedisReply = string | number | null | readonly RedisReply[];

/**
 * Sends one command to a Redis and answers its reply, over a connection of its own. Spoken by hand (RESP2) so that
 * what a test does behind the store's back does not run through the library that the store itself stands on.
 * Rejects with an `Error` that carries Redis's own message, or when there is no whole reply within 5 s.
 */
export function redisCommand(port: number, args: readonly string[]): Promise<RedisReply> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let received = Buffer.alloc(0);
    const settle = (act: () => void): void => {
      socket.destroy();
      act();
    };
    socket.setTimeout(5_000, () => settle(() => reject(new Error(`no reply to ${args[0]} within 5 s`))));
    socket.once('error', (error) => settle(() => reject(error)));
    socket.once('close', () => reject(new Error(`link closed before the reply to ${args[0]}`)));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const parsed = parseReply(received, 0);
      if (parsed === undefined) return;
      settle(() => (parsed.error === undefined ? resolve(parsed.reply) : reject(new Error(parsed.error))));
    });
    const words = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('');
    socket.write(`*${args.length}\r\n${words}`);
  });
}

interface Parsed {
  readonly reply: RedisReply;
  readonly error?: string;
  readonly end: number;
}

/** `undefined`: not all of it is here yet. */
function parseReply(data: Buffer, start: number): Parsed | undefined {
  const lineEnd = data.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const rest = data.toString('utf8', start + 1, lineEnd);
  const end = lineEnd + 2;
  switch (data.toString('latin1', start, start + 1)) {
    case '+':
      return { reply: rest, end };
    case '-':
      return { reply: null, error: rest, end };
    case ':':
      return { reply: Number(rest), end };
    case '$':
      return parseBulk(data, Number(rest), end);
    case '*':
      return parseArray(data, Number(rest), end);
    default:
      throw new Error(`not a RESP2 reply: ${rest}`);
  }
}

function parseBulk(data: Buffer, length: number, start: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start };
  const end = start + length + 2;
  return data.length < end ? undefined : { reply: data.toString('utf8', start, start + length), end };
}

function parseArray(data: Buffer, length: number, start: number): Parsed | undefined {
  const items: RedisReply[] = [];
  let end = start;
  for (let count = 0; count < length; count += 1) {
    const item = parseReply(data, end);
    if (item === undefined) return undefined;
    items.push(item.reply);
    end = item.end;
  }
  return { reply: items, end };
}

import { LIMITS } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../helpers/server.js';
import { connectSocket, type SocketReader } from '../helpers/socket-reader.js';

const MOST = LIMITS.socketMessageBytes;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** A join whose message is of so many bytes: Engine.IO's digit, Socket.IO's digit, the number of the ack, the JSON. */
function joinOf(bytes: number, letter = 'x'): object {
  const frame = (pad: string) => `420${JSON.stringify(['story:join', { slug: 'no-such-story', pad }])}`;
  const room = bytes - Buffer.byteLength(frame(''));
  const letters = Math.floor(room / Buffer.byteLength(letter));
  const pad = letter.repeat(letters) + 'x'.repeat(room - letters * Buffer.byteLength(letter));
  expect(Buffer.byteLength(frame(pad))).toBe(bytes);
  return { slug: 'no-such-story', pad };
}

/** What becomes of a message: the code of the answer, or that the connection ended. */
async function send(reader: SocketReader, request: object): Promise<string> {
  const ended = new Promise<string>((resolve) => reader.socket.once('disconnect', () => resolve('disconnected')));
  return Promise.race([ended, reader.refusal(request).catch(() => ended)]);
}

describe.each(['websocket', 'polling'] as const)('a message by %s', (transport) => {
  it.each(['x', 'é', '報'])('is read up to the limit, in bytes (%s)', async (letter) => {
    const reader = await connectSocket(server.url, { transports: [transport] });
    expect(await send(reader, joinOf(MOST - 1, letter))).toBe('invalid_input');
    const another = await connectSocket(server.url, { transports: [transport] });
    expect(await send(another, joinOf(MOST, letter))).toBe('invalid_input');
    expect([...reader.disconnects, ...another.disconnects]).toEqual([]);
  });

  it.each(['x', 'é'])('ends the connection beyond it (%s)', async (letter) => {
    const reader = await connectSocket(server.url, { transports: [transport] });
    expect(await send(reader, joinOf(MOST + 1, letter))).toBe('disconnected');
    const next = await connectSocket(server.url, { transports: [transport] });
    expect(await send(next, joinOf(100))).toBe('invalid_input');
  });
});

import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import { RawHttp } from '../helpers/raw-links.js';
import { serverForTest } from '../helpers/server.js';

const PATH = '/socket.io/?EIO=4&transport=';
/** A ping as long as one may be, masked with zeros: it is answered by as much. */
const PING = Buffer.concat([Buffer.from([0x89, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125)]);
const MANY = Buffer.concat(Array.from({ length: 1_000 }, () => PING));
/** Far more than the kernel takes for who does not read. */
const FLOOD = 64 * 1024 * 1024;

/** A WebSocket that reads nothing behind the answer to its handshake. */
async function deafWebSocket(port: number, path: string): Promise<Socket> {
  const link = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void link.destroy());
  link.on('error', () => undefined);
  const answered = new Promise((resolve) => link.once('data', resolve));
  link.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Key: c2x1Z2xpbmUtcmVhZGVyIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  await answered;
  link.pause();
  return link;
}

/** Sends pings until they are answered by the end of the connection, or there were too many. Answers their bytes. */
async function flood(link: Socket): Promise<number> {
  let sent = 0;
  for (; sent < FLOOD && !link.destroyed; sent += MANY.length) {
    await new Promise<unknown>((resolve) => link.write(MANY, resolve));
  }
  return sent;
}

describe('who sends pings and reads no pongs', () => {
  it('is cut off', async () => {
    const { server } = await serverForTest();
    const link = await deafWebSocket(server.port, `${PATH}websocket`);
    expect(await flood(link)).toBeLessThan(FLOOD);
    await eventually('the end of the connection', () => link.destroyed);
  });

  it('is cut off in the middle of a change from polls', async () => {
    const { server } = await serverForTest();
    const polls = new RawHttp(server.port);
    onTestFinished(() => polls.close());
    const { body } = await polls.request('GET', `${PATH}polling`);
    const link = await deafWebSocket(server.port, `${PATH}websocket&sid=${JSON.parse(body.slice(1)).sid}`);
    expect(await flood(link)).toBeLessThan(FLOOD);
    await eventually('the end of the connection', () => link.destroyed);
  });
});

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import { tcpProxy } from '../helpers/tcp-proxy.js';

/** A server that says everything back, a client of it through a proxy, and what the two have heard. */
async function setUp() {
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    accepted.push(socket);
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const proxy = await tcpProxy({ host: '127.0.0.1', port: address.port });
  const client = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  await once(client, 'connect');
  let heard = '';
  client.on('data', (chunk) => {
    heard += chunk;
  });
  onTestFinished(() => {
    client.destroy();
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  return { proxy, client, accepted, heard: () => heard };
}

test('bytes arrive in order, whatever the delay was changed to', async () => {
  const { proxy, client, heard } = await setUp();
  const said = Array.from({ length: 400 }, (_, index) => `${index} `);
  for (const word of said) {
    proxy.delayMs = Math.random() < 0.5 ? 0 : Math.random() * 40;
    client.write(word);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await eventually('all of it', () => heard().length === said.join('').length);
  expect(heard()).toBe(said.join(''));
});

test.each(['deaf', 'mute', 'black hole'] as const)(
  'a link that is %s closes nothing, and gives back what was kept',
  async (state) => {
    const { proxy, client, accepted, heard } = await setUp();
    client.write('one ');
    await eventually('the first word', () => heard() === 'one ');
    proxy.turn(state);
    client.write('two ');
    let closed = 0;
    for (const socket of [client, ...accepted]) socket.on('close', () => (closed += 1));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(heard()).toBe('one ');
    expect(accepted[0]?.bytesRead).toBe(state === 'deaf' ? 8 : 4);
    expect(closed).toBe(0);
    proxy.turn('pass');
    await eventually('the second word', () => heard() === 'one two ');
  },
);

test('nobody learns in a black hole that the other end has gone, and both do afterwards', async () => {
  const { proxy, client, accepted } = await setUp();
  await eventually('the link', () => accepted.length === 1);
  const again = proxy.turnOpen('black hole');
  let closed = false;
  client.once('close', () => {
    closed = true;
  });
  accepted[0]?.destroy();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(closed).toBe(false);
  again();
  await eventually('the end', () => closed);
});

test('a link is reset at both ends, and one to come is refused', async () => {
  const { proxy, client, accepted } = await setUp();
  await eventually('the link', () => accepted.length === 1);
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  proxy.refusing = true;
  proxy.reset();
  await eventually('the reset', () => client.destroyed && accepted[0]?.destroyed === true);
  expect(errors).toMatchObject([{ code: 'ECONNRESET' }]);
  const late = connect(proxy.port, '127.0.0.1').on('error', (error) => errors.push(error));
  await eventually('the refusal', () => late.destroyed);
  expect(errors).toHaveLength(2);
});

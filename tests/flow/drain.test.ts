import { once } from 'node:events';
import type { CatchUp, Snapshot } from '@slugline/client/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import { scratchDirectory, startCli } from '../helpers/cli.js';
import { openStream } from '../helpers/event-stream.js';
import { askForWebSocket } from '../helpers/handshake.js';
import { ADMIN_KEY, serverForTest, type TestServer } from '../helpers/server.js';
import { connectSocket, type SocketReader } from '../helpers/socket-reader.js';

/** Milliseconds; short, but long enough to see what happens when. */
const WINDOW = 3_000;
/** Milliseconds of a window in which nothing is left to be done. */
const ENDLESS = 60_000;

const serverFor = (drainMs: number): Promise<TestServer> => serverForTest({ env: { DRAIN_MS: String(drainMs) } });

/** Closes it, and answers how many milliseconds that takes. */
async function closed({ server }: TestServer): Promise<number> {
  const began = performance.now();
  await server.close();
  return performance.now() - began;
}

const following = async ({ url }: TestServer, slug: string, ...transports: string[]): Promise<SocketReader> => {
  const reader = await connectSocket(url, transports.length > 0 ? { transports } : {});
  await reader.join({ slug });
  return reader;
};

const isClosing = (server: TestServer) =>
  expect
    .poll(async () => (await server.api.get('/readyz')).status, { message: 'the server to be not ready' })
    .toBe(503);

describe('a server that is asked to stop', () => {
  it('is not ready and lets no readers in, but answers requests until its readers are gone', async () => {
    const server = await serverFor(WINDOW);
    const { slug } = await server.api.createStory();
    const reader = await following(server, slug);
    const closing = closed(server);
    const ready = await server.api.get('/readyz');
    expect([ready.status, ready.body.code]).toEqual([503, 'shutting_down']);
    expect((await server.api.get('/healthz')).status, 'it lives').toBe(200);

    const { status, headers, problem } = await askForWebSocket(server.url);
    expect([status, problem?.code, Number(headers['retry-after']) > 0]).toEqual([503, 'shutting_down', true]);
    const refused = [
      await server.api.get(`/v1/stories/${slug}/stream`),
      await server.api.get('/socket.io/?EIO=4&transport=polling'),
    ];
    for (const { status: refusal, body } of refused) expect([refusal, body.code]).toEqual([503, 'shutting_down']);

    await server.api.publish(slug);
    const { body, headers: answered } = await server.api.get<Snapshot>(`/v1/stories/${slug}`);
    expect(answered.get('connection')).toBe('close');
    const { position } = body;
    const path = `/v1/stories/${slug}/changes?since=${position.epoch}:${position.seq}&wait=20`;
    const poll = await server.api.get<CatchUp>(path);
    expect([poll.status, poll.headers.get('connection'), poll.body.entries], 'at once').toEqual([200, 'close', []]);
    await reader.received(1);
    reader.socket.close();
    expect(await closing).toBeLessThan(WINDOW);
    await expect(server.api.get('/healthz')).rejects.toThrow();
  });

  it('ends at once without readers, and as soon as the last one is gone', async () => {
    expect(await closed(await serverFor(ENDLESS))).toBeLessThan(2_000);
    const server = await serverFor(ENDLESS);
    const { slug } = await server.api.createStory();
    const readers = [await following(server, slug), await following(server, slug, 'polling')];
    const stream = await openStream(`${server.url}/v1/stories/${slug}/stream`);
    const closing = closed(server);
    await isClosing(server);
    for (const { socket } of readers) socket.close();
    stream.close();
    expect(await closing).toBeLessThan(ENDLESS / 10);
  });

  it('asks its readers to go a few at a time, at every door, each once', async () => {
    const server = await serverFor(WINDOW);
    const { slug } = await server.api.createStory();
    const began = performance.now();
    const told: number[] = [];
    const sockets = await Promise.all(
      Array.from({ length: 24 }, (_, at) => following(server, slug, at % 4 === 0 ? 'polling' : 'websocket')),
    );
    for (const { socket } of sockets) {
      socket.on('server:goaway', ({ reconnectWithinMs }) => {
        told.push(performance.now() - began);
        // As the SDK does, without going anywhere.
        setTimeout(() => socket.close(), Math.random() * reconnectWithinMs);
      });
    }
    const streams = await Promise.all(
      Array.from({ length: 8 }, () => openStream(`${server.url}/v1/stories/${slug}/stream`)),
    );
    await Promise.all(streams.map((stream) => stream.received(1)));
    const { position } = (await server.api.get<Snapshot>(`/v1/stories/${slug}`)).body;
    const changes = `/v1/stories/${slug}/changes?since=${position.epoch}:${position.seq}&wait=25`;
    const answeredAt: number[] = [];
    const polls = Array.from({ length: 8 }, async () => {
      const { status } = await server.api.get(changes);
      answeredAt.push(performance.now() - began);
      return status;
    });
    await expect
      .poll(async () => (await server.api.get<string>('/metrics')).body, { message: 'the polls to wait' })
      .toContain('slugline_connections{transport="poll"} 8');

    expect(await closed(server)).toBeLessThan(WINDOW);
    expect(await Promise.all(polls)).toEqual(polls.map(() => 200));
    expect(sockets.map(({ goaways }) => goaways.length)).toEqual(sockets.map(() => 1));
    for (const { goaways } of sockets) expect(goaways[0]?.reconnectWithinMs).toBeGreaterThan(0);
    await eventually('the streams to have ended', () => streams.every((stream) => stream.hasEnded()));
    for (const { events } of streams) {
      expect(events.map(({ event }) => event)).toEqual(['reset', 'goaway']);
    }
    for (const times of [told, answeredAt]) {
      const spread = Math.max(...times) - Math.min(...times);
      expect(spread, 'spread over the window').toBeGreaterThan(WINDOW / 4);
    }
  });

  it('closes those who did not go by the deadline', async () => {
    const server = await serverFor(WINDOW);
    const { slug } = await server.api.createStory();
    const readers = [await following(server, slug), await following(server, slug, 'polling')];
    const { link } = await askForWebSocket(server.url);
    const silent = link === undefined ? Promise.reject(new Error('refused')) : once(link, 'close');
    const took = await closed(server);
    expect(took).toBeGreaterThan(WINDOW * 0.9);
    expect(took).toBeLessThan(WINDOW + 3_000);
    await eventually('the readers to be disconnected', () =>
      readers.every(({ disconnects }) => disconnects.length === 1),
    );
    expect(readers.map(({ goaways }) => goaways.length)).toEqual([1, 1]);
    await silent;
  });

  it('tells also who polls and has no request open at the end', async () => {
    const server = await serverFor(0);
    const session = await pollingSession(server.url);
    const closing = server.server.close();
    expect(await session.poll()).toContain('server:goaway');
    await closing;
  });

  it('is over at once when it is told again', async () => {
    const env = { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent', SLUGLINE_ADMIN_KEY: ADMIN_KEY };
    const dataDir = await scratchDirectory();
    const program = startCli(['serve'], { env: { ...env, DATA_DIR: dataDir, DRAIN_MS: String(ENDLESS) } });
    const [, url = ''] = await program.until(/listens on (http:\S+)/, 'the server to listen');
    const { link } = await askForWebSocket(url);
    program.signal('SIGTERM');
    await program.until(/Stopping/, 'the first wish to be heard');
    // Within a second two signals are one wish.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(link?.destroyed).toBe(false);
    program.signal('SIGTERM');
    expect((await program.finished).code).toBe(143);
  });
});

/** A session of Socket.IO over long polls, one request at a time. */
async function pollingSession(url: string): Promise<{ poll(): Promise<string> }> {
  const path = `${url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(path)).text()).slice(1));
  await fetch(`${path}&sid=${sid}`, { method: 'POST', body: '40' });
  const poll = async () => (await fetch(`${path}&sid=${sid}`)).text();
  expect(await poll()).toMatch(/^40/);
  return { poll };
}

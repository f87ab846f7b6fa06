import { once } from 'node:events';
import net from 'node:net';
import type { CatchUp, Problem, Snapshot } from '@slugline/client/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStream } from '../helpers/event-stream.js';
import { askForWebSocket } from '../helpers/handshake.js';
import { serverForTest, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

const from = (address: string) => ({ 'X-Forwarded-For': address });

const serverFor = (most: number, perAddress = 0): Promise<TestServer> =>
  serverForTest({ env: { MAX_CONNECTIONS: String(most), MAX_CONNECTIONS_PER_ADDRESS: String(perAddress) } });

const handshakeByPolling = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers });

/** Each way to a place, and whether it was given one. */
const WAYS: Readonly<
  Record<string, (server: TestServer, slug: string, headers?: Record<string, string>) => Promise<Way>>
> = {
  'a WebSocket': async ({ url }, _slug, headers) => {
    const { status, problem, headers: answered, link } = await askForWebSocket(url, headers);
    return { status, problem, retryAfter: answered['retry-after'], leave: () => link?.destroy() };
  },
  'a session of polls': async ({ url }, _slug, headers) => {
    const answer = await handshakeByPolling(url, headers);
    const text = await answer.text();
    const problem = answer.ok ? undefined : JSON.parse(text);
    const leave = async () => {
      const { sid } = JSON.parse(text.slice(1));
      await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '1' });
    };
    return { status: answer.status, problem, retryAfter: answer.headers.get('retry-after') ?? undefined, leave };
  },
  'a stream': async ({ url }, slug, headers) => {
    const stream = await openStream(`${url}/v1/stories/${slug}/stream`, headers).catch(() => undefined);
    if (stream === undefined) throw new Error('the stream was not answered');
    const { status } = stream;
    if (status !== 200) await expect.poll(() => stream.hasEnded(), { message: 'the whole refusal' }).toBe(true);
    const problem = status === 200 ? undefined : JSON.parse(stream.text());
    const retryAfter = stream.headers.get('retry-after') ?? undefined;
    return { status, problem, retryAfter, leave: stream.close };
  },
};

interface Way {
  readonly status: number;
  readonly problem: Problem | undefined;
  readonly retryAfter: string | undefined;
  readonly leave: () => unknown;
}

const isIn = ({ status }: Way) => status === 200 || status === 101;

describe.each(Object.entries(WAYS))('%s', (_name, open) => {
  it('gets no place beyond those that there are, is told when to come back, and gets the next one free', async () => {
    const server = await serverFor(2);
    const { slug } = await server.api.createStory();
    const inside = [await open(server, slug), await open(server, slug)];
    expect(inside.map(isIn)).toEqual([true, true]);
    for (let tries = 0; tries < 3; tries += 1) {
      const { status, problem, retryAfter } = await open(server, slug);
      expect(status).toBe(503);
      expect(problem).toMatchObject({ code: 'too_many_connections', status: 503, retryable: true });
      expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    await inside[0]?.leave();
    await expect.poll(async () => isIn(await open(server, slug)), { message: 'a place that became free' }).toBe(true);
    expect((await open(server, slug)).status).toBe(503);
  });

  it('of one address leaves the places of others alone', async () => {
    const server = await serverFor(100, 2);
    const { slug } = await server.api.createStory();
    for (const address of ['192.0.2.1', '2001:db8:0:1::1']) {
      expect(isIn(await open(server, slug, from(address)))).toBe(true);
      expect(isIn(await open(server, slug, from(address)))).toBe(true);
      expect((await open(server, slug, from(address))).problem?.code).toBe('too_many_connections');
    }
    expect((await open(server, slug, from('2001:db8:0:1:ffff::2'))).status, 'the same network').toBe(503);
    expect(isIn(await open(server, slug, from('2001:db8:0:2::1')))).toBe(true);
  });
});

describe('the places of an instance', () => {
  it('are for sockets and streams together, and no request needs one', async () => {
    const server = await serverFor(3);
    const { slug } = await server.api.createStory();
    const ways = Object.values(WAYS);
    for (const open of ways) expect(isIn(await open(server, slug))).toBe(true);
    for (const open of ways) expect((await open(server, slug)).status).toBe(503);
    await server.api.publish(slug);
    expect((await server.api.get(`/v1/stories/${slug}`)).status).toBe(200);
    expect((await server.api.get('/readyz')).status).toBe(200);
    expect((await server.api.get<string>('/metrics')).body).toContain(
      'slugline_rejections_total{code="too_many_connections"} 3',
    );
  });

  it('are kept by a session that changes over to a WebSocket, and one is all that it has', async () => {
    const server = await serverFor(1);
    const { slug } = await server.api.createStory();
    const reader = await connectSocket(server.url, { transports: ['polling', 'websocket'] });
    await expect
      .poll(() => reader.socket.io.engine.transport.name, { message: 'the session to change over' })
      .toBe('websocket');
    await reader.join({ slug });
    expect((await askForWebSocket(server.url)).status).toBe(503);
    reader.socket.close();
    await expect
      .poll(async () => (await askForWebSocket(server.url)).status, { message: 'the place to be free' })
      .toBe(101);
  });

  it('are not to be had by a made-up session, nor lost to handshakes that come to nothing', async () => {
    const server = await serverFor(2);
    const { link } = await askForWebSocket(server.url);
    expect((await askForWebSocket(server.url, { 'Sec-WebSocket-Version': '1' })).status).toBe(400);
    expect((await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { method: 'POST' })).status).toBe(400);
    expect((await fetch(`${server.url}/socket.io/?EIO=3&transport=polling`)).status).toBe(400);
    expect((await fetch(`${server.url}/socket.io/?EIO=4&transport=polling&sid=made-up`)).status).toBe(400);
    await expect
      .poll(async () => (await handshakeByPolling(server.url)).status, { message: 'the second place' })
      .toBe(200);
    // Of a parameter that comes twice the last one counts, here that there is no session.
    expect((await askForWebSocket(server.url, {}, '&sid=made-up&sid=')).status).toBe(503);
    link?.destroy();
  });

  it('are refused to pages of other origins in a form that they can read', async () => {
    const server = await serverFor(1);
    await askForWebSocket(server.url);
    const { status, headers } = await handshakeByPolling(server.url, { Origin: 'https://news.example' });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([503, '*']);
  });
});

describe('polls that wait', () => {
  it('have as many places again; who finds none may ask without waiting', async () => {
    const server = await serverFor(1);
    const { slug } = await server.api.createStory();
    await askForWebSocket(server.url);
    const { position } = (await server.api.get<Snapshot>(`/v1/stories/${slug}`)).body;
    const path = `/v1/stories/${slug}/changes?since=${position.epoch}:${position.seq}`;
    const waiting = server.api.get<CatchUp>(`${path}&wait=20`);
    await expect
      .poll(async () => (await server.api.get<string>('/metrics')).body, { message: 'the first poll to wait' })
      .toContain('slugline_connections{transport="poll"} 1');
    const refused = await server.api.get(`${path}&wait=20`);
    expect([refused.status, refused.body.code]).toEqual([503, 'too_many_connections']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await server.api.get(path)).status).toBe(200);
    await server.api.publish(slug);
    expect((await waiting).body.entries).toHaveLength(1);
    const { body } = await server.api.get<CatchUp>(`${path}&wait=20`);
    expect(body.entries, 'there is something to tell at once').toHaveLength(1);
  });
});

describe('TCP connections', () => {
  it('are bounded some way above the places', async () => {
    const server = await serverFor(1);
    const links = Array.from({ length: 1_010 }, () => net.connect(server.server.port, '127.0.0.1'));
    onTestFinished(() => {
      for (const link of links) link.destroy();
    });
    let closed = 0;
    for (const link of links) {
      link.on('error', () => undefined);
      link.on('close', () => {
        closed += 1;
      });
    }
    await expect.poll(() => closed, { message: 'those beyond the bound to be closed' }).toBe(8);
    for (const link of links) link.destroy();
    await Promise.all(links.map((link) => link.closed || once(link, 'close')));
    await expect
      .poll(
        () =>
          server.api.get('/readyz').then(
            ({ status }) => status,
            () => 0,
          ),
        { message: 'room again' },
      )
      .toBe(200);
  });
});

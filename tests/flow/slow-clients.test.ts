import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Problem } from '@slugline/client/protocol';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../server/logger.js';
import { eventually } from '../contract/store-harness.js';
import { ADMIN_KEY, serverForTest, type TestServer } from '../helpers/server.js';

/** Milliseconds; a tenth and less of what is usual. */
const TIMES = { head: 800, request: 600, idle: 800, answer: 600, look: 100 };
const TICK = 50;
const HOST = 'Host: localhost\r\n';
const POST = `POST /v1/stories HTTP/1.1\r\n${HOST}Authorization: Bearer ${ADMIN_KEY}\r\nContent-Type: application/json\r\n`;

let server: TestServer;
beforeEach(async () => {
  server = await serverForTest({ connectionTimes: TIMES });
});

/** A TCP connection of a client that does as it likes. */
class Link {
  readonly socket: Socket;
  heard = '';
  readonly #closed: Promise<unknown>;

  constructor(url: string) {
    this.socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.socket.setEncoding('latin1').on('data', (text) => {
      this.heard += text;
    });
    this.socket.on('error', () => undefined);
    this.#closed = once(this.socket, 'close').catch(() => undefined);
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  /** Sends the text a piece at a time, for as long as there is somebody to send it to. */
  dribble(text: string, size = 1): this {
    let sent = 0;
    const timer = setInterval(() => {
      if (this.socket.writable) this.socket.write(text.slice(sent, sent + size));
      sent += size;
    }, TICK);
    onTestFinished(() => clearInterval(timer));
    return this;
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  /** Takes so many bytes of what comes now and then, and no more. */
  stall(bytes = 0): this {
    this.socket.removeAllListeners('data').pause();
    const timer = setInterval(() => this.socket.read(bytes), TICK);
    if (bytes === 0) clearInterval(timer);
    onTestFinished(() => clearInterval(timer));
    return this;
  }

  async closed(what: string): Promise<void> {
    const late = AbortSignal.timeout(10_000);
    const waited = once(late, 'abort').then(() => {
      throw new Error(`waited 10 s in vain for the end of ${what}`);
    });
    await Promise.race([this.#closed, waited]);
  }

  get problem(): Problem {
    return JSON.parse(this.heard.slice(this.heard.indexOf('\r\n\r\n') + 4));
  }
}

async function isWell(): Promise<void> {
  expect((await server.api.get('/v1/stories', { key: null })).status).toBe(200);
}

describe('a connection ends, and the server is well,', () => {
  it('when it never says a word; nothing is said to it either', async () => {
    const links = Array.from({ length: 50 }, () => new Link(server.url));
    await Promise.all(links.map((link) => link.closed('a silent connection')));
    expect(links.map(({ heard }) => heard).join('')).toBe('');
    await isWell();
  });

  it('when its head never ends', async () => {
    const link = new Link(server.url).dribble(`GET /v1/stories HTTP/1.1\r\n${HOST}${'X-Slow: 1\r\n'.repeat(1_000)}`, 7);
    await link.closed('a connection with half a head');
    expect(link.problem).toMatchObject({ status: 408, code: 'request_timeout', retryable: true });
    await isWell();
  });

  it.each([
    ['that is known', POST, 'request_timeout'],
    ['that is not', POST.replace(ADMIN_KEY, 'unknown'), 'unauthenticated'],
  ])('when its body never ends, of a sender %s', async (_who, head, code) => {
    const body = JSON.stringify({ slug: 'slow', headline: 'x'.repeat(5_000) });
    const link = new Link(server.url).send(`${head}Content-Length: ${body.length}\r\n\r\n`).dribble(body);
    await link.closed('a connection with half a body');
    expect(link.problem.code).toBe(code);
    await isWell();
    expect((await server.api.get('/v1/stories/slow')).status).toBe(404);
  });

  it('when no further request comes on it', async () => {
    const link = new Link(server.url).send(`GET /healthz HTTP/1.1\r\n${HOST}\r\n`);
    await link.closed('a connection that was kept alive');
    expect(link.heard).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('when a request begins on it and does not go on', async () => {
    const link = new Link(server.url).send(`GET /healthz HTTP/1.1\r\n${HOST}\r\nGET /healthz HTT`);
    await link.closed('a connection with half a second request');
    expect(link.heard).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('with requests in a row, and none of them goes on behind its back', async () => {
    const { slug } = await server.api.createStory();
    const follow = ['stream', 'changes?wait=20', 'stream', 'changes?wait=20'].map(
      (way) => `GET /v1/stories/${slug}/${way} HTTP/1.1\r\n${HOST}\r\n`,
    );
    const links = [0, 1, 2].map(() => new Link(server.url).send(follow.join('')));
    const open = async (transport: string): Promise<number> => {
      const { body } = await server.api.get<string>('/metrics');
      return Number(new RegExp(`slugline_connections{transport="${transport}"} (\\d+)`).exec(body)?.[1] ?? 0);
    };
    await expect.poll(() => open('sse'), { message: 'all streams to be open' }).toBe(6);
    for (const { socket } of links) socket.destroy();
    for (const transport of ['sse', 'poll']) {
      await expect.poll(() => open(transport), { message: `all of ${transport} to be over` }).toBe(0);
    }
  });
});

describe('who does not take the answer', () => {
  const slug = 'long-story';
  const page = `GET /v1/stories/${slug}?limit=200 HTTP/1.1\r\n${HOST}\r\n`;
  /** Together more than the kernels take for a connection that is stalled. */
  const PAGES = 8;
  let log: string[];

  beforeEach(async () => {
    log = [];
    const logger = createLogger('info', { write: (line: string) => void log.push(line) });
    // Pages as large as these keep the server busy for longer than a head may take above.
    server = await serverForTest({ connectionTimes: { ...TIMES, head: 10_000 }, logger });
    await server.api.createStory({ slug });
    const block = { type: 'paragraph', content: [{ text: 'x'.repeat(20_000) }] };
    const body = new Array(5).fill(block);
    await Promise.all(Array.from({ length: 20 }, () => server.api.publish(slug, { body })));
  });

  /** Who does not read learns of the end last. The server's log tells it at once. */
  const aborted = () => log.filter((line) => line.includes('request aborted') && line.includes(slug)).length;

  it.each([
    ['at all', 0],
    ['but by drops', 1_000],
  ])('%s is cut off', async (_how, bytes) => {
    const link = new Link(server.url).stall(bytes).send(page.repeat(PAGES));
    await eventually('the answers to be dropped', () => aborted() > 0, 10_000);
    let taken = 0;
    link.socket.on('data', (text) => {
      taken += text.length;
    });
    link.socket.resume();
    await link.closed('a connection that was cut off');
    expect(taken).toBeLessThan(PAGES * 2_000_000);
    await isWell();
  });

  it('of more requests than may be under way at a time is cut off at once', async () => {
    const links = Array.from({ length: 5 }, () => new Link(server.url).stall().send(page.repeat(2_000)));
    const cutOff = async () => {
      const { body } = await server.api.get<string>('/metrics');
      return Number(/{code="too_many_requests"} (\d+)/.exec(body)?.[1] ?? 0);
    };
    const before = process.memoryUsage().rss;
    await expect.poll(cutOff, { message: 'all to be cut off' }).toBe(links.length);
    // The answers to what Node reads of each connection at a time would be 2 GB.
    expect((process.memoryUsage().rss - before) / 1024 ** 2).toBeLessThan(1_000);
    for (const { socket } of links) socket.resume();
    await Promise.all(links.map((link) => link.closed('a connection that only asks')));
    await isWell();
  });

  it('and whose requests are not more is answered each of them in turn', async () => {
    const last = `GET /healthz HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
    const link = new Link(server.url).send(page.repeat(PAGES - 1) + last);
    await link.closed('the whole of the answers');
    expect(link.heard.match(/HTTP\/1\.1 200 /g)).toHaveLength(PAGES);
    expect(link.heard.length).toBeGreaterThan((PAGES - 1) * 2_000_000);
    expect(aborted()).toBe(0);
  });
});

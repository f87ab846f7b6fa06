import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientToServerEvents, Goaway, ServerToClientEvents } from '@slugline/client/protocol';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { onTestFinished } from 'vitest';

/** A way that can be blocked. */
type Way = 'socket' | 'sse' | 'poll' | 'page';

export interface Relay {
  readonly url: string;
  /** Ways that do not get through at the moment. Adding one also cuts what is open. */
  readonly blocked: Set<Way>;
  /** Requests let through, as `METHOD path`. */
  readonly requests: string[];
  /** Sockets connected now. */
  sockets(): number;
  /** Whatever a reader holds open now: sockets, streams, requests that wait. */
  open(): number;
  /** Stands between the server's live messages and the readers: what it returns is sent instead. */
  onMessage: (slug: string, change: unknown) => readonly unknown[];
  /** Stands between the answers to joins and the readers. */
  onAnswer: (answer: unknown) => unknown;
  /** Is given each answer to a join from now on, to be sent whenever the test sees fit. */
  delayAnswers(hold: (send: () => void) => void): void;
  /** Stands between the server's answers to GET and the readers; gets and gives JSON text. */
  onBody: ((path: string, body: string) => string) | undefined;
  goaway(goaway: Goaway): void;
  reset(slug: string): void;
  /** Cuts every connection there is. */
  cut(): void;
}

/**
 * Stands between readers and a real server like the networks and proxies that they have between them: it can
 * block ways, lose and twist messages, and say what a server under load would say.
 */
export async function relayForTest(target: string): Promise<Relay> {
  const http = createServer((request, response) => void forward(request, response));
  const blocked = new Set<Way>();
  const requests: string[] = [];
  let unanswered = 0;
  let hold = (send: () => void) => send();
  const upstream = new Set<Socket<ServerToClientEvents, ClientToServerEvents>>();

  const gateway = new Server<ClientToServerEvents, ServerToClientEvents>(http, {
    serveClient: false,
    cors: { origin: '*' },
    allowRequest: (_request, decide) => decide(null, !blocked.has('socket')),
  });
  gateway.on('connection', (reader) => {
    const { token } = reader.handshake.auth as { token?: string };
    const server: Socket<ServerToClientEvents, ClientToServerEvents> = io(target, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: token === undefined ? {} : { token },
    });
    upstream.add(server);
    server.on('story:change', (slug, change) => {
      // As it came, whatever a test made of it.
      for (const message of relay.onMessage(slug, change)) reader.emit('story:change', slug, message as never);
    });
    server.on('story:reset', (slug) => reader.emit('story:reset', slug));
    server.on('disconnect', () => reader.disconnect(true));
    reader.on('story:join', (request, ack) => {
      server.emit('story:join', request, (answer) => hold(() => ack(relay.onAnswer(answer) as never)));
    });
    reader.on('story:leave', (request) => server.emit('story:leave', request));
    reader.on('disconnect', () => {
      upstream.delete(server);
      server.disconnect();
    });
  });

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const way: Way | undefined = /\/stream\b/.test(path)
      ? 'sse'
      : /\/entries\b/.test(path)
        ? 'page'
        : path.startsWith('/v1/')
          ? 'poll'
          : undefined;
    if (way !== undefined && blocked.has(way)) {
      request.socket.destroy();
      return;
    }
    requests.push(`${request.method} ${path}`);
    unanswered += 1;
    response.once('close', () => {
      unanswered -= 1;
    });
    const { host: _host, 'accept-encoding': _encoding, ...headers } = request.headers;
    const onward = httpRequest(`${target}${path}`, { method: request.method, headers, agent: false }, (answer) => {
      const change = relay.onBody;
      if (change === undefined || way === 'sse') {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        return;
      }
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const { 'content-length': _length, etag: _etag, ...rest } = answer.headers;
        response.writeHead(answer.statusCode ?? 502, rest);
        response.end(change(path, Buffer.concat(chunks).toString()));
      });
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const relay: Relay = {
    url: `http://127.0.0.1:${port}`,
    blocked,
    requests,
    sockets: () => gateway.of('/').sockets.size,
    open: () => unanswered + gateway.engine.clientsCount,
    onMessage: (_slug, change) => [change],
    onAnswer: (answer) => answer,
    delayAnswers(given) {
      hold = given;
    },
    onBody: undefined,
    goaway: (goaway) => void gateway.emit('server:goaway', goaway),
    reset: (slug) => void gateway.emit('story:reset', slug),
    cut() {
      for (const reader of gateway.of('/').sockets.values()) reader.disconnect(true);
      http.closeAllConnections();
    },
  };
  onTestFinished(async () => {
    for (const server of upstream) server.disconnect();
    const closed = gateway.close();
    http.closeAllConnections();
    await closed;
  });
  return relay;
}

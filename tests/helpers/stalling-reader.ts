import type { CatchUp, Change, Goaway, JoinAnswer, JoinRequest } from '@slugline/client/protocol';
import { createParser } from 'eventsource-parser';
import { onTestFinished } from 'vitest';
import { RawHttp, type RawLink, RawWebSocket } from './raw-links.js';

/** What a reader was sent. */
export type Received =
  | { readonly what: 'change'; readonly slug: string; readonly change: Change }
  /** The answer to a join; at a stream the start, or a new one. */
  | { readonly what: 'answer'; readonly slug: string; readonly answer: CatchUp }
  | { readonly what: 'refusal'; readonly slug: string; readonly code: string }
  | { readonly what: 'reset'; readonly slug: string }
  | { readonly what: 'goaway'; readonly goaway: Goaway };

export interface StallingOptions {
  readonly token?: string;
  /** Is called instead of keeping what came: for readers of which there are many. */
  readonly onReceived?: (received: Received) => void;
}

/** A reader by hand that can stop reading. Closed when its test is over. */
export interface StallingReader extends Pick<RawLink, 'isOver' | 'stall' | 'drain' | 'close'> {
  /** In the order in which it came. */
  readonly received: readonly Received[];
}

const SOCKET_PATH = '/socket.io/?EIO=4&transport=';
const RECORD_SEPARATOR = '\x1e';

abstract class Recording implements StallingReader {
  readonly received: Received[] = [];
  readonly #onReceived: ((received: Received) => void) | undefined;

  constructor({ onReceived }: StallingOptions) {
    this.#onReceived = onReceived;
    onTestFinished(() => this.close());
  }

  abstract readonly isOver: boolean;
  abstract stall(): void;
  abstract drain(): void;
  abstract close(): void;

  protected take(received: Received): void {
    if (this.#onReceived === undefined) this.received.push(received);
    else this.#onReceived(received);
  }
}

/** A stream of server-sent events. */
export class StallingStream extends Recording {
  /** Resolves with the first event, rejects when the stream is refused. */
  readonly begun: Promise<void>;
  readonly #http: RawHttp;

  constructor(port: number, slug: string, query = '', options: StallingOptions = {}) {
    super(options);
    const { token } = options;
    this.#http = new RawHttp(port);
    this.begun = new Promise((resolve, reject) => {
      const parser = createParser({
        onEvent: ({ event, data }) => {
          if (event === 'change') this.take({ what: 'change', slug, change: JSON.parse(data) });
          else this.take({ what: 'answer', slug, answer: JSON.parse(data) });
          resolve();
        },
      });
      const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      this.#http
        .request('GET', `/v1/stories/${slug}/stream${query}`, { headers, onBody: (text) => parser.feed(text) })
        .finally(() => this.close())
        .then(() => reject(new Error('the stream ended before it began')), reject);
    });
    this.begun.catch(() => undefined);
  }

  get isOver(): boolean {
    return this.#http.isOver;
  }

  stall(): void {
    this.#http.stall();
  }

  drain(): void {
    this.#http.drain();
  }

  close(): void {
    this.#http.close();
  }
}

/** A Socket.IO session by hand: what the digits mean is in PROTOCOL.md, example (e). */
abstract class StallingSocket extends Recording {
  /** Resolves when joins can be sent. */
  readonly connected: Promise<void>;
  readonly #token: string | undefined;
  /** Slugs by the number of the join's acknowledgement. */
  readonly #joins: string[] = [];
  #onConnected = (): void => undefined;

  constructor(options: StallingOptions) {
    super(options);
    this.#token = options.token;
    this.connected = new Promise((resolve) => {
      this.#onConnected = resolve;
    });
  }

  join(request: JoinRequest): void {
    const id = this.#joins.push(request.slug) - 1;
    this.send(`42${id}${JSON.stringify(['story:join', request])}`);
  }

  leave(slug: string): void {
    this.send(`42${JSON.stringify(['story:leave', { slug }])}`);
  }

  protected abstract send(message: string): void;

  protected hear(message: string): void {
    if (message.startsWith('42')) this.#event(JSON.parse(message.slice(2)));
    else if (message.startsWith('43')) this.#acknowledged(message);
    else if (message === '2') this.send('3');
    else if (message.startsWith('0')) this.send(`40${this.#token ? JSON.stringify({ token: this.#token }) : ''}`);
    else if (message.startsWith('40')) this.#onConnected();
  }

  #event([event, first, second]: readonly unknown[]): void {
    if (event === 'story:change') this.take({ what: 'change', slug: String(first), change: second as Change });
    else if (event === 'story:reset') this.take({ what: 'reset', slug: String(first) });
    else if (event === 'server:goaway') this.take({ what: 'goaway', goaway: first as Goaway });
  }

  #acknowledged(message: string): void {
    const [, id = '', json = '[]'] = /^43(\d+)(.*)$/s.exec(message) ?? [];
    const slug = this.#joins[Number(id)] ?? '';
    const [answer]: [JoinAnswer] = JSON.parse(json);
    if (answer.ok) this.take({ what: 'answer', slug, answer });
    else this.take({ what: 'refusal', slug, code: answer.error.code });
  }
}

export class StallingWebSocket extends StallingSocket {
  readonly #link: RawWebSocket;

  constructor(port: number, options: StallingOptions = {}) {
    super(options);
    this.#link = new RawWebSocket(port, `${SOCKET_PATH}websocket`, (message) => this.hear(message));
  }

  get isOver(): boolean {
    return this.#link.isOver;
  }

  stall(): void {
    this.#link.stall();
  }

  drain(): void {
    this.#link.drain();
  }

  close(): void {
    this.#link.close();
  }

  protected send(message: string): void {
    this.#link.send(message);
  }
}

/** Long polling, with one connection for polls and one to send on. */
export class StallingPolls extends StallingSocket {
  /** How the server names the session. */
  sid = '';
  readonly #polls: RawHttp;
  readonly #posts: RawHttp;
  #sending: Promise<unknown> = Promise.resolve();
  #upgraded: RawWebSocket | undefined;
  #mayPoll = true;
  #isPolling = false;

  constructor(port: number, options: StallingOptions = {}) {
    super(options);
    this.#polls = new RawHttp(port);
    this.#posts = new RawHttp(port);
    this.#poll().catch(() => this.close());
  }

  get isOver(): boolean {
    return (this.#upgraded ?? this.#polls).isOver;
  }

  /** Lets the poll that is under way come to its end, and sends no other. */
  pausePolling(): void {
    this.#mayPoll = false;
  }

  /** Sends the next poll, if none is under way. */
  resumePolling(): void {
    this.#mayPoll = true;
    if (!this.#isPolling) this.#poll().catch(() => this.close());
  }

  /** Stops reading the answer to the poll under way. */
  stall(): void {
    (this.#upgraded ?? this.#polls).stall();
  }

  drain(): void {
    (this.#upgraded ?? this.#polls).drain();
  }

  close(): void {
    this.#polls.close();
    this.#posts.close();
    this.#upgraded?.close();
  }

  /** Goes on over a WebSocket. Polling has to be paused. */
  async upgrade(port: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const web = new RawWebSocket(port, `${SOCKET_PATH}websocket&sid=${this.sid}`, (message) => {
        if (message !== '3probe') return this.hear(message);
        this.#upgraded = web;
        web.send('5');
        resolve();
      });
      void web.opened.then(() => web.send('2probe'));
    });
  }

  protected send(message: string): void {
    const upgraded = this.#upgraded;
    if (upgraded !== undefined) {
      upgraded.send(message);
      return;
    }
    this.#sending = this.#sending
      .then(() => this.#posts.request('POST', `${SOCKET_PATH}polling&sid=${this.sid}`, { body: message }))
      .catch(() => undefined);
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#mayPoll) {
      const session = this.sid === '' ? '' : `&sid=${this.sid}`;
      const { status, body } = await this.#polls.request('GET', `${SOCKET_PATH}polling${session}`);
      if (status !== 200) throw new Error(`a poll was answered with ${status}`);
      if (session === '') this.sid = String(Reflect.get(Object(JSON.parse(body.slice(1))), 'sid'));
      for (const message of body.split(RECORD_SEPARATOR)) this.hear(message);
    }
    this.#isPolling = false;
  }
}

/** The ways to follow on which something can wait for a reader, each with how to open it on one story. */
export const STALLING_WAYS = {
  websocket: (port, slug, options) => joined(new StallingWebSocket(port, options), slug),
  polling: (port, slug, options) => joined(new StallingPolls(port, options), slug),
  sse: async (port, slug, options) => {
    const stream = new StallingStream(port, slug, '', options);
    await stream.begun;
    return stream;
  },
} as const satisfies Record<string, (port: number, slug: string, options?: StallingOptions) => Promise<StallingReader>>;

async function joined<Socket extends StallingSocket>(socket: Socket, slug: string): Promise<Socket> {
  await socket.connected;
  socket.join({ slug });
  return socket;
}

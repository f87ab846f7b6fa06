import { connect, type Socket } from 'node:net';
import { markerText } from './marker.js';

/**
 * One editor's system with a keep-alive connection: sends a publish command, waits for its 201, sends the next.
 * Written on a bare socket for the same reason as the readers.
 */
export interface Publisher {
  publish(): Promise<void>;
  close(): void;
}

export interface PublishTarget {
  readonly port: number;
  readonly key: string | undefined;
  /** Makes the body of a command whose text holds the marker. */
  readonly body: (text: string) => string;
  readonly slug: string;
}

const ANSWER_MS = 10_000;
let commands = 0;

export function createPublisher({ port, key, slug, body }: PublishTarget): Publisher {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const answers = createAnswerReader(socket);
  const head =
    `POST /v1/stories/${slug}/entries HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
    (key === undefined ? '' : `Authorization: Bearer ${key}\r\n`);
  return {
    publish: async () => {
      commands += 1;
      const payload = body(`The tug made fast. ${markerText()}`);
      socket.write(
        `${head}Idempotency-Key: bench-${process.pid}-${commands}\r\n` +
          `Content-Length: ${Buffer.byteLength(payload)}\r\n\r\n${payload}`,
      );
      const { status, text } = await answers.next();
      if (status !== 201) throw new Error(`a publish command was answered with ${status}: ${text}`);
    },
    close: () => {
      socket.destroy();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Reads HTTP answers with a Content-Length, one at a time: all that the servers here send to a POST. */
function createAnswerReader(socket: Socket): { next(): Promise<Answer> } {
  let received = Buffer.alloc(0);
  let waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined;
  const settle = (): void => {
    const answer = parseAnswer(received);
    if (answer === undefined || waiting === undefined) return;
    received = received.subarray(answer.end);
    const { resolve } = waiting;
    waiting = undefined;
    resolve(answer);
  };
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    settle();
  });
  socket.setTimeout(ANSWER_MS, () => fail(new Error(`waited ${ANSWER_MS / 1_000} s for the answer to a command`)));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed a publisher')));
  return {
    next: () =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        waiting = { resolve, reject };
        settle();
      }),
  };
}

function parseAnswer(received: Buffer): (Answer & { readonly end: number }) | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length: ${head}`);
  const start = headEnd + 4;
  const end = start + Number(length);
  if (received.length < end) return undefined;
  return { status: Number(head.slice(9, 12)), text: received.toString('utf8', start, end), end };
}

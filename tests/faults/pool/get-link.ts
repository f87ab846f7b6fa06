import { connect, type Socket } from 'node:net';

const NOTHING = Buffer.alloc(0);
const HEAD_END = Buffer.from('\r\n\r\n');

export interface Got {
  readonly status: number;
  /** The status line and the headers, as they came. */
  readonly head: string;
  readonly body: string;
}

interface GetLinkListener {
  got(answer: Got): void;
  /** Refused, closed or broken. Called once, and not after `close`. */
  lost(error: Error): void;
}

/**
 * A bare TCP connection that asks one GET after the other and keeps alive between them. It knows answers with a
 * `Content-Length`, which all of Slugline's have, and takes any other for broken.
 */
export class GetLink {
  readonly #socket: Socket;
  readonly #listener: GetLinkListener;
  readonly #host: string;
  #leftover: Buffer = NOTHING;
  #over = false;

  /**
   * @param buffer for all links of the process: each read is consumed before the next one begins.
   * @param silenceMs without a byte either way for so long, the link is taken for dead.
   */
  constructor(port: number, buffer: Buffer, silenceMs: number, listener: GetLinkListener) {
    this.#listener = listener;
    this.#host = `127.0.0.1:${port}`;
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          this.#receive(buffer.subarray(0, length));
          return true;
        },
      },
    });
    this.#socket.setTimeout(silenceMs, () => this.#lose(new Error('silence')));
    this.#socket.on('error', (error) => this.#lose(error));
    this.#socket.on('close', () => this.#lose(new Error('closed')));
  }

  /** Not before the answer to the last one came. */
  get(path: string): void {
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\nAccept: application/json\r\n\r\n`);
  }

  stall(): void {
    this.#socket.pause();
  }

  drain(): void {
    this.#socket.resume();
  }

  /** Resets the connection, so that thousands of closed ports do not linger. */
  close(): void {
    this.#over = true;
    this.#socket.resetAndDestroy();
  }

  #lose(error: Error): void {
    if (this.#over) return;
    this.close();
    this.#listener.lost(error);
  }

  #receive(chunk: Buffer): void {
    const data = this.#leftover.length === 0 ? chunk : Buffer.concat([this.#leftover, chunk]);
    const headEnd = data.indexOf(HEAD_END);
    const head = headEnd < 0 ? undefined : data.toString('latin1', 0, headEnd);
    const length = head === undefined ? undefined : /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const bodyStart = headEnd + HEAD_END.length;
    const end = bodyStart + Number(length ?? 0);
    if (head === undefined || data.length < end) {
      // What is kept must be a copy: the buffer belongs to all readers.
      this.#leftover = Buffer.from(data);
      return;
    }
    this.#leftover = NOTHING;
    if (length === undefined || data.length > end) {
      this.#lose(new Error('an answer that is not what was asked'));
      return;
    }
    const got = { status: Number(head.slice(9, 12)), head, body: data.toString('utf8', bodyStart, end) };
    this.#listener.got(got);
    if (/\r\nconnection: *close/i.test(head)) this.#lose(new Error('asked to go'));
  }
}

import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const TEXT_FRAME = 0x81;

/**
 * A connection that a test holds by its TCP socket. It can stop reading as a phone in a tunnel does: the kernel then
 * takes what it takes, and the rest waits at the server.
 */
export class RawLink {
  protected readonly socket: Socket;
  /** What came and was not understood yet. */
  protected readonly inbox = new Inbox();

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('error', () => undefined);
  }

  /** Whether the connection is closed. Who does not read learns of it late. */
  get isOver(): boolean {
    return this.socket.closed;
  }

  /** Stops reading. */
  stall(): void {
    this.socket.pause();
  }

  /** Reads on. */
  drain(): void {
    this.socket.resume();
  }

  /** Ends it with a reset, so that thousands of closed ports do not linger. */
  close(): void {
    this.socket.resetAndDestroy();
  }
}

/** A WebSocket by hand, for text messages. */
export class RawWebSocket extends RawLink {
  /** Resolves when the server has agreed. */
  readonly opened: Promise<void>;
  readonly #onMessage: (text: string) => void;
  #isOpen = false;
  /** Bytes that must be there before it is worth a look. */
  #wanted = 0;

  constructor(port: number, path: string, onMessage: (text: string) => void) {
    super(port);
    this.#onMessage = onMessage;
    this.opened = new Promise((resolve, reject) => {
      this.socket.on('close', () => reject(new Error(`${path} was closed before it was a WebSocket`)));
      this.socket.on('data', (chunk) => {
        this.inbox.add(chunk);
        if (!this.#isOpen) this.#readHead(resolve, reject);
        if (this.#isOpen && this.inbox.length >= this.#wanted) this.#readFrames();
      });
    });
    this.opened.catch(() => undefined);
    this.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: c2x1Z2xpbmUtcmVhZGVyIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
  }

  /** Several go together, in one write. */
  send(...texts: readonly string[]): void {
    this.socket.write(Buffer.concat(texts.map(maskedFrame)));
  }

  #readHead(resolve: () => void, reject: (error: Error) => void): void {
    const head = this.inbox.takeHead();
    if (head === undefined) return;
    if (!head.startsWith('HTTP/1.1 101')) {
      reject(new Error(`the server refused a WebSocket: ${head}`));
      this.close();
      return;
    }
    this.#isOpen = true;
    resolve();
  }

  #readFrames(): void {
    const data = this.inbox.all();
    for (let at = 0; ; ) {
      const size = frameSize(data, at);
      if (size === undefined || at + size.whole > data.length) {
        this.inbox.skip(at);
        this.#wanted = size?.whole ?? 0;
        return;
      }
      if (data[at] === TEXT_FRAME) this.#onMessage(data.toString('utf8', at + size.header, at + size.whole));
      at += size.whole;
    }
  }
}

function frameSize(data: Buffer, at: number): { readonly header: number; readonly whole: number } | undefined {
  const left = data.length - at;
  if (left < 2) return undefined;
  const short = (data[at + 1] ?? 0) & 0x7f;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (left < header) return undefined;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : data.readUInt32BE(at + 6);
  return { header, whole: header + length };
}

/** A frame as clients must send it: masked, here with zeros. */
function maskedFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
  const [first = 0, ...more] = length;
  return Buffer.concat([Buffer.from([TEXT_FRAME, 0x80 | first, ...more, 0, 0, 0, 0]), payload]);
}

interface RawRequest {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Is handed the body as it comes, instead of the answer. */
  readonly onBody?: (text: string) => void;
}

interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/** A connection for requests, one after the other. */
export class RawHttp extends RawLink {
  readonly #port: number;
  #onData = (): void => undefined;
  #onClosed = (): void => undefined;

  constructor(port: number) {
    super(port);
    this.#port = port;
    this.socket.on('data', (chunk) => {
      this.inbox.add(chunk);
      this.#onData();
    });
    this.socket.on('close', () => this.#onClosed());
  }

  /** Rejects when the connection is closed before the whole answer is here. */
  request(method: string, path: string, { body = '', headers = {}, onBody }: RawRequest = {}): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      this.#onClosed = () => reject(new Error(`the connection was closed before ${method} ${path} was answered`));
      if (this.isOver) return this.#onClosed();
      const answer = new AnswerReader(this.inbox, onBody);
      this.#onData = () => {
        const whole = answer.read();
        if (whole !== undefined) resolve(whole);
      };
      const length = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
      const lines = Object.entries({ Host: `127.0.0.1:${this.#port}`, ...length, ...headers });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      this.socket.write(`${method} ${path} HTTP/1.1\r\n${head}\r\n${body}`);
    });
  }
}

/** One answer, whose body comes in one piece or in chunks. */
class AnswerReader {
  readonly #inbox: Inbox;
  readonly #onBody: ((text: string) => void) | undefined;
  readonly #decoder = new TextDecoder();
  #status = 0;
  /** Of the body; `undefined` before the head is here. */
  #length: number | 'chunks' | undefined;
  #body = '';

  constructor(inbox: Inbox, onBody: ((text: string) => void) | undefined) {
    this.#inbox = inbox;
    this.#onBody = onBody;
  }

  /** Takes what is there. Answers once it is all. */
  read(): RawAnswer | undefined {
    if (this.#length === undefined) this.#readHead();
    if (this.#length === undefined) return undefined;
    const isWhole = this.#length === 'chunks' ? this.#readChunks() : this.#readWhole(this.#length);
    return isWhole ? { status: this.#status, body: this.#body } : undefined;
  }

  #readHead(): void {
    const head = this.#inbox.takeHead();
    if (head === undefined) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#status = Number(head.slice(9, 12));
    this.#length = length === undefined ? 'chunks' : Number(length);
  }

  #readWhole(length: number): boolean {
    if (this.#inbox.length < length) return false;
    this.#take(this.#inbox.all().subarray(0, length));
    this.#inbox.skip(length);
    return true;
  }

  #readChunks(): boolean {
    const data = this.#inbox.all();
    for (let at = 0; ; ) {
      const lineEnd = data.indexOf('\r\n', at, 'latin1');
      const size = lineEnd < 0 ? Number.NaN : Number.parseInt(data.toString('latin1', at, lineEnd), 16);
      const next = lineEnd + 2 + size + 2;
      if (Number.isNaN(size) || next > data.length) {
        this.#inbox.skip(at);
        return false;
      }
      this.#take(data.subarray(lineEnd + 2, next - 2));
      at = next;
      if (size > 0) continue;
      this.#inbox.skip(at);
      return true;
    }
  }

  #take(bytes: Buffer): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (this.#onBody === undefined) this.#body += text;
    else if (text !== '') this.#onBody(text);
  }
}

/** Chunks that came, joined only when someone looks. */
class Inbox {
  #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  all(): Buffer {
    const joined = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    if (joined !== undefined) return joined;
    const all = Buffer.concat(this.#chunks, this.#length);
    this.#chunks = [all];
    return all;
  }

  skip(bytes: number): void {
    if (bytes === 0) return;
    const rest = this.all().subarray(bytes);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
  }

  /** The head of an HTTP message without the empty line behind it, once all of it is here. */
  takeHead(): string | undefined {
    const end = this.all().indexOf(HEAD_END);
    if (end < 0) return undefined;
    const head = this.all().toString('latin1', 0, end);
    this.skip(end + HEAD_END.length);
    return head;
  }
}

import { connect, type Socket } from 'node:net';

const TEXT_FRAME = 0x81;
const CLOSE_FRAME = 0x88;
const JOIN_MS = 20_000;

/** One change as it lies in the read buffer, `framed` bytes with its WebSocket header. */
type OnChangeFrame = (frame: Buffer, start: number, end: number, framed: number) => void;

const NOTHING = Buffer.alloc(0);
const HEAD_END = Buffer.from('\r\n\r\n');
const CONNECT = clientFrame('40');
const PONG = clientFrame('3');

/** First two characters of an Engine.IO message, as one number. */
const packet = (text: string): number => Buffer.from(text.padEnd(2, '\0')).readUInt16BE(0);
const CONNECTED = packet('40');
const EVENT = packet('42');
const ACKNOWLEDGED = packet('43');
const ENGINE_OPEN = '0'.charCodeAt(0);
const ENGINE_PING = '2'.charCodeAt(0);

/** One of the pool's readers. */
export class Reader {
  readonly joined: Promise<void>;
  readonly #socket: Socket;
  readonly #onChange: OnChangeFrame;
  readonly #join: Buffer;
  #leftover: Buffer = NOTHING;
  #upgraded = false;
  #onJoined: () => void = () => undefined;
  #onFailed: (error: Error) => void = () => undefined;

  constructor(port: number, slug: string, buffer: Buffer, onChange: OnChangeFrame) {
    this.#onChange = onChange;
    this.#join = clientFrame(`420["story:join",{"slug":"${slug}"}]`);
    this.joined = new Promise((resolve, reject) => {
      this.#onJoined = resolve;
      this.#onFailed = reject;
    });
    const late = setTimeout(
      () => this.#onFailed(new Error(`a reader waited ${JOIN_MS / 1_000} s for its join`)),
      JOIN_MS,
    );
    this.joined.catch(() => undefined).finally(() => clearTimeout(late));
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
    this.#socket.on('error', (error) => this.#onFailed(error));
    this.#socket.on('close', () => this.#onFailed(new Error('the server closed a reader before it had joined')));
    this.#socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Key: c2x1Z2xpbmUtcmVhZGVyIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
  }

  /** Resets the connection, so that thousands of closed ports do not linger. */
  close(): void {
    this.#socket.resetAndDestroy();
  }

  #receive(chunk: Buffer): void {
    const data = this.#leftover.length === 0 ? chunk : Buffer.concat([this.#leftover, chunk]);
    let at = 0;
    if (!this.#upgraded) {
      const head = data.indexOf(HEAD_END);
      if (head < 0) {
        this.#leftover = Buffer.from(data);
        return;
      }
      if (!data.toString('latin1', 0, 12).endsWith(' 101')) {
        this.#onFailed(new Error(`a reader was refused: ${data.toString('latin1', 0, 200)}`));
        return;
      }
      this.#upgraded = true;
      at = head + HEAD_END.length;
    }
    for (;;) {
      const next = this.#frame(data, at);
      if (next < 0) break;
      at = next;
    }
    // What is kept must be a copy: the buffer belongs to all readers.
    this.#leftover = at === data.length ? NOTHING : Buffer.from(data.subarray(at));
  }

  /** Takes the frame at `at` and answers where the next one starts; -1 when it is not all here. */
  #frame(data: Buffer, at: number): number {
    if (at + 2 > data.length) return -1;
    const short = (data[at + 1] ?? 0) & 0x7f;
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    if (start > data.length) return -1;
    const length = short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : data.readUInt32BE(at + 6);
    const end = start + length;
    if (end > data.length) return -1;
    if (data[at] === TEXT_FRAME) this.#message(data, start, end, end - at);
    else if (data[at] === CLOSE_FRAME) this.#onFailed(new Error('the server closed a reader'));
    return end;
  }

  #message(data: Buffer, start: number, end: number, framed: number): void {
    const kind = end - start < 2 ? 0 : data.readUInt16BE(start);
    if (kind === EVENT) this.#onChange(data, start, end, framed);
    else if (data[start] === ENGINE_PING) this.#socket.write(PONG);
    else if (data[start] === ENGINE_OPEN) this.#socket.write(CONNECT);
    else if (kind === CONNECTED) this.#socket.write(this.#join);
    else if (kind === ACKNOWLEDGED) this.#acknowledged(data.toString('utf8', start, end));
  }

  #acknowledged(text: string): void {
    if (text.includes('"ok":true')) this.#onJoined();
    else this.#onFailed(new Error(`a reader's join was refused: ${text}`));
  }
}

/** A text frame as clients must send it: masked, here with zeros, so that it can be made once. */
function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new Error('the generator sends short frames only');
  return Buffer.concat([Buffer.from([TEXT_FRAME, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

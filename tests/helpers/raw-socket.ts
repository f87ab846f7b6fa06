import { connect, type Socket } from 'node:net';

const TEXT_FRAME = 0x81;
const CLOSE_FRAME = 0x88;

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

interface RawSocketListener {
  /** The handshakes are done: requests may be sent. */
  connected(): void;
  /** An event, `framed` bytes with its WebSocket header. What is to be kept of the buffer must be copied. */
  event(data: Buffer, start: number, end: number, framed: number): void;
  /** An acknowledgement: what follows `43`. */
  acknowledged(text: string): void;
  /** Refused, closed or broken. Called once, and not after `close`. */
  lost(error: Error): void;
}

/**
 * A bare TCP socket that speaks just enough WebSocket, Engine.IO and Socket.IO to follow stories: thousands of them
 * fit into one process and leave the machine to the server.
 */
export class RawSocket {
  readonly #socket: Socket;
  readonly #listener: RawSocketListener;
  #leftover: Buffer = NOTHING;
  #upgraded = false;
  #over = false;

  /** @param buffer for all sockets of the process: each read is consumed before the next one begins. */
  constructor(port: number, buffer: Buffer, listener: RawSocketListener) {
    this.#listener = listener;
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
    this.#socket.on('error', (error) => this.#lose(error));
    this.#socket.on('close', () => this.#lose(new Error('the server closed the connection')));
    this.#socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Key: c2x1Z2xpbmUtcmVhZGVyIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
  }

  /** @param frame made by `clientFrame`. */
  send(frame: Buffer): void {
    this.#socket.write(frame);
  }

  /** Stops reading: the kernel takes what it takes, and the rest waits at the server. */
  stall(): void {
    this.#socket.pause();
  }

  /** Reads on. */
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
    let at = 0;
    if (!this.#upgraded) {
      const head = data.indexOf(HEAD_END);
      if (head < 0) {
        this.#leftover = Buffer.from(data);
        return;
      }
      if (!data.toString('latin1', 0, 12).endsWith(' 101')) {
        this.#lose(new Error(`refused: ${data.toString('latin1')}`));
        return;
      }
      this.#upgraded = true;
      at = head + HEAD_END.length;
    }
    while (!this.#over) {
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
    else if (data[at] === CLOSE_FRAME) this.#lose(new Error('the server closed the WebSocket'));
    return end;
  }

  #message(data: Buffer, start: number, end: number, framed: number): void {
    const kind = end - start < 2 ? 0 : data.readUInt16BE(start);
    if (kind === EVENT) this.#listener.event(data, start, end, framed);
    else if (data[start] === ENGINE_PING) this.#socket.write(PONG);
    else if (data[start] === ENGINE_OPEN) this.#socket.write(CONNECT);
    else if (kind === CONNECTED) this.#listener.connected();
    else if (kind === ACKNOWLEDGED) this.#listener.acknowledged(data.toString('utf8', start + 2, end));
  }
}

/** A text frame as clients must send it: masked, here with zeros, so that it can be made once. */
export function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  if (length > 65_535) throw new Error('short frames are all that is sent');
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([TEXT_FRAME, ...size, 0, 0, 0, 0]), payload]);
}

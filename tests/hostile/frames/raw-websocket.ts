import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds that a server has to answer or to close: one that does neither hangs. */
const PATIENCE = 10_000;
/** Characters of each message that are kept: what it is shows at its beginning. And of all that was not looked at yet. */
const BEGINNING = 64;
const KEPT = 64 * 1_024;

const HANDSHAKE = [
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==',
];

/** A WebSocket by hand, which sends whatever it is given and does nothing that it is not told. */
export class RawWebSocket {
  readonly #link: Socket;
  #unread: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #heard = '';
  #isClosed = false;
  #wake = (): void => {};

  /** @param handshake lines of the request, with which the connection begins. */
  constructor(url: string, handshake: readonly string[] = HANDSHAKE) {
    this.#link = connect(Number(new URL(url).port), '127.0.0.1');
    this.#link.setNoDelay(true);
    this.#link.on('error', () => undefined);
    this.#link.on('data', (chunk) => this.#hear(chunk));
    this.#link.on('end', () => this.#link.end());
    this.#link.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
    this.send(Buffer.from(`${handshake.join('\r\n')}\r\n\r\n`, 'latin1'));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(...frames: readonly Buffer[]): void {
    if (!this.#isClosed && this.#link.writable) this.#link.write(Buffer.concat(frames));
  }

  /**
   * Waits for a text from the server, whatever came before it; `closed` when it closed instead.
   *
   * @throws when it does neither.
   */
  async hears(text: string): Promise<'heard' | 'closed'> {
    const until = performance.now() + PATIENCE;
    for (;;) {
      if (this.#heard.includes(text)) {
        this.#heard = this.#heard.slice(this.#heard.indexOf(text) + text.length);
        return 'heard';
      }
      if (this.#isClosed) return 'closed';
      if (performance.now() > until) throw new Error(`neither ${JSON.stringify(text)} nor an end came`);
      await this.#next(until);
    }
  }

  /** The status of the answer to the handshake; 0 when there was none. */
  async status(): Promise<number> {
    const outcome = await this.hears('HTTP/1.1 ');
    if (outcome === 'closed') return 0;
    return Number(this.#heard.slice(0, 3));
  }

  /** Ends the connection, politely or not, and waits until the server has as well. */
  async end(how: 'end' | 'reset'): Promise<void> {
    // A link that was ended already can be reset no more: Node would never say that it is closed.
    if (how === 'end') this.#link.end();
    else if (this.#link.writableEnded) this.#link.destroy();
    else this.#link.resetAndDestroy();
    const until = performance.now() + PATIENCE;
    while (!this.#isClosed) {
      if (performance.now() > until) throw new Error('the server kept a connection whose other end was closed');
      await this.#next(until);
    }
  }

  /** The head of the handshake's answer as it is, then the texts of the frames. */
  #hear(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    if (!this.#isOpen) {
      const end = this.#unread.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#isOpen = true;
      this.#heard = this.#unread.toString('latin1', 0, end);
      this.#unread = this.#unread.subarray(end + 4);
    }
    for (let frame = firstFrame(this.#unread); frame !== undefined; frame = firstFrame(this.#unread)) {
      this.#unread = this.#unread.subarray(frame.size);
      this.#heard = (this.#heard + frame.text.slice(0, BEGINNING)).slice(-KEPT);
      // The server says that it closes, and waits for a word before it does.
      if (frame.opcode === CLOSE) this.#link.end();
    }
    this.#wake();
  }

  async #next(until: number): Promise<void> {
    const timer = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([
      woken,
      delay(Math.max(1, until - performance.now()), undefined, { signal: timer.signal }).catch(() => undefined),
    ]);
    timer.abort();
  }
}

const CLOSE = 8;

interface ServerFrame {
  readonly opcode: number;
  readonly text: string;
  /** Bytes of the whole frame. */
  readonly size: number;
}

/** `undefined` until it is there whole. Servers neither mask nor, here, send in parts. */
function firstFrame(bytes: Buffer): ServerFrame | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const header = second === 126 ? 4 : second === 127 ? 10 : 2;
  if (bytes.length < header) return undefined;
  const length = header === 2 ? second : header === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const size = header + length;
  return bytes.length < size ? undefined : { opcode: first & 15, text: bytes.toString('latin1', header, size), size };
}

/** Handshakes that are none, by what is wrong with them. */
export const BAD_HANDSHAKES: readonly (readonly string[])[] = [
  HANDSHAKE.with(4, 'Sec-WebSocket-Version: 12'),
  HANDSHAKE.with(4, 'Sec-WebSocket-Version: x'),
  HANDSHAKE.with(5, 'Sec-WebSocket-Key: short'),
  HANDSHAKE.toSpliced(5, 1),
  HANDSHAKE.with(3, 'Upgrade: h2c'),
  HANDSHAKE.with(3, 'Upgrade: websocket, websocket'),
  HANDSHAKE.with(0, 'POST /socket.io/?EIO=4&transport=websocket HTTP/1.1'),
  HANDSHAKE.with(0, 'GET /socket.io/?EIO=3&transport=websocket HTTP/1.1'),
  HANDSHAKE.with(0, 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1'),
  HANDSHAKE.with(0, 'GET /socket.io/?EIO=4&transport=__proto__ HTTP/1.1'),
  HANDSHAKE.with(0, 'GET /socket.io/?EIO=4&transport=websocket&sid=nobody HTTP/1.1'),
  HANDSHAKE.with(0, 'GET /socket.io/?EIO=4&transport=websocket&sid=__proto__ HTTP/1.1'),
  HANDSHAKE.with(0, 'GET /socket.io/?EIO=4&EIO=4&transport=websocket&transport=polling HTTP/1.1'),
  HANDSHAKE.with(0, 'GET /socket.io/?%E0%A4%A HTTP/1.1'),
  HANDSHAKE.with(0, 'GET /elsewhere HTTP/1.1'),
  HANDSHAKE.with(0, 'GET /socket.io HTTP/1.1'),
  HANDSHAKE.concat('Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99'),
  HANDSHAKE.concat('Sec-WebSocket-Extensions: ,;=;;"'),
  HANDSHAKE.concat('Sec-WebSocket-Protocol: ,,'),
  HANDSHAKE.concat('Origin: \u0000'),
];

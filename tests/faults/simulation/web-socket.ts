import { type JoinRequest, LIMITS, type Position } from '../../../client-sdk/protocol/index.js';
import { isFields } from '../../../client-sdk/story/guards.js';
import { readError, unreachable } from '../../../client-sdk/transport/failures.js';
import type { MakeWire, SocketWire, Told, WireListener } from '../../../client-sdk/transport/socket-wire.js';
import type { Device } from './device.js';
import type { Instance } from './instance.js';
import type { Line } from './line.js';
import { ServerEnd } from './server-end.js';

/** Milliseconds of the SDK's own wire: to connect, and for the server to answer a join. */
const CONNECT_MS = 8_000;
const JOIN_MS = 10_000;
/** Milliseconds without a ping from the server after which Socket.IO's client gives a connection up. */
const SILENCE_MS = LIMITS.silenceSeconds * 1_000;

/** What came in over one wire: an event with its arguments, or the one argument of an answer. */
export interface HeardSocket {
  /** A join was sent. */
  joining(): void;
  /** @param text the same as JSON. */
  event(message: readonly unknown[], text: string): void;
  /** @param asked where the instance stood when the join reached it. */
  answer(answer: unknown, text: string, asked: Position | undefined): void;
}

/** The wires of a device: Socket.IO over WebSocket, as far as the SDK needs it. */
export function wiresOf(device: Device, newWire: () => HeardSocket): MakeWire {
  return (token, listener) => new WireEnd(device, token, listener, newWire());
}

interface Join {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
  /** Where the instance stood when the join reached it. */
  asked: Position | undefined;
}

class WireEnd implements SocketWire {
  isUp = false;
  readonly #device: Device;
  readonly #token: string | undefined;
  readonly #listener: WireListener;
  readonly #heard: HeardSocket;
  readonly #joins = new Map<number, Join>();
  #nextJoin = 0;
  #line: Line | undefined;
  #server: ServerEnd | undefined;
  #instance: Instance | undefined;
  /** `undefined` until the upgrade was answered. */
  #frames: FrameReader | undefined;
  #deadline: NodeJS.Timeout;
  #isOver = false;

  constructor(device: Device, token: string | undefined, listener: WireListener, heard: HeardSocket) {
    this.#device = device;
    this.#token = token;
    this.#listener = listener;
    this.#heard = heard;
    this.#deadline = setTimeout(() => this.#lose('It took too long to connect.'), CONNECT_MS);
    void this.#connect();
  }

  join(request: JoinRequest): Promise<unknown> {
    const id = this.#nextJoin;
    this.#nextJoin += 1;
    this.#heard.joining();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#joins.delete(id);
        reject(new Error('The join was not answered in time.'));
      }, JOIN_MS);
      const join: Join = { resolve, reject, timer, asked: undefined };
      this.#joins.set(id, join);
      this.#send(`42${id}${JSON.stringify(['story:join', request])}`, () => {
        join.asked = this.#instance?.standsAt(request.edition ?? 'public');
      });
    });
  }

  tell(...told: Told): void {
    this.#send(`42${JSON.stringify(told)}`);
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.isUp = false;
    clearTimeout(this.#deadline);
    this.#line?.hangUp('reader');
    for (const { reject, timer } of this.#joins.values()) {
      clearTimeout(timer);
      reject(new Error('The connection was closed.'));
    }
    this.#joins.clear();
  }

  #receive(bytes: Buffer): void {
    if (this.#isOver) return;
    if (this.#frames !== undefined) {
      this.#frames.read(bytes);
    } else if (bytes.toString('latin1', 9, 12) === '101') {
      this.#frames = new FrameReader((text) => this.#hear(text));
    } else {
      this.#lose(`The upgrade was refused: ${bytes}`);
    }
  }

  async #connect(): Promise<void> {
    const { line, taken } = this.#device.dial({
      reader: () => this.#lose('The connection broke.'),
      server: () => this.#server?.destroy(),
    });
    this.#line = line;
    const instance = await taken;
    if (instance === undefined) return this.#lose('Nobody took the connection.');
    await line.up('asks for the upgrade');
    this.#instance = instance;
    this.#server = new ServerEnd(
      line,
      (bytes) => this.#receive(bytes),
      () => this.#lose('The server ended the connection.'),
    );
    instance.upgrade(this.#server);
  }

  /** @param arrived called when the message is with the server, just before that takes it. */
  #send(text: string, arrived: () => void = () => undefined): void {
    void this.#line?.up(text.slice(0, 40)).then(() => {
      if (this.#server?.destroyed !== false) return;
      arrived();
      this.#server.push(clientFrame(text));
    });
  }

  /** Engine.IO and Socket.IO packets, in their versions 4 and 5. */
  #hear(text: string): void {
    if (this.#isOver) return;
    const [, kind = '', id = '', json = ''] = /^(4\d|\d)(\d*)(.*)$/s.exec(text) ?? [];
    const data: unknown = json === '' ? undefined : JSON.parse(json);
    if (kind === '0') this.#send(`40${this.#token === undefined ? '' : JSON.stringify({ token: this.#token })}`);
    else if (kind === '2') this.#send('3');
    else if (kind === '40') this.#stands();
    else if (kind === '44') this.#lose('The server refused the connection.', data);
    else if (kind === '41' || kind === '1') this.#lose('The server closed the connection.');
    else if (kind === '42' && Array.isArray(data)) this.#event(data, json);
    else if (kind === '43' && Array.isArray(data)) this.#answered(Number(id), data, json);
    if (this.isUp && kind === '2') this.#expectPing();
  }

  #stands(): void {
    this.isUp = true;
    this.#expectPing();
    this.#listener.up();
  }

  #expectPing(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#lose('The server fell silent.'), SILENCE_MS);
  }

  #event(message: readonly unknown[], json: string): void {
    this.#heard.event(message, json);
    const [name, ...given] = message;
    if (name === 'story:change') this.#listener.change(given[0], given[1]);
    else if (name === 'story:reset') this.#listener.reset(given[0]);
    else if (name === 'server:goaway') this.#listener.goaway(given[0]);
  }

  #answered(id: number, data: readonly unknown[], json: string): void {
    const join = this.#joins.get(id);
    this.#heard.answer(data[0], json, join?.asked);
    if (join === undefined) return;
    this.#joins.delete(id);
    clearTimeout(join.timer);
    join.resolve(data[0]);
  }

  #lose(why: string, refusal?: unknown): void {
    if (this.#isOver) return;
    this.close();
    const refused = isFields(refusal) ? readError(refusal.data) : undefined;
    this.#listener.lost(refused ?? unreachable(why));
  }
}

/** RFC 6455, as far as servers send it: unmasked frames, in pieces of any size. */
class FrameReader {
  readonly #onText: (text: string) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onText: (text: string) => void) {
    this.#onText = onText;
  }

  read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const data = this.#rest;
      if (data.length < 2) return;
      const short = (data[1] ?? 0) & 0x7f;
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (data.length < start) return;
      const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
      if (data.length < start + length) return;
      this.#rest = data.subarray(start + length);
      if (data[0] === 0x81) this.#onText(data.toString('utf8', start, start + length));
    }
  }
}

/** A text frame as clients must send it: masked, here with zeros. */
function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = 0x81;
  head[1] = 0x80 | (long ? 126 : payload.length);
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

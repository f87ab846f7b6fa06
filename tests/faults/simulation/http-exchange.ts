import type { Position } from '../../../client-sdk/protocol/index.js';
import type { Device } from './device.js';
import { ServerEnd } from './server-end.js';

/**
 * What came in as the answer to one request, before the reader makes anything of it: in pieces, where it is a stream.
 *
 * @param asked where the instance stood when the request reached it.
 */
export type HeardHttp = (text: string, asked: Position | undefined) => void;

/** The `fetch` of a device: a connection for each request, which goes with its answer. */
export function fetchOf(device: Device, newRequest: (url: URL) => HeardHttp): typeof fetch {
  return (input, init) => {
    const url = new URL(String(input));
    const { pathname, search } = url;
    const heard = newRequest(url);
    let server: ServerEnd | undefined;
    let asked: Position | undefined;
    const broken = () => answer.fail(new TypeError('fetch failed'));
    const { line, taken } = device.dial({ reader: broken, server: () => server?.destroy() });
    const hangUp = () => line.hangUp('reader');
    const answer = new HttpAnswer((text) => heard(text, asked), hangUp);
    const { signal } = init ?? {};
    const abort = () => {
      answer.fail(new DOMException('This operation was aborted', 'AbortError'));
      hangUp();
    };
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    void taken.then(async (instance) => {
      if (instance === undefined) return broken();
      await line.up(`GET ${pathname}${search}`);
      asked = instance.standsAt(url.searchParams.get('edition') === 'desk' ? 'desk' : 'public');
      server = new ServerEnd(
        line,
        (bytes) => answer.receive(bytes),
        () => answer.end(),
      );
      instance.request(server, `${pathname}${search}`, Object.fromEntries(new Headers(init?.headers)));
    });
    return answer.response;
  };
}

/** The reader's end of a request: reads HTTP/1.1 as it arrives, in pieces of any size, and makes a `Response` of it. */
class HttpAnswer {
  readonly response: Promise<Response>;
  readonly #heard: (text: string) => void;
  readonly #onCancel: () => void;
  #resolve: (response: Response) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #rest: Buffer = Buffer.alloc(0);
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Bytes that are still to come; `undefined` where the body comes in chunks. */
  #left: number | undefined;
  #isOver = false;

  constructor(heard: (text: string) => void, onCancel: () => void) {
    this.#heard = heard;
    this.#onCancel = onCancel;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  receive(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (this.#body === undefined) this.#readHead();
    if (this.#body === undefined) return;
    if (this.#left === undefined) {
      for (let more = true; more && !this.#isOver; ) more = this.#readChunk();
    } else {
      this.#left -= this.#rest.length;
      this.#enqueue(this.#take(this.#rest.length));
      if (this.#left <= 0) this.#close();
    }
  }

  /** The server let go of the connection. */
  end(): void {
    this.fail(new TypeError('terminated'));
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reject(error);
    this.#body?.error(error);
  }

  #readHead(): void {
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [status = '', ...lines] = this.#take(end).toString('latin1').split('\r\n');
    this.#take(4);
    const headers = new Headers();
    for (const line of lines)
      headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim());
    this.#left = headers.has('content-length') ? Number(headers.get('content-length')) : undefined;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#body = controller;
      },
      cancel: () => this.#onCancel(),
    });
    this.#resolve(new Response(stream, { status: Number(status.slice(9, 12)), headers }));
  }

  #readChunk(): boolean {
    const end = this.#rest.indexOf('\r\n');
    const length = Number.parseInt(this.#rest.toString('latin1', 0, Math.max(0, end)), 16);
    if (end < 0 || this.#rest.length < end + 2 + length + 2) return false;
    this.#take(end + 2);
    if (length === 0) this.#close();
    else this.#enqueue(this.#take(length));
    if (length > 0) this.#take(2);
    return true;
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  #enqueue(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#heard(bytes.toString());
    this.#body?.enqueue(new Uint8Array(bytes));
  }

  #close(): void {
    this.#isOver = true;
    this.#body?.close();
    this.#onCancel();
  }
}

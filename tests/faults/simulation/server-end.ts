import { Socket } from 'node:net';
import type { Line } from './line.js';

/**
 * The server's end of a connection: a TCP socket like any to those who hold it, with a line in place of the kernel.
 * What was written and has not arrived counts as waiting.
 */
export class ServerEnd extends Socket {
  readonly #line: Line;
  readonly #arrived: (bytes: Buffer) => void;
  readonly #ended: () => void;

  /**
   * @param arrived called with what reached the other end.
   * @param ended called there when nothing more is to come.
   */
  constructor(line: Line, arrived: (bytes: Buffer) => void, ended: () => void) {
    super();
    this.#line = line;
    this.#arrived = arrived;
    this.#ended = ended;
    Object.defineProperty(this, 'remoteAddress', { value: '127.0.0.1' });
    this.on('error', () => undefined);
  }

  override _read(): void {
    // Bytes are pushed when they arrive.
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    this.#send(bytesOf(chunk, encoding), done);
  }

  override _writev(chunks: { chunk: Buffer | string; encoding: BufferEncoding }[], done: () => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk, encoding }) => bytesOf(chunk, encoding))), done);
  }

  override _final(done: () => void): void {
    void this.#line.down('the end').then(() => {
      this.#ended();
      done();
      this.destroy();
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#line.hangUp('server');
    super._destroy(error, done);
  }

  #send(bytes: Buffer, done: () => void): void {
    void this.#line.down(`${bytes.length} bytes`).then(() => {
      this.#arrived(bytes);
      done();
    });
  }
}

function bytesOf(chunk: Buffer | string, encoding: BufferEncoding): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
}

import { clientFrame, RawSocket } from '../helpers/raw-socket.js';

const JOIN_MS = 20_000;

/** One change as it lies in the read buffer, `framed` bytes with its WebSocket header. */
type OnChangeFrame = (frame: Buffer, start: number, end: number, framed: number) => void;

/** One of the pool's readers. */
export class Reader {
  readonly joined: Promise<void>;
  readonly #socket: RawSocket;

  constructor(port: number, slug: string, buffer: Buffer, onChange: OnChangeFrame) {
    const join = clientFrame(`420["story:join",{"slug":"${slug}"}]`);
    const { promise, resolve, reject } = withResolvers();
    this.joined = promise;
    const late = setTimeout(() => reject(new Error(`a reader waited ${JOIN_MS / 1_000} s for its join`)), JOIN_MS);
    promise.catch(() => undefined).finally(() => clearTimeout(late));
    this.#socket = new RawSocket(port, buffer, {
      connected: () => this.#socket.send(join),
      event: onChange,
      acknowledged: (text) => {
        if (text.includes('"ok":true')) resolve();
        else reject(new Error(`a reader's join was refused: ${text}`));
      },
      lost: (error) => reject(new Error(`a reader had not joined: ${error.message}`)),
    });
  }

  /** Resets the connection, so that thousands of closed ports do not linger. */
  close(): void {
    this.#socket.close();
  }
}

function withResolvers() {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  return { promise, resolve, reject };
}

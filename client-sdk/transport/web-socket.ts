import type { LiveError } from '../live-error.js';
import { SILENCE_SECONDS } from '../protocol/reading-limits.js';
import type { JoinRequest } from '../protocol/socket-events.js';
import { isFields } from '../story/guards.js';
import { readError, unreachable } from './failures.js';
import type { MakeWire, SocketWire, Told, WireListener } from './socket-wire.js';

/** Milliseconds for one try to connect, and to ask why where it failed. */
const CONNECT_MS = 8_000;
/** Milliseconds that the server may take to answer a join. */
const JOIN_MS = 10_000;
/** Milliseconds without a word from the server, which pings, after which the link counts as dead. */
const SILENCE_MS = SILENCE_SECONDS * 1_000;

/**
 * Socket.IO over the WebSocket that the platform has: a dozenth of Socket.IO's client, since readers need no binary
 * messages, no second transport and no second opinion on when to try again. The frames are those of PROTOCOL.md, example (e).
 *
 * @param origin scheme, host and port.
 * @param prefix path under which the server is mounted, without a slash at the end; mostly empty.
 */
export function webSocketWires(origin: string, prefix: string): MakeWire {
  return (token, listener) => new WebSocketWire(`${origin}${prefix}/socket.io/?EIO=4&transport=`, token, listener);
}

interface Join {
  readonly answered: (answer: unknown) => void;
  readonly failed: (error: Error) => void;
}

class WebSocketWire implements SocketWire {
  readonly #door: string;
  readonly #token: string | undefined;
  readonly #listener: WireListener;
  readonly #socket: WebSocket;
  readonly #joins = new Map<number, Join>();
  readonly #asking = new AbortController();
  readonly #onOffline = () => this.#lose(unreachable('The network is gone.'));
  #lastJoin = 0;
  #deadline: ReturnType<typeof setTimeout>;
  /** As `Date.now()`, which goes on while a device sleeps. */
  #heardAt = Date.now();
  #isUp = false;
  #isOver = false;

  /** @param door the handshake's address, up to the name of the transport. */
  constructor(door: string, token: string | undefined, listener: WireListener) {
    this.#door = door;
    this.#token = token;
    this.#listener = listener;
    this.#socket = new WebSocket(`${door.replace(/^http/i, 'ws')}websocket`);
    this.#socket.onmessage = ({ data }) => this.#hear(String(data));
    this.#socket.onclose = () => void this.#broke();
    this.#deadline = setTimeout(() => this.#lose(unreachable('It took too long to connect.')), CONNECT_MS);
    globalThis.addEventListener?.('offline', this.#onOffline);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  join(request: JoinRequest): Promise<unknown> {
    this.#lastJoin += 1;
    const id = this.#lastJoin;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(reject, new Error('The join was not answered in time.')), JOIN_MS);
      const settle = <T>(how: (value: T) => void, value: T) => {
        clearTimeout(timer);
        this.#joins.delete(id);
        how(value);
      };
      this.#joins.set(id, {
        answered: (answer) => settle(resolve, answer),
        failed: (error) => settle(reject, error),
      });
      // Timers stand still while a device sleeps: whoever wakes does not wait for an answer out of a dead link.
      if (Date.now() - this.#heardAt > SILENCE_MS) this.#lose(unreachable('The server fell silent.'));
      else this.#emit('story:join', request, `${id}`);
    });
  }

  tell(...[event, request]: Told): void {
    this.#emit(event, request);
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isUp = false;
    clearTimeout(this.#deadline);
    globalThis.removeEventListener?.('offline', this.#onOffline);
    this.#socket.close();
    this.#asking.abort();
    for (const { failed } of [...this.#joins.values()]) failed(unreachable('The link is gone.'));
  }

  /** The array around it is made by hand: old libraries give arrays a `toJSON` that makes a text of them. */
  #emit(event: string, request: object, id = ''): void {
    this.#send(`42${id}["${event}",${JSON.stringify(request)}]`);
  }

  #send(frame: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  /** Engine.IO's packet type, with Socket.IO's behind it where it is a message; then the number of an answer; then JSON. */
  #hear(frame: string): void {
    if (this.#isOver) return;
    this.#heardAt = Date.now();
    const [, type, id, json = ''] = /^(4.|.)(\d*)(.*)$/s.exec(frame) ?? [];
    let data: unknown;
    try {
      data = json === '' ? undefined : JSON.parse(json);
    } catch {
      this.#lose(unreachable('What came is no message of Socket.IO.'));
      return;
    }
    if (type === '0') this.#send(`40${this.#token === undefined ? '' : JSON.stringify({ token: this.#token })}`);
    else if (type === '2') this.#send('3');
    else if (type === '40') this.#stand();
    else if (type === '42' && Array.isArray(data)) this.#tell(data);
    else if (type === '43' && Array.isArray(data)) this.#joins.get(Number(id))?.answered(data[0]);
    else if (type === '44') this.#lose(readError(isFields(data) && data.data) ?? unreachable('The server said no.'));
    else if (type === '41' || type === '1') this.#lose(unreachable('The server closed the socket.'));
    if (this.#isUp) this.#expect();
  }

  #stand(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#listener.up();
  }

  #tell([name, ...given]: readonly unknown[]): void {
    if (name === 'story:change') this.#listener.change(given[0], given[1]);
    else if (name === 'story:reset') this.#listener.reset(given[0]);
    else if (name === 'server:goaway') this.#listener.goaway(given[0]);
  }

  #expect(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#lose(unreachable('The server fell silent.')), SILENCE_MS);
  }

  async #broke(): Promise<void> {
    const refusal = this.#isUp ? undefined : await this.#whyNot().catch(() => undefined);
    this.#lose(refusal ?? unreachable('The socket closed.'));
  }

  /**
   * Nobody is told why a WebSocket was refused. The handshake of long polling would be refused for the same reason, and
   * its answer can be read; where it is let in, the session is of no use to us.
   */
  async #whyNot(): Promise<LiveError | undefined> {
    const door = `${this.#door}polling`;
    const { signal } = this.#asking;
    const response = await fetch(door, { signal });
    if (!response.ok) return readError(await response.json(), response.headers.get('retry-after'));
    const [, sid] = /"sid":"([^"]+)"/.exec(await response.text()) ?? [];
    if (sid !== undefined) await fetch(`${door}&sid=${encodeURIComponent(sid)}`, { method: 'POST', body: '1', signal });
    return undefined;
  }

  #lose(error: LiveError): void {
    if (this.#isOver) return;
    this.close();
    this.#listener.lost(error);
  }
}

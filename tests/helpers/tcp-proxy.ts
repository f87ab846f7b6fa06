import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What becomes of the bytes on a link. None of these closes anything: an end that waits learns nothing.
 *
 * - `pass`: they arrive.
 * - `deaf`: nothing comes from the target any more, while what is sent to it arrives. A half-open link.
 * - `mute`: nothing reaches the target any more, while what it sends arrives. The other half.
 * - `black hole`: nothing arrives either way, ends and resets of connections included.
 * - `endless`: what is said arrives, and only ends and resets do not: who has gone seems to be there and to be silent.
 *
 * What is sent meanwhile waits in the kernel, as lost packets are sent again, and arrives when the link passes again.
 */
type LinkState = 'pass' | 'deaf' | 'mute' | 'black hole' | 'endless';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Stands between two programs like the networks that they have between them. */
export interface TcpProxy {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, for targets that speak HTTP. */
  readonly url: string;
  /** Where new links lead; open ones stay. */
  target: Address;
  /** While true, new links are reset as they come. */
  refusing: boolean;
  /** Milliseconds that bytes take each way. */
  delayMs: number;
  /** Links accepted so far, refused ones included. */
  readonly accepted: number;
  /** Called for each new link, before anything passes. */
  onLink: () => void;
  /** Puts all links, open ones and those to come, into a state. */
  turn(state: LinkState): void;
  /** The same for open links only: those to come are as they were. Answers how to let the open ones pass again. */
  turnOpen(state: LinkState): () => void;
  /** Resets all open links, at both ends. */
  reset(): void;
}

/** Starts a proxy on a free port for one test. */
export async function tcpProxy(target: Address | string): Promise<TcpProxy> {
  const links = new Set<Link>();
  let state: LinkState = 'pass';
  let accepted = 0;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted += 1;
    proxy.onLink();
    if (proxy.refusing) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const link = new Link(client, connect({ ...proxy.target, allowHalfOpen: true }), proxy, () => links.delete(link));
    links.add(link);
    link.turn(state);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  const proxy: TcpProxy = {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    target: typeof target === 'string' ? addressOf(target) : target,
    refusing: false,
    delayMs: 0,
    get accepted() {
      return accepted;
    },
    onLink: () => undefined,
    turn(next) {
      state = next;
      for (const link of links) link.turn(next);
    },
    turnOpen(next) {
      const turned = [...links];
      for (const link of turned) link.turn(next);
      return () => {
        for (const link of turned) link.turn('pass');
      };
    },
    reset() {
      for (const link of links) link.reset();
    },
  };
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    proxy.reset();
    await closed;
  });
  return proxy;
}

/** Host and port of a URL. */
export function addressOf(url: string): Address {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

class Link {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #up: Flow;
  readonly #down: Flow;

  constructor(client: Socket, target: Socket, timing: { readonly delayMs: number }, gone: () => void) {
    this.#client = client;
    this.#target = target;
    this.#up = new Flow(client, target, timing);
    this.#down = new Flow(target, client, timing);
    let open = 2;
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      socket.once('close', () => {
        open -= 1;
        if (open === 0) gone();
      });
    }
  }

  turn(state: LinkState): void {
    this.#up.hold(state === 'mute' || state === 'black hole', state === 'endless');
    this.#down.hold(state === 'deaf' || state === 'black hole', state === 'endless');
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#target.resetAndDestroy();
  }
}

/** Bytes one way. */
class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #timing: { readonly delayMs: number };
  #held = false;
  #isEndless = false;
  #full = false;
  /** The end of the source, which waits like its bytes. */
  #ending: (() => void) | undefined;
  /** What is on its way, in order. */
  readonly #underWay: { readonly due: number; readonly act: () => void }[] = [];

  constructor(from: Socket, to: Socket, timing: { readonly delayMs: number }) {
    this.#from = from;
    this.#to = to;
    this.#timing = timing;
    from.on('data', (chunk) => this.#after(() => this.#write(chunk)));
    from.on('end', () => this.#end(() => to.end()));
    from.on('error', () => this.#end(() => to.resetAndDestroy()));
    from.on('close', () => this.#end(() => to.destroy()));
    to.on('drain', () => {
      this.#full = false;
      this.#flow();
    });
  }

  hold(held: boolean, isEndless: boolean): void {
    this.#held = held;
    this.#isEndless = isEndless;
    this.#flow();
    this.#release();
  }

  #flow(): void {
    if (this.#held || this.#full) this.#from.pause();
    else this.#from.resume();
  }

  #write(chunk: Buffer): void {
    if (this.#to.destroyed || this.#to.writableEnded) return;
    this.#full = !this.#to.write(chunk);
    if (this.#full) this.#flow();
  }

  #end(end: () => void): void {
    // An orderly end is followed by the close of the socket, which is not to cut off what the other side still says.
    if (this.#ending !== undefined) return;
    this.#ending = end;
    this.#release();
  }

  #release(): void {
    const end = this.#ending;
    if (this.#held || this.#isEndless || end === undefined) return;
    this.#ending = () => undefined;
    this.#after(end);
  }

  /** In order, whatever the delay was changed to meanwhile. */
  #after(act: () => void): void {
    const now = performance.now();
    const due = now + this.#timing.delayMs;
    if (this.#underWay.length === 0 && due <= now) {
      act();
      return;
    }
    this.#underWay.push({ due, act });
    if (this.#underWay.length === 1) this.#waitForFirst();
  }

  /** One timer for all: two of them may fire in either order. */
  #waitForFirst(): void {
    const [first] = this.#underWay;
    if (first === undefined) return;
    setTimeout(
      () => {
        const now = performance.now();
        while (this.#underWay[0] !== undefined && this.#underWay[0].due <= now) this.#underWay.shift()?.act();
        this.#waitForFirst();
      },
      Math.max(1, first.due - performance.now()),
    );
  }
}

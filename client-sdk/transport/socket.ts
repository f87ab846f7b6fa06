import { LiveError } from '../live-error.js';
import type { JoinRequest } from '../protocol/socket-events.js';
import { isFields } from '../story/guards.js';
import type { Departure, MakeDeparture } from './departure.js';
import { lossOf, readError, unreachable } from './failures.js';
import type { MakeWire, SocketWire } from './socket-wire.js';
import type { Token } from './token.js';
import type { Channel, Loss, Sink, Target, Transport } from './transport.js';

export interface SocketOptions {
  /** Called for each new wire, so that what it loads is loaded when first needed. */
  readonly load: () => Promise<MakeWire>;
  readonly token: Token;
  readonly departure: MakeDeparture;
}

/** One wire carries all streams of a connection; it closes with the last of them. */
export function socketTransport(options: SocketOptions): Transport {
  let link: Link | undefined;
  return {
    open(target, sink) {
      if (link === undefined || link.isLeaving) link = new Link(options);
      return link.add(target, sink);
    },
  };
}

/** One wire from its first try to connect until it is lost, left by the last channel or told to go away. */
class Link {
  readonly #options: SocketOptions;
  readonly #channels = new Set<SocketChannel>();
  readonly #departure: Departure;
  #wire: SocketWire | undefined;
  #leaving = false;
  #handshakeToken: string | undefined;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#departure = options.departure((use) => this.#depart(use));
    void this.#connect();
  }

  /** Whether new channels have to go elsewhere. */
  get isLeaving(): boolean {
    return this.#leaving;
  }

  add(target: Target, sink: Sink): Channel {
    const channel = new SocketChannel(this, target, sink);
    this.#channels.add(channel);
    if (this.#wire?.isUp) queueMicrotask(() => channel.resync());
    return channel;
  }

  remove(channel: SocketChannel): void {
    if (!this.#channels.delete(channel)) return;
    if (this.#channels.size === 0) {
      this.#shut();
      return;
    }
    const { slug, edition } = channel.target;
    if (this.#of(slug).length === 0 && this.#wire?.isUp) this.#wire.tell('story:leave', { slug, edition });
  }

  has(channel: SocketChannel): boolean {
    return this.#channels.has(channel);
  }

  /** The answer as it came, or the `LiveError` that there is none. */
  async join(request: JoinRequest): Promise<unknown> {
    try {
      const token = await this.#options.token.get();
      // The handshake's stands in, unless the token was renewed since.
      const own = token === undefined || token === this.#handshakeToken ? {} : { token };
      return await this.#wire?.join({ ...request, ...own });
    } catch (error) {
      return error instanceof LiveError ? error : unreachable('The join was not answered.', error);
    }
  }

  async #connect(): Promise<void> {
    try {
      const [makeWire, token] = await Promise.all([this.#options.load(), this.#options.token.get()]);
      if (this.#leaving) return;
      this.#handshakeToken = token;
      this.#wire = makeWire(token, {
        up: () => {
          for (const channel of [...this.#channels]) channel.resync();
        },
        change: (slug, change) => {
          for (const { target, sink, isSampled } of this.#of(slug)) {
            sink.change(change);
            if (isSampled) this.#wire?.tell('story:seen', { slug: target.slug, position: sink.position() });
          }
        },
        reset: (slug) => {
          for (const channel of this.#of(slug)) channel.restart();
        },
        goaway: (goaway) => this.#departure.plan(goaway),
        lost: (error) => this.#lose(lossOf(this.#departure.delayed(error))),
      });
    } catch (error) {
      this.#lose(lossOf(error));
    }
  }

  #depart(use: 'poll' | undefined): void {
    // One that only wants fewer sockets still serves those who have no other way.
    if (use === undefined) this.#leaving = true;
    for (const { sink } of [...this.#channels]) sink.goaway(use);
  }

  #of(slug: unknown): readonly SocketChannel[] {
    return [...this.#channels].filter(({ target }) => target.slug === slug);
  }

  #lose(loss: Loss): void {
    const channels = [...this.#channels];
    this.#channels.clear();
    this.#shut();
    for (const { sink } of channels) sink.lost(loss);
  }

  #shut(): void {
    this.#leaving = true;
    this.#departure.cancel();
    this.#wire?.close();
  }
}

class SocketChannel implements Channel {
  readonly target: Target;
  readonly sink: Sink;
  /** The server wants to know what was applied. */
  isSampled = false;
  readonly #link: Link;
  #joining = false;
  /** The answer under way was overtaken: ask once more when it is here. */
  #again = false;

  constructor(link: Link, target: Target, sink: Sink) {
    this.#link = link;
    this.target = target;
    this.sink = sink;
  }

  resync(): void {
    if (!this.#joining) void this.#join();
  }

  /** The server can no longer vouch for what it sent: begin again, without a position. */
  restart(): void {
    this.sink.distrust();
    this.#again = this.#joining;
    this.resync();
  }

  close(): void {
    this.#link.remove(this);
  }

  async #join(): Promise<void> {
    this.#joining = true;
    const { slug, edition, limit } = this.target;
    const position = this.sink.position();
    const asked = position === undefined ? {} : { position };
    const answer = await this.#link.join({ slug, edition, ...asked, ...(limit === undefined ? {} : { limit }) });
    this.#joining = false;
    if (!this.#link.has(this)) return;
    if (answer instanceof LiveError) this.#lose(lossOf(answer));
    else if (this.#again) {
      this.#again = false;
      this.resync();
    } else if (isFields(answer) && answer.ok === false) {
      const malformed = new LiveError('malformed', 'The refusal of a join is not of the form it should be.');
      this.#lose({ why: 'answer', error: readError(answer.error) ?? malformed });
    } else {
      this.isSampled = isFields(answer) && answer.sampled === true;
      this.sink.caughtUp(answer, position);
    }
  }

  #lose(loss: Loss): void {
    this.close();
    this.sink.lost(loss);
  }
}

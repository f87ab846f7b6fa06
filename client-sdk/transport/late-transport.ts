import { lossOf } from './failures.js';
import type { Channel, Sink, Target, Transport } from './transport.js';

/**
 * A transport whose code is loaded when it gets its turn: most readers stay on their socket and never need the others.
 *
 * @param load called for each channel, so that what could not be loaded is tried again with the next one.
 */
export function lateTransport(load: () => Promise<Transport>): Transport {
  return { open: (target, sink) => new LateChannel(load, target, sink) };
}

class LateChannel implements Channel {
  #channel: Channel | undefined;
  #closed = false;

  constructor(load: () => Promise<Transport>, target: Target, sink: Sink) {
    load().then(
      (transport) => {
        if (!this.#closed) this.#channel = transport.open(target, sink);
      },
      (error: unknown) => {
        if (!this.#closed) sink.lost(lossOf(error));
      },
    );
  }

  /** Before it is there nothing is under way that could have missed something. */
  resync(): void {
    this.#channel?.resync();
  }

  close(): void {
    this.#closed = true;
    this.#channel?.close();
  }
}

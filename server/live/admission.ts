import type { ClientAddress } from '../access/client-address.js';
import { Failure } from '../errors.js';
import { Places } from './places.js';

interface AdmissionParts {
  /** As `Config.connections`. */
  readonly limits: { readonly most: number; readonly perAddress: number; readonly pollAbove: number };
  readonly addressOf: ClientAddress;
}

/** Who may come in, decided by one rule for all live doors of an instance. */
export class Admission {
  /** Of sockets, in any state from their handshake on, and streams. */
  readonly connections: Places;
  /**
   * Of polls that wait. They cost little more than their TCP connection, and whoever finds no place above comes here,
   * so there are as many again.
   */
  readonly waitingPolls: Places;
  readonly addressOf: ClientAddress;
  readonly #pollAbove: number;
  #isShut = false;

  constructor({ limits, addressOf }: AdmissionParts) {
    this.connections = new Places(limits);
    this.waitingPolls = new Places(limits);
    this.addressOf = addressOf;
    this.#pollAbove = limits.pollAbove;
  }

  /** Whether new readers had better poll. */
  get isCrowded(): boolean {
    return this.#pollAbove > 0 && this.connections.taken > this.#pollAbove;
  }

  /** Whether readers are no longer let in, nor polls to wait. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /** Lets nobody in any more. Those who are inside stay. */
  shut(): void {
    this.#isShut = true;
  }

  /** @throws Failure `shutting_down` */
  requireOpen(): void {
    if (this.#isShut) throw new Failure('shutting_down');
  }
}

/** Raw TCP connections above the places for readers: for requests that do not wait, of publishers and probes too. */
const PLAIN_LINKS = 1_000;

/** How many TCP connections an instance accepts at a time. Each reader has one, whatever door it is at. */
export function linksAtMost({ most }: { readonly most: number }): number {
  return 2 * most + PLAIN_LINKS;
}

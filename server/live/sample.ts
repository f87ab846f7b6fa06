import type { Position } from '@slugline/client/protocol';
import type { Reach } from '../reach/reach.js';
import type { Behind } from './behind.js';
import { seenRequest } from './join-request.js';
import type { Reader } from './reader.js';
import type { Room } from './rooms.js';

export interface SampleParts {
  readonly reach: Pick<Reach, 'confirmed'>;
  readonly behind: Pick<Behind<Reader, unknown>, 'sentTo'>;
}

/** Readers of one story on this instance who are asked to confirm what comes: enough to tell how fast 95 of 100 are. */
const SAMPLED_MOST = 200;
/** Those of them from one address: a crowd of one cannot speak for all. */
const OF_ADDRESS_MOST = 20;
/** Changes after which one who has never confirmed any is not asked any more: its client does not know how to. */
const SILENT_MOST = 5;
/** Confirmations of what nobody sent, after which a reader is not heard any more. */
const FAULTS_MOST = 20;

interface Sampled {
  /** It confirmed everything up to here, or was answered with it. */
  seq: number;
  hasConfirmed: boolean;
  /** Changes since it joined, counted until it has confirmed one. */
  silent: number;
  faults: number;
}

/**
 * The readers of each story who are asked to confirm that they have applied what they were sent. They are chosen when
 * they join, by there being room; what they say is counted and believed for nothing else. One who lies can say a little
 * early that it has what it was sent, as one of two hundred.
 */
export class Sample {
  readonly #parts: SampleParts;
  readonly #rooms = new WeakMap<Room<Reader>, Map<Reader, Sampled>>();

  constructor(parts: SampleParts) {
    this.#parts = parts;
  }

  /**
   * Whether a reader who is about to be answered a join is to confirm what comes after it.
   *
   * @param position of the answer.
   */
  take(room: Room<Reader>, reader: Reader, { seq }: Position): boolean {
    if (room.edition !== 'public' || room.slug.startsWith('@')) return false;
    // It may be gone while its answer was read: nobody would take it out again.
    if (!room.members.has(reader)) return false;
    const sampled = this.#rooms.get(room) ?? new Map<Reader, Sampled>();
    const known = sampled.get(reader);
    if (known === undefined) {
      if (sampled.size >= SAMPLED_MOST) return false;
      let ofAddress = 0;
      for (const { address } of sampled.keys()) if (address === reader.address) ofAddress += 1;
      if (ofAddress >= OF_ADDRESS_MOST) return false;
    }
    sampled.set(reader, { hasConfirmed: false, silent: 0, faults: 0, ...known, seq });
    this.#rooms.set(room, sampled);
    return true;
  }

  /** Who has left the room makes place for another at once: in a quiet story it is long until anybody is asked. */
  left(room: Room<Reader>, reader: Reader): void {
    this.#rooms.get(room)?.delete(reader);
  }

  /** How many are to confirm a change that is being sent. Those who never answer make place for others. */
  ask(room: Room<Reader>): number {
    const sampled = this.#rooms.get(room);
    if (sampled === undefined) return 0;
    for (const [reader, one] of sampled) {
      if (one.silent >= SILENT_MOST) sampled.delete(reader);
      else if (!one.hasConfirmed) one.silent += 1;
    }
    return sampled.size;
  }

  /** Takes what a reader says that it has applied, whatever that is. Who is not in the sample is not heard. */
  seen(reader: Reader, request: unknown): void {
    const { data } = seenRequest.safeParse(request);
    const room = reader.rooms.find(({ slug, edition }) => slug === data?.slug && edition === 'public');
    const one = room && this.#rooms.get(room)?.get(reader);
    if (data === undefined || room === undefined || one === undefined || one.faults > FAULTS_MOST) return;
    // It holds what it was sent back until it has what comes before.
    if (data.position === undefined) return;
    const { epoch, seq } = data.position;
    const sent = this.#parts.behind.sentTo(reader, room);
    if (sent === undefined || sent.epoch !== epoch || seq > sent.seq) {
      one.faults += 1;
      return;
    }
    if (seq <= one.seq) return;
    this.#parts.reach.confirmed(room.slug, one.seq, seq);
    one.seq = seq;
    one.hasConfirmed = true;
    one.silent = 0;
  }
}

import type { Position } from '@slugline/client/protocol';
import type { Caller } from '../access/access.js';
import { isFailure, toWireError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import type { Door, Room, Rooms } from './rooms.js';
import type { Links, SlowReaders } from './slow-readers.js';
import type { FeedCatchUp } from './story-feed.js';

/** One or more net changes as a door writes them. */
export interface Piece<Encoded> {
  readonly encoded: Encoded;
  /** Where a reader stands that was sent everything up to and with this. */
  readonly leadsTo: Position;
  readonly changes: number;
}

/** A door that pushes, as those see it who bring its readers up to date. None of these may throw or wait. */
export interface PushDoor<Member, Encoded> extends Door<Member>, Links<Member> {
  readonly name: 'socket' | 'sse';
  /** From now on the member MUST be sent nothing live. */
  hold(member: Member): void;
  /** From now on, without a pause, the member MUST be sent what is live. */
  release(member: Member): void;
  /** Whether the member asked for something that was not answered yet: that goes first. */
  isAsking(member: Member): boolean;
  /** Objects on the page with which the member starts afresh. */
  limitOf(member: Member): number | undefined;
  /** Net changes after `since` in ascending order, in pieces of a size that may be added to what waits already. */
  encode(room: Room<Member>, answer: FeedCatchUp, since: Position): Iterable<Piece<Encoded>>;
  /** Writes after everything that was written before, whatever waits. */
  write(member: Member, piece: Piece<Encoded>): void;
  /** Tells the member to start afresh. */
  startOver(room: Room<Member>, member: Member, answer: FeedCatchUp): void;
  /** Counts changes written. */
  delivered(member: Member, changes: number): void;
}

export interface BehindParts<Member, Encoded> {
  readonly door: PushDoor<Member, Encoded>;
  readonly rooms: Rooms<Member>;
  readonly slow: SlowReaders<Member>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Up to where a reader was sent each story that it follows; without a position it is to start afresh. */
export type Sent<Member> = Map<Room<Member>, Position | undefined>;

interface Lag<Member> {
  readonly sent: Sent<Member>;
  /** Because too much waited for it, and not because its stream only begins or begins anew. */
  readonly fell: boolean;
}

/**
 * Readers who are not live, and how they become so again. While one is here, all that is kept of what it misses is a
 * position for each of its stories. As its link takes what waits, it is sent the net changes since then, in parts;
 * when there is nothing left between what it was sent and where the feeds stand, it goes on live without a pause, so
 * that nothing live can overtake what it missed. A reader who keeps up is not known here.
 */
export class Behind<Member, Encoded> {
  readonly #parts: BehindParts<Member, Encoded>;
  readonly #lags = new Map<Member, Lag<Member>>();

  constructor(parts: BehindParts<Member, Encoded>) {
    this.#parts = parts;
  }

  has(member: Member): boolean {
    return this.#lags.has(member);
  }

  /** Too much waits for the member: it is sent no more until it has caught up. */
  fall(member: Member, sent: Sent<Member>): void {
    const { door, metrics } = this.#parts;
    metrics.slowReaders.inc({ door: door.name, outcome: 'behind' });
    this.#hold(member, { sent, fell: true });
  }

  /**
   * Begins to send a story, or begins again.
   *
   * @param since absent: with a fresh start.
   * @param answer what was answered to `since`, where that was asked for already.
   */
  start(member: Member, room: Room<Member>, since: Position | undefined, answer?: FeedCatchUp): void {
    const lag: Lag<Member> = { sent: new Map([[room, since]]), fell: false };
    if (answer !== undefined) this.#send(member, lag, room, since, answer);
    this.#hold(member, lag);
  }

  /** Up to where a member was sent a room; absent: it is to start afresh. */
  sentTo(member: Member, room: Room<Member>): Position | undefined {
    const lag = this.#lags.get(member);
    return lag === undefined ? room.feed.position : lag.sent.get(room);
  }

  /** A member came into a room. The answer to its join will be no older than this. */
  entered(member: Member, room: Room<Member>): void {
    this.#lags.get(member)?.sent.set(room, room.feed.position);
  }

  /** A member was answered, and so was sent all of a room up to this position. */
  answered(member: Member, room: Room<Member>, position: Position): void {
    const sent = this.#lags.get(member)?.sent;
    if (sent?.has(room) !== true) return;
    const before = sent.get(room);
    if (before?.epoch !== position.epoch || before.seq < position.seq) sent.set(room, position);
  }

  /** The member's connection is over. */
  forget(member: Member): void {
    this.#lags.delete(member);
    this.#parts.slow.forget(member);
  }

  #hold(member: Member, lag: Lag<Member>): void {
    const { door, logger } = this.#parts;
    this.#lags.set(member, lag);
    door.hold(member);
    this.#bringUpToDate(member, lag).catch((error: unknown) => {
      logger.error({ err: error }, 'a reader could not be brought up to date and was disconnected');
      door.cutOff(member);
    });
  }

  async #bringUpToDate(member: Member, lag: Lag<Member>): Promise<void> {
    const { door, slow } = this.#parts;
    while (this.#lags.get(member) === lag) {
      const lacking = this.#lacking(member, lag);
      if (lacking === undefined) this.#goLive(member, lag);
      else if (!slow.hasRoom(member)) await slow.room(member);
      else if (door.isAsking(member)) await slow.pause();
      else await this.#catchUp(member, lag, ...lacking);
    }
  }

  /** A story of which the member was not sent all that the feed has delivered. */
  #lacking(member: Member, { sent }: Lag<Member>): [Room<Member>, Caller] | undefined {
    for (const [room, position] of sent) {
      const caller = room.members.get(member);
      // It left, or was put out.
      if (caller === undefined) sent.delete(room);
      else if (!reaches(position, room)) return [room, caller];
    }
    return undefined;
  }

  #goLive(member: Member, { fell }: Lag<Member>): void {
    const { door, metrics } = this.#parts;
    this.#lags.delete(member);
    door.release(member);
    if (fell) metrics.slowReaders.inc({ door: door.name, outcome: 'caught_up' });
  }

  async #catchUp(member: Member, lag: Lag<Member>, room: Room<Member>, caller: Caller): Promise<void> {
    const { rooms, door, slow } = this.#parts;
    const since = lag.sent.get(room);
    let answer: FeedCatchUp;
    try {
      answer = await rooms.catchUpByChanges(room, caller, since, door.limitOf(member));
    } catch (error) {
      if (!isFailure(error)) throw error;
      // While the store is away the reader stays as it is.
      if (toWireError(error).retryable) return await slow.pause();
      if (room.members.get(member) !== caller) return;
      rooms.leave(room, member);
      door.putOut(room, member);
      return;
    }
    // Gone, left, put out, or come in anew while the answer was on its way: then it is not for this member any more.
    if (this.#lags.get(member) !== lag || room.members.get(member) !== caller || lag.sent.get(room) !== since) return;
    this.#send(member, lag, room, since, answer);
  }

  #send(
    member: Member,
    { sent, fell }: Lag<Member>,
    room: Room<Member>,
    since: Position | undefined,
    answer: FeedCatchUp,
  ): void {
    const { door, slow, metrics } = this.#parts;
    sent.set(room, answer.position);
    if (answer.reset) {
      door.startOver(room, member, answer);
      if (fell) metrics.resets.inc({ door: door.name });
      return;
    }
    const { epoch } = answer.position;
    let written = 0;
    for (const piece of door.encode(room, answer, since ?? { epoch, seq: 0 })) {
      door.write(member, piece);
      written += 1;
      if (fell) door.delivered(member, piece.changes);
      if (!slow.isFull(member)) continue;
      sent.set(room, piece.leadsTo);
      return;
    }
    // The same place in an epoch that goes on from the member's: without a change, only a fresh start can say so.
    if (written === 0 && since !== undefined && since.epoch !== epoch) sent.set(room, undefined);
  }
}

/** Whether the next that the feed delivers follows on this position. */
function reaches(position: Position | undefined, { feed }: Room<unknown>): boolean {
  if (position === undefined) return false;
  return [feed.position, feed.told].some(({ epoch, seq }) => position.epoch === epoch && position.seq >= seq);
}

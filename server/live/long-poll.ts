import type { Edition, Position } from '@slugline/client/protocol';
import type { Response } from 'express';
import type { Access, Caller } from '../access/access.js';
import type { Metrics } from '../metrics.js';
import type { Reach } from '../reach/reach.js';
import type { Admission } from './admission.js';
import type { DrainedDoor } from './drain.js';
import { type Room, Rooms } from './rooms.js';
import type { FeedCatchUp, StoryFeeds } from './story-feed.js';

export interface PollParts {
  readonly feeds: StoryFeeds;
  readonly access: Access;
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly reach: Reach;
}

export interface PollRequest {
  readonly caller: Caller;
  /** The reader's, as it is counted. */
  readonly address: string;
  readonly slug: string;
  readonly edition: Edition;
  readonly since?: Position;
  readonly limit?: number;
  /** Milliseconds to wait for something to tell; 0 answers at once. */
  readonly waitMs: number;
}

/** Milliseconds between two looks for polls whose time is up. */
const TICK = 250;

/**
 * The door of plain GET. Polls that wait are only entries of a map: one timer ends all whose time is up, and all
 * who wait at one position get the same answer object, hence the same bytes.
 */
export class PollDoor implements DrainedDoor {
  readonly #rooms: Rooms<Poll>;
  readonly #admission: Admission;
  readonly #metrics: Metrics;
  readonly #parked = new Set<Poll>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PollParts) {
    this.#admission = parts.admission;
    this.#metrics = parts.metrics;
    const wakeAll = (room: Room<Poll>): void => {
      for (const poll of room.members.keys()) poll.wake();
    };
    const { reach } = parts;
    const rooms = new Rooms<Poll>(parts, {
      name: 'poll',
      change: (room, { object }) => {
        wakeAll(room);
        const there = room.members.size;
        if (room.edition === 'public') reach.handed(room.slug, object, 'poll', { there, handed: there, asked: 0 });
      },
      reset: wakeAll,
      // It asks once more, and is told why it may not.
      putOut: (_room, poll) => poll.wake(),
    });
    this.#rooms = rooms;
    reach.door('poll', () => rooms.readers());
  }

  /**
   * What changed since the position, as soon as there is something, at the latest when the time is up.
   *
   * @param response ends the wait when it closes.
   * @throws Failure
   */
  async poll(request: PollRequest, response: Response): Promise<FeedCatchUp> {
    const { caller, address, slug, edition, since, limit, waitMs } = request;
    const poll = new Poll(response.destroyed ? 0 : performance.now() + waitMs);
    response.once('close', () => poll.end());
    const room = await this.#rooms.enter(caller, slug, edition, ({ members }) => members.set(poll, caller));
    try {
      for (;;) {
        poll.rearm();
        const answer = await this.#rooms.catchUp(room, caller, since, limit);
        if (hasNews(answer) || this.#admission.isShut || poll.isOver) return answer;
        await this.#park(poll, address);
      }
    } finally {
      this.#rooms.leave(room, poll);
    }
  }

  get size(): number {
    return this.#parked.size;
  }

  /** Answers some who wait: nothing has changed, and they ask again, another instance then. */
  sendAway(share: number): void {
    const most = Math.ceil(this.#parked.size * share);
    for (const poll of [...this.#parked].slice(0, most)) poll.end();
  }

  /** Answers all who wait. */
  close(): void {
    this.sendAway(1);
    this.#rooms.close();
  }

  /** Waits until the poll is woken. */
  async #park(poll: Poll, address: string): Promise<void> {
    const { waitingPolls } = this.#admission;
    waitingPolls.take(poll, address);
    this.#parked.add(poll);
    this.#metrics.connections.inc({ transport: 'poll' });
    this.#timer ??= setInterval(() => this.#tick(), TICK);
    await poll.woken;
    this.#metrics.connections.dec({ transport: 'poll' });
    this.#parked.delete(poll);
    waitingPolls.free(poll);
    if (this.#parked.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    for (const poll of this.#parked) if (poll.isOver) poll.wake();
  }
}

/** Whether a catch-up tells anything. */
export function hasNews({ reset, header, objects }: FeedCatchUp): boolean {
  return reset || header !== undefined || objects.length > 0;
}

/** One request that may wait. */
class Poll {
  #until: number;
  #woken: Promise<void> = Promise.resolve();
  #wake = (): void => {};

  /** @param until on the clock of `performance.now()`. */
  constructor(until: number) {
    this.#until = until;
  }

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  /** Settles at the first `wake` since the last `rearm`, also when that came before anybody waited. */
  get woken(): Promise<void> {
    return this.#woken;
  }

  rearm(): void {
    this.#woken = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake();
  }

  end(): void {
    this.#until = 0;
    this.#wake();
  }
}

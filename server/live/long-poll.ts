import type { Edition, Position } from '@slugline/client/protocol';
import type { Response } from 'express';
import type { Access, Caller } from '../access/access.js';
import type { Metrics } from '../metrics.js';
import { type Room, Rooms } from './rooms.js';
import type { FeedCatchUp, StoryFeeds } from './story-feed.js';

export interface PollParts {
  readonly feeds: StoryFeeds;
  readonly access: Access;
  readonly metrics: Metrics;
}

export interface PollRequest {
  readonly caller: Caller;
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
export class PollDoor {
  readonly #rooms: Rooms<Poll>;
  readonly #metrics: Metrics;
  readonly #parked = new Set<Poll>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: PollParts) {
    this.#metrics = parts.metrics;
    const wakeAll = (room: Room<Poll>): void => {
      for (const poll of room.members.keys()) poll.wake();
    };
    this.#rooms = new Rooms<Poll>(parts, {
      name: 'poll',
      change: wakeAll,
      reset: wakeAll,
      // It asks once more, and is told why it may not.
      putOut: (_room, poll) => poll.wake(),
    });
  }

  /**
   * What changed since the position, as soon as there is something, at the latest when the time is up.
   *
   * @param response ends the wait when it closes.
   * @throws Failure
   */
  async poll({ caller, slug, edition, since, limit, waitMs }: PollRequest, response: Response): Promise<FeedCatchUp> {
    const poll = new Poll(response.destroyed ? 0 : performance.now() + waitMs);
    response.once('close', () => poll.end());
    const room = await this.#rooms.enter(caller, slug, edition, ({ members }) => members.set(poll, caller));
    try {
      for (;;) {
        poll.rearm();
        const answer = await this.#rooms.catchUp(room, caller, since, limit);
        if (hasNews(answer) || this.#closed || poll.isOver) return answer;
        await this.#park(poll);
      }
    } finally {
      this.#rooms.leave(room, poll);
    }
  }

  /** Answers all who wait: nothing has changed, and they ask again, another instance then. */
  close(): void {
    this.#closed = true;
    for (const poll of this.#parked) poll.end();
    this.#rooms.close();
  }

  async #park(poll: Poll): Promise<void> {
    this.#parked.add(poll);
    this.#metrics.connections.inc({ transport: 'poll' });
    this.#timer ??= setInterval(() => this.#tick(), TICK);
    await poll.woken;
    this.#metrics.connections.dec({ transport: 'poll' });
    this.#parked.delete(poll);
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

import { LiveError } from '../live-error.js';
import type { CatchUp, Change } from '../protocol/change.js';
import type { Position } from '../protocol/position.js';
import type { Backoff } from '../transport/backoff.js';
import type { Climber, Ladder } from '../transport/ladder.js';
import type { Token } from '../transport/token.js';
import type { Channel, Loss, Sink, Target, Transport, TransportName } from '../transport/transport.js';
import { isOffline } from '../transport/wake.js';
import { readCatchUp, readChange } from './guards.js';
import type { LiveStatus } from './live-story.js';
import type { Outcome } from './timeline.js';

/**
 * Changes kept while something before them is missing. Beyond that the oldest go: the gap they leave is caught up
 * like any other. Bounds what a server, or whoever plays one, can make a reader hold.
 */
const HELD_MOST = 500;
/** Catch-ups in a row that brought the reader nowhere, after which the link is not believed any more. */
const FUTILE_MOST = 3;

/** Whose position it is: the story that the follower follows for. */
export interface Followed<S, E> {
  position(): Position | undefined;
  /** The same with what else is to be told of it when asking for what is missing. */
  standing(): Position | undefined;
  takeChange(change: Change<S, E>): Outcome;
  takeCatchUp(answer: CatchUp<S, E>, since: Position | undefined): Outcome;
  setStatus(status: LiveStatus): void;
  /** The server will not show the stream to this reader. `isFinal`: the follower has stopped. */
  refuse(isFinal: boolean): void;
  fail(error: LiveError): void;
}

export interface FollowerParts {
  readonly target: Target;
  readonly ladder: Ladder;
  readonly token: Token;
  readonly transport: (name: TransportName) => Transport;
}

interface Way {
  readonly name: TransportName;
  readonly channel: Channel;
  readonly tokenIssue: number;
  /** When it began to work; `undefined`: not yet. */
  upAt: number | undefined;
}

/** A way that the server asked to leave. It goes on until there is another. */
interface Leaving {
  readonly way: Way;
  /** How the server wants its reader to go on; `undefined`: as before, but elsewhere. */
  readonly use: TransportName | undefined;
}

/**
 * Keeps one stream coming: opens a channel, opens another when it is lost, and puts what arrives in order by
 * holding back what comes too early. Two channels may run beside each other while one takes over from the other:
 * positions make sure that nothing is missed or taken twice.
 */
export class Follower<S, E> implements Climber {
  readonly #parts: FollowerParts;
  readonly #followed: Followed<S, E>;
  readonly #leaveLadder: () => void;
  readonly #patience: Backoff;
  #way: Way | undefined;
  /** On its way to replace `#way`. */
  #next: Way | undefined;
  #leaving: Leaving | undefined;
  #cancelRetry: () => void = () => undefined;
  #held: Change<S, E>[] = [];
  #awaiting = false;
  #distrusting = false;
  #futile = 0;
  #everUp = false;
  #renewed = false;
  #closed = false;

  constructor(parts: FollowerParts, followed: Followed<S, E>) {
    this.#parts = parts;
    this.#followed = followed;
    this.#leaveLadder = parts.ladder.add(this);
    this.#patience = parts.ladder.patience();
    this.#open();
  }

  get transport(): TransportName | undefined {
    return this.#way?.upAt === undefined ? undefined : this.#way.name;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry();
    this.#leaveLadder();
    this.#way?.channel.close();
    this.#next?.channel.close();
    this.#way = undefined;
    this.#next = undefined;
    this.#held = [];
  }

  /** The device was asleep: the link may be dead without knowing. Asking for what is missing finds out. */
  check(): void {
    if (this.#way?.upAt !== undefined) this.#way.channel.resync();
  }

  climb(to: TransportName): boolean {
    if (this.#closed || this.#way?.upAt === undefined || this.#next !== undefined) return false;
    this.#next = this.#begin(to);
    return true;
  }

  #open(): void {
    this.#way = this.#begin(this.#parts.ladder.current);
  }

  #begin(name: TransportName): Way {
    const { transport, target, token } = this.#parts;
    const tokenIssue = token.issue;
    // No transport calls its sink before `open` has returned.
    const way: Way = {
      name,
      channel: transport(name).open(
        target,
        this.#sink(() => way),
      ),
      tokenIssue,
      upAt: undefined,
    };
    return way;
  }

  #sink(own: () => Way): Sink {
    const isOurs = () => !this.#closed && (own() === this.#way || own() === this.#next);
    return {
      position: () => (this.#distrusting ? undefined : this.#followed.standing()),
      up: () => {
        if (isOurs()) this.#up(own());
      },
      caughtUp: (answer, since) => {
        if (isOurs()) this.#takeCatchUp(own(), answer, since);
      },
      change: (change) => {
        if (isOurs()) this.#takeChange(own(), change);
      },
      distrust: () => {
        if (isOurs()) this.#distrusting = true;
      },
      goaway: (use) => {
        if (isOurs()) this.#leave({ way: own(), use });
      },
      lost: (loss) => {
        if (isOurs()) this.#lost(own(), loss);
      },
    };
  }

  /** Goes on elsewhere, and lets go of the way once that works. */
  #leave(leaving: Leaving): void {
    const { ladder } = this.#parts;
    // Who has no such transport stays.
    if (leaving.use !== undefined && !ladder.sendTo(leaving.use)) return;
    this.#leaving = leaving;
    this.climb(ladder.current);
  }

  #up(way: Way): void {
    if (way === this.#next) {
      this.#way?.channel.close();
      this.#way = way;
      this.#next = undefined;
      if (this.#leaving?.way !== way) this.#leaving = undefined;
    }
    if (way.upAt === undefined) {
      way.upAt = performance.now();
      this.#parts.ladder.up(way.name);
      // It was asked to leave before it could.
      if (this.#leaving?.way === way) this.#leave(this.#leaving);
    }
    this.#awaiting = false;
    this.#everUp = true;
    this.#renewed = false;
    this.#patience.reset();
    if (this.#followed.position() !== undefined && !this.#distrusting) this.#followed.setStatus('live');
  }

  #takeChange(way: Way, raw: unknown): void {
    const change = readChange<S, E>(raw);
    if (change === undefined) {
      this.#followed.fail(new LiveError('malformed', 'A change is not of the form it should be.'));
      this.#resync(way);
      return;
    }
    if (this.#distrusting || this.#followed.takeChange(change) === 'gap') {
      this.#held.push(change);
      if (this.#held.length > HELD_MOST) this.#held.shift();
      this.#resync(way);
      return;
    }
    this.#futile = 0;
    this.#release(way);
  }

  #takeCatchUp(way: Way, raw: unknown, since: Position | undefined): void {
    const sifted = readCatchUp<S, E>(raw);
    if (sifted === undefined) {
      // Asking again would bring the same: let the ladder see to it.
      this.#abandon(way, new LiveError('malformed', 'An answer is not of the form it should be.'));
      return;
    }
    if (sifted.leftOut > 0) {
      this.#followed.fail(new LiveError('malformed', `${sifted.leftOut} entries are not of the form they should be.`));
    }
    this.#awaiting = false;
    // Once told not to trust what we hold, only a fresh start will do.
    const fits = !this.#distrusting || since === undefined;
    const outcome = fits ? this.#followed.takeCatchUp(sifted.answer, since) : 'gap';
    if (this.#closed) return;
    if (outcome === 'gap') {
      this.#resync(way);
      return;
    }
    this.#distrusting = false;
    if (outcome === 'taken') this.#futile = 0;
    this.#release(way);
    if (!this.#closed && !this.#awaiting) this.#up(way);
  }

  /** Takes what was held back, as far as it now connects. */
  #release(way: Way): void {
    if (this.#held.length === 0) return;
    const held = this.#held.sort((a, b) => a.seq - b.seq);
    this.#held = [];
    for (const change of held) {
      if (this.#closed) return;
      const epoch = this.#followed.position()?.epoch;
      // Of an epoch that leads nowhere from here: gone by, or to come again with the reset that announces it.
      if (change.epoch !== epoch && change.afterEpoch !== epoch) continue;
      if (this.#followed.takeChange(change) === 'gap') this.#held.push(change);
    }
    if (this.#held.length > 0) this.#resync(way);
  }

  #resync(way: Way): void {
    if (this.#awaiting) return;
    this.#futile += 1;
    if (this.#futile > FUTILE_MOST) {
      this.#abandon(way, new LiveError('unreachable', 'Catching up leads nowhere.'));
      return;
    }
    this.#awaiting = true;
    way.channel.resync();
  }

  #abandon(way: Way, error: LiveError): void {
    way.channel.close();
    this.#lost(way, { why: 'link', error });
  }

  #lost(way: Way, loss: Loss): void {
    const { ladder, token } = this.#parts;
    if (way === this.#next) {
      this.#next = undefined;
      if (this.#leaving !== undefined && isWorthARetry(loss)) {
        this.#cancelRetry = ladder.retry(way.name, loss, undefined, () => this.climb(ladder.current));
      } else {
        this.#leaving = undefined;
        ladder.climbFailed(loss);
      }
      return;
    }
    this.#cancelRetry();
    this.#leaving = undefined;
    this.#awaiting = false;
    this.#futile = 0;
    this.#held = [];
    this.#way = this.#next;
    this.#next = undefined;
    if (this.#way !== undefined) {
      // The one that was to take over is now the one to wait for.
      this.#followed.setStatus('reconnecting');
      return;
    }
    if (!isWorthARetry(loss)) {
      // A token may have run out: worth one try with a fresh one.
      if (!this.#renewed && token.renew(way.tokenIssue)) {
        this.#renewed = true;
        this.#open();
        return;
      }
      // What was here may come back: from a backup, or because the desk made it private by mistake.
      const mayReturn = this.#everUp && loss.error.code === 'story_not_found';
      if (mayReturn) this.#cancelRetry = this.#patience.wait(() => this.#open());
      this.#followed.fail(loss.error);
      this.#followed.refuse(!mayReturn);
      return;
    }
    const heldMs = way.upAt === undefined ? undefined : performance.now() - way.upAt;
    this.#cancelRetry = ladder.retry(way.name, loss, heldMs, () => this.#open());
    // Another transport got its turn at once.
    if (this.#way !== undefined) return;
    const waiting = this.#everUp ? 'reconnecting' : 'connecting';
    this.#followed.setStatus(isOffline() || ladder.isExhausted ? 'offline' : waiting);
    this.#followed.fail(loss.error);
  }
}

function isWorthARetry({ why, error }: Loss): boolean {
  return why !== 'answer' || error.retryable;
}

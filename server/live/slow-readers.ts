import type { Metrics } from '../metrics.js';

/** What the two doors that push (sockets, SSE) tell of their readers' connections. */
export interface Links<Member> {
  /** By which its figures are told from those of the other doors. */
  readonly name: 'socket' | 'sse';
  /** Bytes written for the member that its link has not taken yet; 0 once its connection is over. */
  backlog(member: Member): number;
  /** Ends the connection at once, without asking the other side, and MUST `forget` the member. */
  cutOff(member: Member): void;
}

export interface SlowReaderLimits {
  /** Bytes that may wait for one reader before it is sent nothing live any more. */
  readonly bytes: number;
  /** Milliseconds in which a reader has to take what waits for it. */
  readonly ms: number;
}

/** Milliseconds between two looks at those for whom something waits. */
const TICK = 100;
/**
 * Readers of one door that may be waited for. One more, and who has been waited for longest is disconnected: stops
 * readers who stall on purpose from holding memory together that none of them could hold alone.
 */
const SLOW_MOST = 1_000;

interface Wait {
  /** On the clock of `performance.now()`. */
  readonly since: number;
  /** Whether the member is still there. */
  readonly over: Promise<boolean>;
  readonly end: (isThere: boolean) => void;
}

/**
 * Those whose links have to take what was written before more may be. One timer looks at all of them; a reader who
 * keeps up is not known here. Whoever does not take what waits for it in time is disconnected, and comes back with
 * its position.
 */
export class SlowReaders<Member> {
  readonly #links: Links<Member>;
  readonly #limits: SlowReaderLimits;
  readonly #metrics: Metrics;
  /** Longest first. */
  readonly #waits = new Map<Member, Wait>();
  #pauses: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(links: Links<Member>, limits: SlowReaderLimits, metrics: Metrics) {
    this.#links = links;
    this.#limits = limits;
    this.#metrics = metrics;
  }

  /** Whether so little waits that something large may be added: an answer, or the next part of a catch-up. */
  hasRoom(member: Member): boolean {
    return this.#links.backlog(member) <= this.#limits.bytes / 4;
  }

  /** Whether a catch-up is to pause. What comes live after it finds room before the reader is behind again. */
  isFull(member: Member): boolean {
    return this.#links.backlog(member) > this.#limits.bytes / 2;
  }

  /** Resolves when the member has room, or is forgotten. */
  async room(member: Member): Promise<void> {
    while (!this.hasRoom(member)) if (!(await this.#wait(member).over)) return;
  }

  /** Resolves a moment later, for those who cannot go on although there is room. */
  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#pauses.push(resolve);
      this.#timer ??= setInterval(() => this.#look(), TICK);
    });
  }

  /** Nobody waits for this member any more: its connection is over. */
  forget(member: Member): void {
    this.#end(member, false);
  }

  /** Disconnects a member for whom too much waits. */
  disconnect(member: Member): void {
    this.#metrics.slowReaders.inc({ door: this.#links.name, outcome: 'closed' });
    this.#links.cutOff(member);
  }

  #wait(member: Member): Wait {
    const known = this.#waits.get(member);
    if (known !== undefined) return known;
    if (this.#waits.size >= SLOW_MOST) {
      const [longest] = this.#waits.keys();
      if (longest !== undefined) this.disconnect(longest);
    }
    let end = (_isThere: boolean): void => undefined;
    const over = new Promise<boolean>((resolve) => {
      end = resolve;
    });
    const wait = { since: performance.now(), over, end };
    this.#waits.set(member, wait);
    this.#timer ??= setInterval(() => this.#look(), TICK);
    return wait;
  }

  #look(): void {
    const late = performance.now() - this.#limits.ms;
    for (const [member, { since }] of this.#waits) {
      if (this.hasRoom(member)) this.#end(member, true);
      else if (since <= late) this.disconnect(member);
    }
    const pauses = this.#pauses;
    this.#pauses = [];
    for (const resume of pauses) resume();
    this.#restIfIdle();
  }

  #end(member: Member, isThere: boolean): void {
    const wait = this.#waits.get(member);
    if (wait === undefined) return;
    this.#waits.delete(member);
    wait.end(isThere);
    this.#restIfIdle();
  }

  #restIfIdle(): void {
    if (this.#waits.size > 0 || this.#pauses.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

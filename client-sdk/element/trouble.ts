import type { LiveStatus } from '../story/live-story.js';
import type { Trouble } from '../view/story-view.js';

/** Milliseconds without a link after which what is shown counts as behind: shorter breaks are caught up unnoticed. */
const BEHIND_MS = 10_000;
/** Milliseconds for which a link may be on its way, or gone, before anything is said of it. */
const UNSAID_MS = 1_500;

/** What keeps a page from being up to date, told when it is worth telling. */
export class TroubleWatch {
  readonly #changed: () => void;
  #status: LiveStatus = 'connecting';
  /** When the page was last known to have everything. */
  #goodAt = Date.now();
  #phase: 'unsaid' | 'said' | 'behind' = 'unsaid';
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get trouble(): Trouble | undefined {
    const since = new Date(this.#goodAt).toISOString();
    if (this.#status === 'refused') return { kind: 'refused' };
    if (this.#status === 'offline') return { kind: 'offline', since };
    if (this.#status === 'live' || this.#status === 'closed' || this.#phase === 'unsaid') return undefined;
    if (this.#status === 'connecting') return { kind: 'connecting' };
    return this.#phase === 'behind' ? { kind: 'behind', since } : { kind: 'reconnecting' };
  }

  is(status: LiveStatus): void {
    if (status === this.#status) return;
    if (this.#status === 'live') this.#goodAt = Date.now();
    const wasWell = this.#status === 'live';
    this.#status = status;
    if (status === 'live' || wasWell) this.#begin();
    this.#changed();
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #begin(): void {
    this.stop();
    this.#phase = 'unsaid';
    if (this.#status === 'live') return;
    this.#timers = [this.#turn('said', UNSAID_MS), this.#turn('behind', BEHIND_MS)];
  }

  #turn(phase: 'said' | 'behind', afterMs: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#phase = phase;
      this.#changed();
    }, afterMs);
  }
}

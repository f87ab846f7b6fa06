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

  /** @param changed called when something else is to be said. */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.#begin();
  }

  /** @param hasStory whether there is something to be seen that may be out of date. */
  trouble(hasStory: boolean): Trouble | undefined {
    const since = new Date(this.#goodAt).toISOString();
    const isBehind = this.#phase === 'behind';
    switch (this.#status) {
      case 'live':
      case 'closed':
        return undefined;
      case 'refused':
        return { kind: 'refused' };
      case 'offline':
        // Nothing gets through; but who is not to blame is not to be blamed.
        return navigator.onLine === false ? { kind: 'offline', since } : { kind: 'behind', since };
      default:
        if (this.#phase === 'unsaid') return undefined;
        if (hasStory && isBehind) return { kind: 'behind', since };
        return { kind: this.#status === 'connecting' ? 'connecting' : 'reconnecting' };
    }
  }

  is(status: LiveStatus): void {
    if (status === this.#status) return;
    const wasWell = this.#status === 'live';
    if (wasWell) this.#goodAt = Date.now();
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

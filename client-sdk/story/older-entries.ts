import { LiveError } from '../live-error.js';
import type { Http } from '../transport/http.js';
import type { Target } from '../transport/transport.js';
import { readEntryAnswer, readPage } from './answer-guards.js';
import { fitOf, takeOlder } from './older-page.js';
import type { Timeline, TimelineEntry, TimelineStory } from './timeline.js';

/** Milliseconds to wait before asking again for what some cache answered with too old a form of. */
const STALE_WAITS: readonly number[] = [500, 2_000, 5_000];

/** What the server takes for an entry's id. */
const ID = /^[\w-]{1,64}$/;

/** Who asks: the story, as far as an answer has to fit to it. */
export interface Asker<S extends TimelineStory, E extends TimelineEntry> {
  timeline(): Timeline<S, E>;
  /** Whether there is any use in asking again. */
  hasEnded(): boolean;
  /** The server is in another epoch: find out what it leads to. */
  catchUp(): void;
}

/** Asks for entries beside the stream: for those that are not held. Loaded when first needed. */
export class OlderEntries<S extends TimelineStory, E extends TimelineEntry> {
  readonly #http: Http;
  readonly #target: Target;

  constructor(http: Http, target: Target) {
    this.#http = http;
    this.#target = target;
  }

  /**
   * The next older page, and the timeline with it. `undefined` where there is none, or no use for it any more.
   * Rejects with `LiveError`.
   */
  async page(asker: Asker<S, E>): Promise<{ timeline: Timeline<S, E>; entries: readonly E[] } | undefined> {
    return this.#untilItFits(asker, async (cache) => {
      const before = asker.timeline().older;
      if (before === undefined) return { found: undefined };
      const query = { before, limit: this.#target.limit };
      const answer = await this.#http.json({ of: this.#target, resource: 'entries', query }, cache);
      const page = readPage<E>(answer);
      if (page === undefined) throw new LiveError('malformed', 'A page is not of the form it should be.');
      const { timeline, outcome } = takeOlder(asker.timeline(), page, before);
      // What it was to continue is gone: what took it away brought a cursor of its own.
      if (outcome === 'unrelated') return { found: undefined };
      return outcome === 'merged' ? { found: { timeline, entries: page.entries } } : outcome;
    });
  }

  /** One entry, no older than what is known of the story. `undefined` where there is none. Rejects with `LiveError`. */
  async one(id: string, asker: Asker<S, E>): Promise<E | undefined> {
    if (!ID.test(id)) return undefined;
    return this.#untilItFits(asker, async (cache) => {
      try {
        const answer = readEntryAnswer<E>(
          await this.#http.json({ of: this.#target, resource: `entries/${id}` }, cache),
        );
        if (answer === undefined) throw new LiveError('malformed', 'An entry is not of the form it should be.');
        const timeline = asker.timeline();
        const fit = timeline.position === undefined ? 'fits' : fitOf(timeline, answer.position);
        return fit === 'fits' ? { found: answer.entry } : fit;
      } catch (error) {
        if (error instanceof LiveError && error.code === 'entry_not_found') return { found: undefined };
        throw error;
      }
    });
  }

  async #untilItFits<T>(
    asker: Asker<S, E>,
    ask: (cache: { readonly cache?: 'no-cache' }) => Promise<{ readonly found: T } | 'stale' | 'elsewhere'>,
  ): Promise<T | undefined> {
    for (const wait of [0, ...STALE_WAITS]) {
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      if (asker.hasEnded()) return undefined;
      const answer = await ask(wait > 0 ? { cache: 'no-cache' } : {});
      if (asker.hasEnded()) return undefined;
      if (typeof answer === 'object') return answer.found;
      if (answer === 'elsewhere') asker.catchUp();
    }
    throw new LiveError('unreachable', 'Some cache keeps answering with too old a form.');
  }
}

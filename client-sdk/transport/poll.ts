import { LiveError } from '../live-error.js';
import { HEARTBEAT_SECONDS, SILENCE_SECONDS } from '../protocol/reading-limits.js';
import { lossOf } from './failures.js';
import type { Http, Question } from './http.js';
import type { Channel, Sink, Target, Transport } from './transport.js';

/**
 * Milliseconds between the beginnings of two questions, however fast the answers come: a busy story is asked for
 * once a second and answers with net changes, and an answer out of some cache does not make us spin.
 */
const MIN_INTERVAL_MS = 1_000;
/** Seconds for which the server is asked to wait: each answer shows that the link lives. */
const WAIT_S = HEARTBEAT_SECONDS;
/** Milliseconds that an answer may take beyond the time for which the server was asked to wait. */
const GRACE_MS = (SILENCE_SECONDS - HEARTBEAT_SECONDS) * 1000;

/** Milliseconds between two questions where there is no place to wait, if the server does not say. */
const CROWDED_MS = 10_000;

/** Long polling. Needs nothing but `fetch`, and its answers can come from any cache on the way. */
export function pollTransport(http: Http): Transport {
  return { open: (target, sink) => new PollChannel(http, target, sink) };
}

class PollChannel implements Channel {
  readonly #http: Http;
  readonly #target: Target;
  readonly #sink: Sink;
  #polling = new AbortController();

  constructor(http: Http, target: Target, sink: Sink) {
    this.#http = http;
    this.#target = target;
    this.#sink = sink;
    void this.#run(this.#polling.signal);
  }

  /** Every question starts from where the reader stands: asking anew is all there is to do. */
  resync(): void {
    this.close();
    this.#polling = new AbortController();
    void this.#run(this.#polling.signal);
  }

  close(): void {
    this.#polling.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    // Before the sink is called, `open` has to return.
    await undefined;
    // The first question is not to wait, so that the reader soon knows to be up to date.
    for (let wait = 0; !signal.aborted; ) {
      const begun = performance.now();
      try {
        await this.#ask(wait, signal);
        if (wait > 0) await pause(begun + MIN_INTERVAL_MS - performance.now(), signal);
        wait = WAIT_S;
      } catch (error) {
        if (signal.aborted) return;
        if (wait === 0 || !(error instanceof LiveError) || error.code !== 'too_many_connections') {
          this.#sink.lost(lossOf(error));
          return;
        }
        // There is no place to wait in, and this is the way that is left: the reader asks plainly for a while.
        await pause(error.retryAfterMs || CROWDED_MS, signal);
        wait = 0;
      }
    }
  }

  async #ask(wait: number, signal: AbortSignal): Promise<void> {
    const since = this.#sink.position();
    const of = this.#target;
    const { limit } = of;
    const question: Question =
      since === undefined
        ? { of, resource: '', query: { limit } }
        : { of, resource: 'changes', query: { since, wait, limit } };
    const answer = await this.#http.json(question, { signal, timeoutMs: wait * 1000 + GRACE_MS });
    if (signal.aborted) return;
    // A snapshot is what a reset carries.
    const reset = since === undefined && typeof answer === 'object' ? { ...answer, reset: true } : answer;
    this.#sink.caughtUp(reset, since);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    // Taken back each time: a reader who polls for a day pauses 80,000 times on one signal.
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}

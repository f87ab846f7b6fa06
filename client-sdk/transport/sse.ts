import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { LiveError } from '../live-error.js';
import { SILENCE_SECONDS } from '../protocol/reading-limits.js';
import type { Departure, MakeDeparture } from './departure.js';
import { lossOf, unreachable } from './failures.js';
import type { Http } from './http.js';
import type { Channel, Sink, Target, Transport } from './transport.js';

/** Milliseconds of silence after which the stream counts as lost. */
const SILENCE_MS = SILENCE_SECONDS * 1000;
/** Milliseconds in which the first byte has to come. A proxy that holds answers back shows here. */
const FIRST_BYTE_MS = 10_000;
/** Characters of one event: a reset with the largest page fits many times over. */
const MAX_EVENT = 64 * 1024 * 1024;

/**
 * Server-sent events over `fetch` rather than `EventSource`: that one cannot bring a token, hides what the server
 * answered, and tries again by its own clock.
 */
export function sseTransport(http: Http, departure: MakeDeparture): Transport {
  return { open: (target, sink) => new SseChannel(http, departure, target, sink) };
}

class SseChannel implements Channel {
  readonly #http: Http;
  readonly #target: Target;
  readonly #sink: Sink;
  readonly #departure: Departure;
  #stream = new AbortController();
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(http: Http, departure: MakeDeparture, target: Target, sink: Sink) {
    this.#http = http;
    this.#target = target;
    this.#sink = sink;
    this.#departure = departure((use) => this.#sink.goaway(use));
    void this.#run(this.#stream);
  }

  /** A stream goes only forward: what is missing comes by opening it anew from where the reader stands. */
  resync(): void {
    this.close();
    this.#stream = new AbortController();
    void this.#run(this.#stream);
  }

  close(): void {
    clearTimeout(this.#silence);
    this.#departure.cancel();
    this.#stream.abort();
  }

  async #run(stream: AbortController): Promise<void> {
    try {
      // Before the sink is called, `open` has to return.
      await undefined;
      if (stream.signal.aborted) return;
      await this.#read(stream.signal);
      throw unreachable('The stream ended.');
    } catch (error) {
      if (stream.signal.aborted) return;
      this.close();
      if (error instanceof Unsupported) this.#sink.lost({ why: 'unsupported', error: error.reason });
      else this.#sink.lost(lossOf(error instanceof LiveError ? this.#departure.delayed(error) : error));
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    if (!this.#http.mayStream) throw new Unsupported();
    this.#expect(FIRST_BYTE_MS);
    const since = this.#sink.position();
    const of = this.#target;
    const question = { of, resource: 'stream', query: { since, limit: of.limit } };
    const response = await this.#http.open(question, {
      // No `Last-Event-ID`: as a header of its own it would cost pages of other origins a preflight.
      headers: { accept: 'text/event-stream' },
      cache: 'no-store',
      signal,
    });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      throw unreachable('The answer is no event stream.');
    }
    const reader = response.body?.getReader?.();
    if (reader === undefined) throw new Unsupported();

    const decoder = new TextDecoder();
    const parser = createParser({ onEvent: (event) => !signal.aborted && this.#hear(event), maxBufferSize: MAX_EVENT });
    for (let first = true; ; first = false) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      this.#expect(SILENCE_MS);
      if (first) this.#sink.up();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  #hear({ event, data }: EventSourceMessage): void {
    const message = parseJson(data);
    // A reset is pushed in its order among the changes, so it is an answer to where the reader stands right now.
    if (event === 'reset') this.#sink.caughtUp(message, this.#sink.position());
    else if (event === 'change') this.#sink.change(message);
    else if (event === 'goaway') this.#departure.plan(message);
  }

  #expect(withinMs: number): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.close();
      this.#sink.lost({ why: 'link', error: unreachable('The stream fell silent.') });
    }, withinMs);
  }
}

/** The platform's `fetch` hands out answers only whole (React Native's does). */
class Unsupported extends Error {
  readonly reason = new LiveError('unreachable', 'This platform cannot read a stream.');
}

/** `undefined` is no message of the protocol, so that what is not JSON is told like all that is malformed. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

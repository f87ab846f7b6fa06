import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { onTestFinished } from 'vitest';
import { eventually } from '../contract/store-harness.js';

interface StreamEvent {
  readonly id: string;
  readonly event: string;
  /** The parsed JSON. */
  readonly data: unknown;
}

/** A stream of server-sent events, as it comes. */
export interface EventStream {
  readonly status: number;
  readonly headers: Headers;
  readonly events: StreamEvent[];
  /** All text so far, framing included. */
  text(): string;
  hasEnded(): boolean;
  received(count: number): Promise<void>;
  close(): void;
}

/** Opens a stream for one test; closed when that test is over. */
export async function openStream(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(url, { headers, signal: abort.signal });
  const events: StreamEvent[] = [];
  let text = '';
  let ended = false;
  const parser = createParser({
    onEvent: ({ id = '', event = '', data }: EventSourceMessage) => events.push({ id, event, data: JSON.parse(data) }),
  });
  const read = async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      parser.feed(chunk);
    }
  };
  read()
    .catch(() => undefined)
    .finally(() => {
      ended = true;
    });
  return {
    status: response.status,
    headers: response.headers,
    events,
    text: () => text,
    hasEnded: () => ended,
    received: (count) => eventually(`${count} events in the stream`, () => events.length >= count),
    close: () => abort.abort(),
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { CatchUp, Change } from '@slugline/client/protocol';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { onTestFinished } from 'vitest';
import type { Form, History, SubscriberLog } from './checker/history.js';
import { formOfEntry, formOfStory } from './forms.js';

/** A reader of server-sent events without the SDK: it logs what it is sent, and notices no silence. */
export interface PlainStream {
  readonly log: SubscriberLog;
  readonly seq: number;
  /** Whether the server, or something on the way, ended it. */
  readonly isOver: boolean;
  reaches(seq: number, withinMs: number): Promise<void>;
  /** Stops reading, or reads on. */
  stall(): void;
  drain(): void;
  close(): void;
}

/** Asks for a stream at once, for one test. The answer may take any time to come. */
export function followStream(history: History, options: { url: string; slug: string; name: string }): PlainStream {
  const { url, slug, name } = options;
  const log = history.subscriber(name);
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  let seq = 0;
  let isOver = false;
  let reading = Promise.resolve();
  let readOn = (): void => undefined;

  const parser = createParser({
    onEvent: ({ event, data }: EventSourceMessage) => {
      const at = history.now();
      if (event === 'reset') {
        const { position, story, entries, older }: CatchUp = JSON.parse(data);
        const forms = entries.map((entry) => formOfEntry(history, entry));
        if (story !== undefined) forms.push(formOfStory(history, story));
        log.seen.push({ kind: 'reset', whole: older === undefined, at, position, forms });
        seq = position.seq;
      } else if (event === 'change') {
        const change: Change = JSON.parse(data);
        const { epoch, after } = change;
        const position = { epoch, seq: change.seq };
        log.seen.push({
          kind: 'change',
          at,
          position,
          forms: formsOf(change),
          ...(after === undefined ? {} : { after }),
        });
        seq = change.seq;
      }
    },
  });

  function formsOf({ story, entry }: Change): readonly Form[] {
    if (entry !== undefined) return [formOfEntry(history, entry)];
    return story === undefined ? [] : [formOfStory(history, story)];
  }

  async function read(): Promise<void> {
    const response = await fetch(`${url}/v1/stories/${slug}/stream`, { signal: abort.signal });
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      parser.feed(chunk);
      await reading;
    }
  }

  read()
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
    });

  return {
    log,
    get seq() {
      return seq;
    },
    get isOver() {
      return isOver;
    },
    async reaches(wanted, withinMs) {
      for (const end = history.now() + withinMs; seq < wanted; await delay(5)) {
        if (isOver) throw new Error(`${name} ended at ${seq} and was to reach ${wanted}`);
        if (history.now() > end)
          throw new Error(`waited ${withinMs} ms for ${name} to reach ${wanted}: it is at ${seq}`);
      }
    },
    stall() {
      reading = new Promise((resolve) => {
        readOn = resolve;
      });
    },
    drain: () => readOn(),
    close: () => abort.abort(),
  };
}

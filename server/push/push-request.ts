import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';

/** What a push service made of a message. */
export type Outcome =
  /** It has it, and answers for it from here on. */
  | { readonly kind: 'taken' }
  /** The subscription is no more. */
  | { readonly kind: 'gone' }
  /** Not now: it is busy, away or slow. */
  | { readonly kind: 'later'; readonly afterMs?: number }
  /** Not in this form, which another try would not change. */
  | { readonly kind: 'refused'; readonly status: number };

export interface PushRequest {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Buffer;
}

/** Milliseconds that a push service may take in all, from the name's look-up to the last byte of its answer. */
const REQUEST_MS = 10_000;
/** Links to one push service, and to all together. */
const LINKS_EACH = 100;
const LINKS_ALL = 300;
/** Milliseconds that a link is kept for the next message. */
const KEPT_MS = 4_000;
/** Longer than any message is worth being sent. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

export interface PushLine {
  /** Never rejects: what goes wrong on the way is `later`. */
  send(message: PushRequest): Promise<Outcome>;
  /** Cuts off what is under way. */
  close(): void;
}

/** Speaks to push services, over links that are kept open. Follows no redirect, and keeps nothing of what they answer. */
export function openPushLine(): PushLine {
  const options = { keepAlive: true, maxSockets: LINKS_EACH, maxTotalSockets: LINKS_ALL, timeout: KEPT_MS };
  const agent = new Agent(options);
  const plainAgent = new PlainAgent(options);
  return {
    send: ({ endpoint, headers, body }) =>
      new Promise((resolve) => {
        const isPlain = endpoint.startsWith('http:');
        const signal = AbortSignal.timeout(REQUEST_MS);
        const link = isPlain
          ? plainRequest(endpoint, { method: 'POST', headers, agent: plainAgent, signal })
          : request(endpoint, { method: 'POST', headers, agent, signal });
        link.once('response', (answer) => {
          const outcome = outcomeOf(answer, Date.now());
          answer.resume();
          answer.once('close', () => resolve(outcome));
        });
        link.on('error', () => resolve({ kind: 'later' }));
        link.end(body);
      }),
    close() {
      agent.destroy();
      plainAgent.destroy();
    },
  };
}

function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage, now: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  if (status !== 429 && status < 500) return { kind: 'refused', status };
  const afterMs = retryAfterMs(headers['retry-after'], now);
  return afterMs === undefined ? { kind: 'later' } : { kind: 'later', afterMs };
}

/** Milliseconds that `Retry-After` asks for, given as seconds or as a date; at most a day. */
export function retryAfterMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}

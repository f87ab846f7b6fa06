import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { retryAfterMs } from '../push/push-request.js';
import { ForbiddenAddress, guardedLookup, type Targets } from './targets.js';
import type { Failing } from './trail-record.js';

/** What an endpoint made of a message. */
export type Outcome =
  | { readonly kind: 'taken' }
  /** It wants no more messages. */
  | { readonly kind: 'gone' }
  /** Not now, or not in a way that we would know of. `afterMs`: it asked to be left alone so long. */
  | ({ readonly kind: 'failed'; readonly afterMs?: number } & Failing);

interface WebhookRequest {
  /** One in which `targetFault` found none. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Milliseconds that an endpoint may take in all, from the name's look-up to the end of its answer. */
const REQUEST_MS = 15_000;
/** Links to one endpoint, and to all together. */
const LINKS_EACH = 8;
const LINKS_ALL = 64;
/** Milliseconds that a link is kept for the next message. */
const KEPT_MS = 4_000;
/** Bytes of an answer that are let by, to keep the link; nothing of them is looked at. */
const ANSWER_BYTES = 65_536;

export interface WebhookLine {
  /** Never rejects. */
  send(message: WebhookRequest): Promise<Outcome>;
  /** Cuts off what is under way. */
  close(): void;
}

interface WebhookLineParts {
  readonly targets: Targets;
  /** How names are looked up; absent: as the system does. */
  readonly lookup?: LookupFunction;
  readonly requestMs?: number;
}

/** Speaks to endpoints. Follows no redirect, and keeps nothing of what they answer but the status. */
export function openWebhookLine({ targets, lookup, requestMs = REQUEST_MS }: WebhookLineParts): WebhookLine {
  const kept = { keepAlive: true, maxSockets: LINKS_EACH, maxTotalSockets: LINKS_ALL, timeout: KEPT_MS };
  const looked = targets === 'any' ? lookup : guardedLookup(lookup);
  const options = looked === undefined ? kept : { ...kept, lookup: looked };
  const agent = new Agent(options);
  const plainAgent = new PlainAgent(options);
  return {
    send: ({ url, headers, body }) =>
      new Promise((resolve) => {
        const signal = AbortSignal.timeout(requestMs);
        const common = { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) }, signal };
        const link = url.startsWith('http:')
          ? plainRequest(url, { ...common, agent: plainAgent })
          : request(url, { ...common, agent });
        link.once('response', (answer) => {
          const outcome = outcomeOf(answer, Date.now());
          letBy(answer);
          answer.once('close', () => resolve(outcome));
        });
        link.on('error', (error) => resolve({ kind: 'failed', fault: faultOf(error, signal) }));
        link.end(body);
      }),
    close() {
      agent.destroy();
      plainAgent.destroy();
    },
  };
}

function letBy(answer: IncomingMessage): void {
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) answer.destroy();
  });
  // What the status said stands, whatever becomes of the rest.
  answer.on('error', () => {});
}

function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage, now: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === 410) return { kind: 'gone' };
  const mayAsk = status === 429 || status === 503;
  const afterMs = mayAsk ? retryAfterMs(headers['retry-after'], now) : undefined;
  return afterMs === undefined ? { kind: 'failed', status } : { kind: 'failed', status, afterMs };
}

function faultOf(error: Error, signal: AbortSignal): NonNullable<Failing['fault']> {
  if (isForbidden(error)) return 'address_not_allowed';
  return signal.aborted ? 'timeout' : 'unreachable';
}

/** Where several addresses are tried at a time, what went wrong with each comes in one. */
function isForbidden(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isForbidden);
  return error instanceof ForbiddenAddress;
}

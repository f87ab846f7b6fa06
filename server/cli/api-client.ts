import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, isErrorCode } from '@slugline/client/protocol';
import { z } from 'zod';
import { CommandError } from './failure-line.js';

export interface ApiTarget {
  /** Base URL of a running server, without a trailing slash. */
  readonly url: string;
  /** `sl_<id>_<secret>`. */
  readonly key: string | undefined;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** From the root, `/v1/…`. */
  readonly path: string;
  readonly body?: unknown;
  /** Makes a command safe to retry: it takes effect once, however often it is sent. */
  readonly idempotencyKey?: string;
}

export interface ApiOptions {
  readonly signal: AbortSignal;
  /** Told before each wait for another try. Absent: nothing is tried twice, for commands that one can just repeat. */
  readonly onRetry?: (reason: string, waitMs: number) => void;
}

/** An answer of the server that is not the one hoped for. `code` is of the public registry. */
export class ApiError extends CommandError {
  override readonly name: string = 'ApiError';
  readonly code: ErrorCode | undefined;

  constructor(message: string, code: ErrorCode | undefined, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface ApiClient {
  /** Sends one request and reads the answer by the schema. Rejects with `ApiError`, or with the signal's reason. */
  send<Schema extends z.ZodType>(request: ApiRequest, schema: Schema): Promise<z.output<Schema>>;
  /** Asks once and reads the answer line by line, as they come. Throws like `send`, and where the answer breaks off. */
  lines(path: string): AsyncGenerator<string>;
}

/** One try may take this long before it counts as unanswered. */
const TRY_MS = 15_000;
/** An answer that is read line by line may take this long. */
const LINES_MS = 120_000;
/** With the waits below about half a minute: a restart of the server is survived, a wrong address is told soon. */
const MOST_TRIES = 8;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;
/** What a server may ask to wait: limits are per minute. */
const LONGEST_ASKED_MS = 120_000;

/** "Come back later": busy, stopping, or a proxy without a server behind it. */
const RETRYABLE = new Set([429, 502, 503, 504]);

const PROBLEM = z.object({
  code: z.string().optional(),
  detail: z.string().optional(),
  title: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

/** Talks to a running server as any other client would. */
export function createApiClient(target: ApiTarget, options: ApiOptions): ApiClient {
  return {
    async send(request, schema) {
      const safe = request.method === 'GET' || request.idempotencyKey !== undefined;
      const mayRetry = safe && options.onRetry !== undefined;
      for (let tries = 1; ; tries += 1) {
        const outcome = await attempt(target, request, options.signal);
        if (outcome.ok) return readAnswer(outcome.text, schema);
        if (!mayRetry || !outcome.retryable || tries >= MOST_TRIES) throw outcome.error;
        const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
        const waitMs = Math.round(Math.min(LONGEST_ASKED_MS, outcome.retryAfterMs ?? 0) || backoff);
        options.onRetry?.(outcome.error.message, waitMs);
        await sleep(waitMs, undefined, { signal: options.signal }).catch(() => options.signal.throwIfAborted());
      }
    },
    async *lines(path) {
      const { signal } = options;
      const within = AbortSignal.any([signal, AbortSignal.timeout(LINES_MS)]);
      const response = await ask(target, { method: 'GET', path }, within).catch((error: unknown) => {
        signal.throwIfAborted();
        throw noAnswer(target, error);
      });
      if (!response.ok) throw errorOf(response.status, await response.text());
      try {
        yield* linesIn(response);
      } catch (error) {
        signal.throwIfAborted();
        throw new ApiError(`The answer of ${target.url} broke off.`, undefined, { cause: error });
      }
    },
  };
}

async function* linesIn({ body }: Response): AsyncGenerator<string> {
  if (body === null) return;
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

type Outcome =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      readonly error: ApiError;
      readonly retryable: boolean;
      readonly retryAfterMs?: number;
    };

async function attempt(target: ApiTarget, request: ApiRequest, signal: AbortSignal): Promise<Outcome> {
  signal.throwIfAborted();
  let response: Response;
  let text: string;
  try {
    response = await ask(target, request, AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]));
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, retryable: true, error: noAnswer(target, error) };
  }
  if (response.ok) return { ok: true, text };
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    ok: false,
    retryable: RETRYABLE.has(response.status),
    error: errorOf(response.status, text),
    ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {}),
  };
}

function ask(target: ApiTarget, request: ApiRequest, signal: AbortSignal): Promise<Response> {
  return fetch(`${target.url}${request.path}`, {
    method: request.method,
    headers: headersOf(target, request),
    signal,
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
}

function noAnswer({ url }: ApiTarget, cause: unknown): ApiError {
  const message = `No answer from ${url}: is a server running there? (\`slugline serve\` starts one, --url names another.)`;
  return new ApiError(message, undefined, { cause });
}

function headersOf(target: ApiTarget, request: ApiRequest): Record<string, string> {
  return {
    accept: 'application/json',
    ...(target.key === undefined ? {} : { authorization: `Bearer ${target.key}` }),
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(request.idempotencyKey === undefined ? {} : { 'idempotency-key': request.idempotencyKey }),
  };
}

function readAnswer<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  const read = schema.safeParse(parseJson(text));
  if (read.success) return read.data;
  throw new ApiError('The answer is not one of a Slugline server: is the address right?', undefined);
}

function errorOf(status: number, text: string): ApiError {
  const read = PROBLEM.safeParse(parseJson(text));
  if (!read.success) return new ApiError(`The server answered ${status}.`, undefined);
  const { code, detail, title, errors = [] } = read.data;
  const known = code !== undefined && isErrorCode(code) ? code : undefined;
  const fields = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  const said = fields || detail || title || `The server answered ${status}.`;
  const hint = known === 'unauthenticated' ? ' Give a key with --key or SLUGLINE_KEY.' : '';
  return new ApiError(`${said}${hint}${known === undefined ? '' : ` (${known})`}`, known);
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

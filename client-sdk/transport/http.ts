import { LiveError } from '../live-error.js';
import type { ErrorCode } from '../protocol/errors.js';
import { isFields } from '../story/guards.js';
import type { Token } from './token.js';
import type { Loss, Target } from './transport.js';

/** Milliseconds to wait for a whole answer to a request that the server is not asked to hold. */
const TIMEOUT_MS = 15_000;

/** Milliseconds; bounds what an answer may ask us to wait. */
const LONGEST_ASKED_MS = 3_600_000;

interface AskOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** `no-cache`: what the browser kept is to be checked with the server. */
  readonly cache?: 'no-cache';
}

/** Asks the server over HTTP. Rejects with a `LiveError` only: the server's own, `unreachable` or `token_failed`. */
export class Http {
  readonly #base: string;
  readonly #fetch: typeof fetch | undefined;
  readonly #token: Token;

  /** @param base the server's address without a slash at the end. */
  constructor(base: string, custom: typeof fetch | undefined, token: Token) {
    this.#base = base;
    this.#fetch = custom;
    this.#token = token;
  }

  /** Whether answers can be read while they arrive. Of a `fetch` that was given, only trying tells. */
  get mayStream(): boolean {
    if (typeof TextDecoder !== 'function') return false;
    return this.#fetch !== undefined || (typeof Response === 'function' && 'body' in Response.prototype);
  }

  /** An answer with a good status, whose body is still to be read. */
  async open(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> {
    const token = await this.#token.get();
    if (token !== undefined) init.headers.authorization = `Bearer ${token}`;
    // Looked up late, since pages replace it, and called bare, since browsers want no other `this`.
    const ask = this.#fetch ?? fetch;
    let response: Response;
    try {
      response = await ask(`${this.#base}/v1/${path}`, init);
    } catch (cause) {
      throw unreachable('The server could not be reached.', cause);
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  async json(path: string, { signal, timeoutMs = TIMEOUT_MS, cache }: AskOptions = {}): Promise<unknown> {
    const own = new AbortController();
    const abort = () => own.abort();
    const timer = setTimeout(abort, timeoutMs);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    try {
      const response = await this.open(path, {
        headers: { accept: 'application/json' },
        signal: own.signal,
        ...(cache === undefined ? {} : { cache }),
      });
      return await response.json();
    } catch (error) {
      throw error instanceof LiveError ? error : unreachable('The answer is not the JSON that it should be.', error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** Path below `/v1/` of a stream's resource, with its query. `resource` is empty for the snapshot. */
export function pathOf(target: Target, resource: string, query: Record<string, string | number | undefined>): string {
  const stream = target.slug.startsWith('@') ? target.slug.slice(1) : `stories/${encodeURIComponent(target.slug)}`;
  const parameters = Object.entries({ ...query, edition: target.edition === 'desk' ? 'desk' : undefined })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return [stream + (resource && `/${resource}`), ...(parameters.length > 0 ? [parameters.join('&')] : [])].join('?');
}

export function unreachable(message: string, cause?: unknown): LiveError {
  return new LiveError('unreachable', message, { cause });
}

/** A failure of the reader's own side or of the link says nothing of what the server would have answered. */
export function lossOf(error: unknown): Loss {
  const known = error instanceof LiveError ? error : unreachable('The connection broke.', error);
  return { why: known.code === 'unreachable' ? 'link' : 'answer', error: known };
}

/**
 * Reads what the server says of an error, in problem+json and in socket acks alike; `undefined` when this is not
 * how Slugline speaks.
 *
 * @param retryAfter the header, in seconds; an ack says it in its error.
 */
export function readError(value: unknown, retryAfter?: string | null): LiveError | undefined {
  if (!isFields(value) || typeof value.code !== 'string' || typeof value.retryable !== 'boolean') return undefined;
  const message = value.detail ?? value.message;
  const asked = retryAfter == null ? Number(value.retryAfterMs) : Number(retryAfter) * 1000;
  const retryAfterMs = asked > 0 ? Math.min(asked, LONGEST_ASKED_MS) : 0;
  return new LiveError(value.code as ErrorCode, typeof message === 'string' ? message : value.code, {
    retryable: value.retryable,
    retryAfterMs,
  });
}

async function errorOf(response: Response): Promise<LiveError> {
  const problem: unknown = await response.json().catch(() => undefined);
  const error = readError(problem, response.headers.get('retry-after'));
  // A path or method that is not there is no answer about the story: the server is older, or a proxy cut us off.
  if (error === undefined || error.code === 'route_not_found' || error.code === 'method_not_allowed') {
    return unreachable(`The server answered ${response.status}.`);
  }
  return error;
}

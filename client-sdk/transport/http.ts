import { LiveError } from '../live-error.js';
import { formatPosition, type Position } from '../protocol/position.js';
import { readError, unreachable } from './failures.js';
import type { Token } from './token.js';
import type { Target } from './transport.js';

/** Milliseconds to wait for a whole answer to a request that the server is not asked to hold. */
const TIMEOUT_MS = 15_000;

/** What is asked for of a stream: `''` is its snapshot, `entries`, `changes` and `stream` are below it. */
export interface Question {
  readonly of: Target;
  readonly resource: string;
  readonly query?: Readonly<Record<string, string | number | Position | undefined>>;
}

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
  async open(question: Question, init: RequestInit & { headers: Record<string, string> }): Promise<Response> {
    const token = await this.#token.get();
    if (token !== undefined) init.headers.authorization = `Bearer ${token}`;
    // Looked up late, since pages replace it, and called bare, since browsers want no other `this`.
    const ask = this.#fetch ?? fetch;
    let response: Response;
    try {
      response = await ask(`${this.#base}/v1/${pathOf(question)}`, init);
    } catch (cause) {
      throw unreachable('The server could not be reached.', cause);
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  async json(question: Question, { signal, timeoutMs = TIMEOUT_MS, cache }: AskOptions = {}): Promise<unknown> {
    const own = new AbortController();
    const abort = () => own.abort();
    const timer = setTimeout(abort, timeoutMs);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    try {
      const response = await this.open(question, {
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

/** Path below `/v1/` with the query. */
function pathOf({ of: { slug, edition }, resource, query }: Question): string {
  const stream = slug.startsWith('@') ? slug.slice(1) : `stories/${encodeURIComponent(slug)}`;
  const parameters = Object.entries({ ...query, edition: edition === 'desk' ? 'desk' : undefined }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(textOf(value))}`]),
  );
  return [stream + (resource && `/${resource}`), ...(parameters.length > 0 ? [parameters.join('&')] : [])].join('?');
}

function textOf(value: string | number | Position): string {
  return typeof value === 'object' ? formatPosition(value) : String(value);
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

import { isErrorCode, type Problem } from '@slugline/client/protocol';
import { home } from './home.js';

/** Milliseconds that a request may take before it counts as lost on the way. */
const TIMEOUT_MS = 20_000;
/** The same of a file, which a phone in the street may take a while to send. */
const FILE_TIMEOUT_MS = 120_000;

/** What came in place of an answer. `code` is the registry's, or `unreachable` where nothing came. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Partial<Problem>;
  /** Whether the very same request may do better later. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, code: string, problem: Partial<Problem> = {}, retryAfterMs?: number) {
    super(detailOf(problem, code));
    this.status = status;
    this.code = code;
    this.problem = problem;
    this.retryable = status === 0 || (problem.retryable ?? status >= 500);
    this.retryAfterMs = retryAfterMs;
  }
}

function detailOf({ detail, errors = [] }: Partial<Problem>, code: string): string {
  const fields = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  return fields || detail || (code === 'unreachable' ? 'The server could not be reached.' : `The server said ${code}.`);
}

export interface Call {
  readonly method?: string;
  /** Below the server, with a slash at its beginning: `/v1/stories`. */
  readonly path: string;
  /** Sent as JSON; a file is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The server's doors, for the member who is signed in. */
export interface Api {
  /** Rejects with `ApiFailure` only. */
  call<Answer>(call: Call): Promise<Answer>;
  /**
   * Goes on with the session that this browser has by now: another tab may have signed in anew. Rejects with `ApiFailure`
   * where this member has none, or where it is not to be known.
   */
  renew(): Promise<void>;
}

/** The session for which requests are made. */
export interface ApiSession {
  /** Headers that show that a request is made by this page, by the session that the browser's cookie is of. */
  proof(): Readonly<Record<string, string>>;
  /** It is over. */
  onRefused(): void;
  /** As `Api.renew`. */
  renew(): Promise<void>;
}

export function createApi(session: ApiSession): Api {
  return {
    async call<Answer>(call: Call): Promise<Answer> {
      try {
        return await ask<Answer>(call, session);
      } catch (error) {
        if (!(error instanceof ApiFailure) || error.code !== 'csrf_mismatch') throw error;
        // The cookie is of another session than the one that this tab knows of. Nothing was done.
        await session.renew();
        return await ask<Answer>(call, session);
      }
    },
    renew: () => session.renew(),
  };
}

async function ask<Answer>(
  { method = 'GET', path, body, headers = {} }: Call,
  { proof, onRefused }: ApiSession,
): Promise<Answer> {
  const response = await send(path, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': body instanceof Blob ? body.type : 'application/json' }),
      ...proof(),
      ...headers,
    },
    ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
  });
  if (response.ok) return response.status === 204 ? Object() : await readJson(response);
  const failure = await failureOf(response);
  if (failure.status === 401) onRefused();
  throw failure;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    const patience = init.body instanceof Blob ? FILE_TIMEOUT_MS : TIMEOUT_MS;
    return await fetch(`${home}${path}`, { ...init, cache: 'no-store', signal: AbortSignal.timeout(patience) });
  } catch {
    throw new ApiFailure(0, 'unreachable');
  }
}

/** An answer that breaks off in the middle is none. */
async function readJson<Answer>(response: Response): Promise<Answer> {
  try {
    return await response.json();
  } catch {
    throw new ApiFailure(0, 'unreachable');
  }
}

async function failureOf(response: Response): Promise<ApiFailure> {
  const problem: Partial<Problem> = Object(await response.json().catch(() => undefined));
  const seconds = Number(response.headers.get('retry-after'));
  const { code = '' } = problem;
  return new ApiFailure(
    response.status,
    isErrorCode(code) ? code : 'internal',
    problem,
    seconds > 0 ? seconds * 1_000 : undefined,
  );
}

import { timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { Failure } from '../errors.js';
import type { Access, Caller } from './access.js';
import type { ClientAddress } from './client-address.js';
import type { OwnPages } from './people/own-pages.js';
import { csrfOf } from './people/session-book.js';

const callers = new WeakMap<Request, Caller>();
const ANONYMOUS: Caller = { kind: 'anonymous' };

/** RFC 6750: the scheme's name in any case, one space, then the token's characters. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Where a browser's `EventSource` and plain `<a>` must be able to bring a token, being unable to set headers. */
const FOLLOW_ROUTE = /^\/v1\/(?:stories\/[^/]+|breaking)\/(?:changes|stream)$/;

/** Where readers begin and end their alerts, on an editor's browser as on anybody's: a reader's page knows no CSRF token. */
const ALERTS_ROUTE = /^\/v1\/(?:stories\/[^/]+|breaking)\/subscriptions(?:\/[^/]+)?$/;

export interface CallerParts {
  readonly access: Access;
  readonly addressOf: ClientAddress;
  readonly ownPages: OwnPages;
}

/** Who makes this request. Only behind `authenticate`. */
export function callerOf(req: Request): Caller {
  const caller = callers.get(req);
  if (caller === undefined) throw new Error('callerOf was called on a request that authenticate did not see');
  return caller;
}

/** Tells who makes each request, before any route. A credential that is not in force ends the request here. */
export function authenticate(parts: CallerParts): RequestHandler {
  return async function tellCaller(req, _res, next) {
    callers.set(req, await callerBehind(req, parts));
    next();
  };
}

async function callerBehind(req: Request, parts: CallerParts): Promise<Caller> {
  const { access, addressOf } = parts;
  const { authorization } = req.headers;
  if (authorization === undefined) {
    const token = urlToken(req);
    return token === undefined ? memberBehind(req, parts) : access.authenticate(token, addressOf(req));
  }
  const credential = bearerCredential(authorization);
  if (credential === undefined) {
    throw access.refuse('Authorization must be of the form: Bearer KEY.', addressOf(req));
  }
  return access.authenticate(credential, addressOf(req));
}

/**
 * The member whose cookie came along. A browser sends it by itself, so it counts for less than what somebody brings: only
 * from our own pages, or where somebody typed the address. What changes something needs the word that such a page alone
 * knows.
 *
 * @throws Failure `origin_forbidden` or `csrf_mismatch`.
 */
async function memberBehind(req: Request, { access, ownPages }: CallerParts): Promise<Caller> {
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  const brought = ownPages.cookie.read(req);
  if (brought === undefined) return ANONYMOUS;
  if (isRead ? !ownPages.sent(req) : needsNoMember(req)) return ANONYMOUS;
  const caller = await access.session(brought);
  if (caller === undefined) return ANONYMOUS;
  if (!isRead) {
    if (!ownPages.sent(req))
      throw new Failure('origin_forbidden', 'A session’s commands come from our own pages only.');
    if (!isSame(req.get('x-csrf-token') ?? '', csrfOf(brought))) throw new Failure('csrf_mismatch');
  }
  return caller;
}

/** Who signs in does so whoever they were before; who wants alerts does so as a reader. */
function needsNoMember({ method, path, headers }: Request): boolean {
  if (method === 'POST' && path === '/v1/session') return true;
  return ALERTS_ROUTE.test(path) && headers['x-csrf-token'] === undefined;
}

/** In constant time, as far as their lengths agree. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What an `Authorization` header carries; `undefined` when it is of another form or scheme. */
export function bearerCredential(authorization: string): string | undefined {
  return BEARER.exec(authorization)?.[1];
}

/**
 * URLs end in logs, histories and `Referer`, so an API key in one is refused rather than used: its holder should
 * learn of it at once. A reader token is short-lived and may come so where there is no other way.
 */
function urlToken(req: Request): string | undefined {
  if (!req.path.startsWith('/v1/')) return undefined;
  const token = req.query.token;
  if (token === undefined) return undefined;
  const allowed = (req.method === 'GET' || req.method === 'HEAD') && FOLLOW_ROUTE.test(req.path);
  if (!allowed || typeof token !== 'string' || token === '' || token.startsWith('sl_')) {
    const message = allowed ? 'must be one reader token (API keys go into Authorization)' : 'is not taken here';
    throw new Failure('invalid_input', `?token ${message}.`, { errors: [{ field: '?token', message }] });
  }
  return token;
}

import type { Request, RequestHandler } from 'express';
import { Failure } from '../errors.js';
import type { Access, Caller } from './access.js';
import type { ClientAddress } from './client-address.js';

const callers = new WeakMap<Request, Caller>();

/** RFC 6750: the scheme's name in any case, one space, then the token's characters. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Where a browser's `EventSource` and plain `<a>` must be able to bring a token, being unable to set headers. */
const FOLLOW_ROUTE = /^\/v1\/(?:stories\/[^/]+|breaking)\/(?:changes|stream)$/;

/** Who makes this request. Only behind `authenticate`. */
export function callerOf(req: Request): Caller {
  const caller = callers.get(req);
  if (caller === undefined) throw new Error('callerOf was called on a request that authenticate did not see');
  return caller;
}

/** Tells who makes each request, before any route. A credential that is not in force ends the request here. */
export function authenticate(access: Access, addressOf: ClientAddress): RequestHandler {
  return async function tellCaller(req, _res, next) {
    callers.set(req, await callerBehind(req, access, addressOf(req)));
    next();
  };
}

async function callerBehind(req: Request, access: Access, address: string): Promise<Caller> {
  const { authorization } = req.headers;
  if (authorization === undefined) return access.authenticate(urlToken(req), address);
  const credential = bearerCredential(authorization);
  if (credential === undefined) throw access.refuse('Authorization must be of the form: Bearer KEY.', address);
  return access.authenticate(credential, address);
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

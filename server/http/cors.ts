import cors from 'cors';
import express, { type RequestHandler, type Router } from 'express';
import type { AllowedOrigins } from '../config.js';
import { Failure } from '../errors.js';

/** Seconds that a browser may keep the answer to a preflight. */
const PREFLIGHT_SECONDS = 600;

/**
 * Which pages may use this server from a browser. Nothing that a page of another origin asks goes by cookies, so this is
 * no defence of the desk but a rule for embedders; such a page is told `origin_forbidden`. Pages of our own always may.
 * They need no leave for the header of a session's commands, and others get none for it.
 */
export function originRules(allowed: AllowedOrigins): Router {
  const router = express.Router();
  if (allowed !== '*') router.use(refuseOthers(allowed));
  router.use(
    cors({
      origin: allowed === '*' ? '*' : [...allowed],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: [
        'Authorization',
        'Content-Type',
        'Idempotency-Key',
        'If-Match',
        'If-None-Match',
        'Last-Event-ID',
      ],
      exposedHeaders: ['Allow', 'ETag', 'Idempotency-Replayed', 'Location', 'Retry-After', 'X-Request-Id'],
      maxAge: PREFLIGHT_SECONDS,
    }),
  );
  return router;
}

function refuseOthers(allowed: readonly string[]): RequestHandler {
  return function refuseOtherOrigins(req, res, next) {
    res.vary('Origin');
    const { origin, host } = req.headers;
    if (origin === undefined || allowed.includes(origin) || isOwn(origin, host)) return next();
    throw new Failure('origin_forbidden');
  };
}

function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

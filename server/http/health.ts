import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type Request, type Router } from 'express';
import type { Access } from '../access/access.js';
import { bearerCredential } from '../access/authenticate.js';
import type { ClientAddress } from '../access/client-address.js';
import { Failure } from '../errors.js';
import type { Metrics } from '../metrics.js';
import type { Phase } from '../phase.js';
import type { StoryStore } from '../store/story-store.js';
import { methodNotAllowed } from './problem.js';

/** Milliseconds: a probe that waits longer learns nothing new. */
const READY_WITHIN = 2_000;

export interface HealthParts {
  readonly store: StoryStore;
  readonly access: Access;
  readonly addressOf: ClientAddress;
  readonly metrics: Metrics;
  /** What `/metrics` is asked with; absent: it is open. */
  readonly metricsToken: string | undefined;
  readonly phase: () => Phase;
}

/**
 * Doors for whoever runs the server. They ask for no key, since probes have none, and are not counted for any limit;
 * the figures alone may ask for a token of their own.
 */
export function healthRoutes(parts: HealthParts): Router {
  const { store, access, addressOf, metrics, metricsToken, phase } = parts;
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/healthz')
    .get((_req, res) => {
      res.set('Cache-Control', 'no-store').json({ status: 'ok' });
    })
    .all(methodNotAllowed('GET'));

  router
    .route('/readyz')
    .get(async (_req, res) => {
      if (phase() !== 'serving') throw new Failure('shutting_down');
      await within(READY_WITHIN, store.check());
      res.set('Cache-Control', 'no-store').json({ status: 'ready' });
    })
    .all(methodNotAllowed('GET'));

  router
    .route('/metrics')
    .get(async (req, res) => {
      if (metricsToken !== undefined && !bringsToken(req, metricsToken)) {
        const message = 'The figures are for who brings METRICS_TOKEN as a Bearer token.';
        // Who brings nothing has not guessed.
        if (req.headers.authorization === undefined) throw new Failure('unauthenticated', message);
        throw access.refuse(message, addressOf(req));
      }
      res
        .set('Cache-Control', 'no-store')
        .type(metrics.registry.contentType)
        .send(await metrics.registry.metrics());
    })
    .all(methodNotAllowed('GET'));

  return router;
}

/** The digests are compared, in constant time, so that neither length nor beginning of the token can be probed. */
function bringsToken({ headers }: Request, token: string): boolean {
  const brought = bearerCredential(headers.authorization ?? '');
  return brought !== undefined && timingSafeEqual(digest(brought), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function within(milliseconds: number, check: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = delay(milliseconds, undefined, { signal: timer.signal }).then(() => {
    throw new Failure('store_unavailable', `The store did not answer within ${milliseconds} ms.`);
  });
  try {
    await Promise.race([check, late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}

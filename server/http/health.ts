import { setTimeout as delay } from 'node:timers/promises';
import express, { type Router } from 'express';
import { Failure } from '../errors.js';
import type { Metrics } from '../metrics.js';
import type { StoryStore } from '../store/story-store.js';
import { methodNotAllowed } from './problem.js';

/** Milliseconds: a probe that waits longer learns nothing new. */
const READY_WITHIN = 2_000;

export interface HealthParts {
  readonly store: StoryStore;
  readonly metrics: Metrics;
  /** Whether this instance stopped taking requests. */
  readonly isClosing: () => boolean;
}

/** Doors for whoever runs the server. They ask for no key, since probes have none. */
export function healthRoutes({ store, metrics, isClosing }: HealthParts): Router {
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
      if (isClosing()) throw new Failure('shutting_down');
      await within(READY_WITHIN, store.check());
      res.set('Cache-Control', 'no-store').json({ status: 'ready' });
    })
    .all(methodNotAllowed('GET'));

  router
    .route('/metrics')
    .get(async (_req, res) => {
      res
        .set('Cache-Control', 'no-store')
        .type(metrics.registry.contentType)
        .send(await metrics.registry.metrics());
    })
    .all(methodNotAllowed('GET'));

  return router;
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

import express, { type Router } from 'express';
import { z } from 'zod';
import { createKey, listKeys, revokeKey } from '../access/api-keys.js';
import { callerOf } from '../access/authenticate.js';
import { createKeyRequest, keyIdText } from '../access/key-forms.js';
import { requireRole } from '../access/policy.js';
import type { Rings } from '../access/rings.js';
import type { Limits } from '../limits/limits.js';
import type { StoryStore } from '../store/story-store.js';
import { noQuery, parseInput } from '../story/requests.js';
import { noBody } from './carry-out.js';
import { refuseIdempotencyKey } from './one-time.js';
import { methodNotAllowed } from './problem.js';
import { readBody } from './read-body.js';
import { sendJson } from './send.js';

const keyPath = z.object({ keyId: keyIdText });

export interface KeyParts {
  readonly store: StoryStore;
  readonly rings: Pick<Rings, 'keys'>;
  readonly limits: Limits;
}

export function keyRoutes({ store, rings, limits }: KeyParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/keys')
    .get(async (req, res) => {
      requireRole(callerOf(req), 'admin');
      parseInput(noQuery, req.query, 'query');
      sendJson(res, JSON.stringify({ keys: await listKeys(store) }));
    })
    .post(async (req, res) => {
      const actor = requireRole(callerOf(req), 'admin');
      await limits.command(actor.keyId);
      refuseIdempotencyKey(req);
      parseInput(noQuery, req.query, 'query');
      const input = parseInput(createKeyRequest, await readBody(req, res));
      const { key, credential } = await createKey(store, input, actor);
      await rings.keys.refresh();
      res.status(201).location(`/v1/keys/${key.id}`);
      sendJson(res, JSON.stringify({ key, secret: credential }));
    })
    .all(methodNotAllowed('GET', 'POST'));

  router
    .route('/v1/keys/:keyId')
    .delete(async (req, res) => {
      const actor = requireRole(callerOf(req), 'admin');
      await limits.command(actor.keyId);
      const { keyId: revoked } = parseInput(keyPath, req.params);
      parseInput(noQuery, req.query, 'query');
      parseInput(noBody, await readBody(req, res));
      await revokeKey(store, revoked, actor);
      await rings.keys.refresh();
      res.set('Cache-Control', 'no-store').status(204).end();
    })
    .all(methodNotAllowed('DELETE'));

  return router;
}

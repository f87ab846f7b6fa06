import express, { type Router } from 'express';
import { z } from 'zod';
import { createKey, listKeys, revokeKey } from '../access/api-keys.js';
import { callerOf } from '../access/authenticate.js';
import { createKeyRequest, keyIdText } from '../access/key-forms.js';
import type { KeyRing } from '../access/key-ring.js';
import { requireRole } from '../access/policy.js';
import type { Limits } from '../limits/limits.js';
import type { StoryStore } from '../store/story-store.js';
import { invalidInput } from '../story/input-errors.js';
import { noQuery, parseInput } from '../story/requests.js';
import { noBody } from './carry-out.js';
import { methodNotAllowed } from './problem.js';
import { readBody } from './read-body.js';
import { sendJson } from './send.js';

const keyPath = z.object({ keyId: keyIdText });

export interface KeyParts {
  readonly store: StoryStore;
  readonly ring: KeyRing;
  readonly limits: Limits;
}

export function keyRoutes({ store, ring, limits }: KeyParts): Router {
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
      // Answering a retry as the first time would mean keeping the secret. A key made twice can be revoked.
      if (req.get('idempotency-key') !== undefined) {
        throw invalidInput([
          { field: 'Idempotency-Key', message: 'is not taken here, since a key is shown only once' },
        ]);
      }
      parseInput(noQuery, req.query, 'query');
      const input = parseInput(createKeyRequest, await readBody(req, res));
      const { key, credential } = await createKey(store, input, actor);
      await ring.refresh();
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
      await ring.refresh();
      res.set('Cache-Control', 'no-store').status(204).end();
    })
    .all(methodNotAllowed('DELETE'));

  return router;
}

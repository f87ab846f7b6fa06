import type { Actor } from '@slugline/client/protocol';
import express, { type Router } from 'express';
import { z } from 'zod';
import { callerOf } from '../access/authenticate.js';
import { requireRole } from '../access/policy.js';
import type { Limits } from '../limits/limits.js';
import { noQuery, parseInput } from '../story/requests.js';
import {
  createWebhookRequest,
  deliveriesQuery,
  deliveryIdText,
  patchWebhookRequest,
  rotateSecretRequest,
  webhookIdText,
} from '../webhooks/webhook-forms.js';
import type { Webhooks } from '../webhooks/webhooks.js';
import { noBody } from './carry-out.js';
import { refuseIdempotencyKey } from './one-time.js';
import { methodNotAllowed } from './problem.js';
import { readBody } from './read-body.js';
import { sendJson } from './send.js';

const webhookPath = z.object({ webhookId: webhookIdText });
const deliveryPath = z.object({ webhookId: webhookIdText, deliveryId: deliveryIdText });

export interface WebhookRouteParts {
  readonly limits: Limits;
  readonly webhooks: Webhooks;
}

/** Whom the server tells of changes. */
export function webhookRoutes({ limits, webhooks }: WebhookRouteParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  async function command(req: express.Request): Promise<Actor> {
    const actor = requireRole(callerOf(req), 'admin');
    await limits.command(actor.keyId);
    parseInput(noQuery, req.query, 'query');
    return actor;
  }

  router
    .route('/v1/webhooks')
    .get(async (req, res) => {
      requireRole(callerOf(req), 'admin');
      parseInput(noQuery, req.query, 'query');
      sendJson(res, JSON.stringify({ webhooks: await webhooks.list() }));
    })
    .post(async (req, res) => {
      const by = await command(req);
      refuseIdempotencyKey(req);
      const made = await webhooks.create(parseInput(createWebhookRequest, await readBody(req, res)), by);
      res.status(201).location(`/v1/webhooks/${made.webhook.id}`);
      sendJson(res, JSON.stringify(made));
    })
    .all(methodNotAllowed('GET', 'POST'));

  router
    .route('/v1/webhooks/:webhookId')
    .patch(async (req, res) => {
      const by = await command(req);
      const { webhookId } = parseInput(webhookPath, req.params);
      const patch = parseInput(patchWebhookRequest, await readBody(req, res));
      sendJson(res, JSON.stringify({ webhook: await webhooks.change(webhookId, patch, by) }));
    })
    .delete(async (req, res) => {
      const by = await command(req);
      const { webhookId } = parseInput(webhookPath, req.params);
      parseInput(noBody, await readBody(req, res));
      await webhooks.remove(webhookId, by);
      res.set('Cache-Control', 'no-store').status(204).end();
    })
    .all(methodNotAllowed('PATCH', 'DELETE'));

  router
    .route('/v1/webhooks/:webhookId/secret')
    .post(async (req, res) => {
      const by = await command(req);
      refuseIdempotencyKey(req);
      const { webhookId } = parseInput(webhookPath, req.params);
      const { overlapSeconds } = parseInput(rotateSecretRequest, (await readBody(req, res)) ?? {});
      sendJson(res, JSON.stringify(await webhooks.rotate(webhookId, overlapSeconds * 1_000, by)));
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/v1/webhooks/:webhookId/deliveries')
    .get(async (req, res) => {
      requireRole(callerOf(req), 'admin');
      const { webhookId } = parseInput(webhookPath, req.params);
      const query = parseInput(deliveriesQuery, req.query, 'query');
      sendJson(res, JSON.stringify(await webhooks.deliveries(webhookId, query)));
    })
    .all(methodNotAllowed('GET'));

  router
    .route('/v1/webhooks/:webhookId/deliveries/:deliveryId/replay')
    .post(async (req, res) => {
      const by = await command(req);
      const { webhookId, deliveryId } = parseInput(deliveryPath, req.params);
      parseInput(noBody, await readBody(req, res));
      await webhooks.replay(webhookId, deliveryId, by);
      res.set('Cache-Control', 'no-store').status(204).end();
    })
    .all(methodNotAllowed('POST'));

  return router;
}

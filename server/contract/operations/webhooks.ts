import {
  createWebhookRequest,
  deliveriesQuery,
  patchWebhookRequest,
  rotateSecretRequest,
} from '../../webhooks/webhook-forms.js';
import { DEAD_DELIVERY, WEBHOOK, WEBHOOK_SECRET } from '../examples.js';
import type { Operation } from '../operation.js';
import { deliveryListSchema, oneWebhookSchema, signedWebhookSchema, webhookListSchema } from '../wire-schemas.js';

export const WEBHOOKS: readonly Operation[] = [
  {
    id: 'listWebhooks',
    method: 'GET',
    path: '/v1/webhooks',
    group: 'Webhooks',
    summary: 'List webhooks',
    who: 'admin',
    answers: [
      {
        status: 200,
        text: 'All of them, newest first, without secrets.',
        schemas: [webhookListSchema],
        example: { webhooks: [WEBHOOK] },
      },
    ],
  },
  {
    id: 'createWebhook',
    method: 'POST',
    path: '/v1/webhooks',
    group: 'Webhooks',
    summary: 'Make a webhook',
    about: 'It takes no `Idempotency-Key`: a second answer would need the secret to be shown again.',
    who: 'admin',
    body: { schema: createWebhookRequest, example: { url: WEBHOOK.url, kinds: WEBHOOK.kinds } },
    errors: ['too_many_webhooks'],
    answers: [
      {
        status: 201,
        text: 'It is told of what changes from now on. The only time that its secret is shown.',
        schemas: [signedWebhookSchema],
        example: { webhook: WEBHOOK, secret: WEBHOOK_SECRET },
        headers: ['Location'],
      },
    ],
  },
  {
    id: 'changeWebhook',
    method: 'PATCH',
    path: '/v1/webhooks/:webhookId',
    group: 'Webhooks',
    summary: 'Change a webhook',
    about: 'One that is enabled again is told of what changes from then on.',
    who: 'admin',
    body: { schema: patchWebhookRequest, example: { stories: null, enabled: true } },
    answers: [{ status: 200, text: 'As it is now.', schemas: [oneWebhookSchema], example: { webhook: WEBHOOK } }],
  },
  {
    id: 'removeWebhook',
    method: 'DELETE',
    path: '/v1/webhooks/:webhookId',
    group: 'Webhooks',
    summary: 'Remove a webhook',
    who: 'admin',
    answers: [{ status: 204, text: 'Nothing is sent any more, and its dead letters are gone.' }],
  },
  {
    id: 'rotateWebhookSecret',
    method: 'POST',
    path: '/v1/webhooks/:webhookId/secret',
    group: 'Webhooks',
    summary: 'Put a new secret in force',
    about: 'Messages are signed with the last one too for `overlapSeconds`.',
    who: 'admin',
    body: { schema: rotateSecretRequest, example: { overlapSeconds: 86_400 } },
    answers: [
      {
        status: 200,
        text: 'The only time that the new secret is shown.',
        schemas: [signedWebhookSchema],
        example: { webhook: WEBHOOK, secret: WEBHOOK_SECRET },
      },
    ],
  },
  {
    id: 'listDeliveries',
    method: 'GET',
    path: '/v1/webhooks/:webhookId/deliveries',
    group: 'Webhooks',
    summary: 'List what an endpoint did not take',
    who: 'admin',
    query: deliveriesQuery,
    asked: { state: 'dead' },
    answers: [
      {
        status: 200,
        text: 'What was given up, newest first, or what waits for another try, the next one first.',
        schemas: [deliveryListSchema],
        example: { deliveries: [DEAD_DELIVERY] },
      },
    ],
  },
  {
    id: 'replayDelivery',
    method: 'POST',
    path: '/v1/webhooks/:webhookId/deliveries/:deliveryId/replay',
    group: 'Webhooks',
    summary: 'Send a dead letter again',
    about: 'What its object says now is sent, which may be something newer, at once and with all retries.',
    who: 'admin',
    errors: ['delivery_not_found'],
    answers: [{ status: 204, text: 'It is on its way, and no dead letter any more.' }],
  },
];

import { createKeyRequest } from '../../access/key-forms.js';
import { subscriptionRequest } from '../../push/subscription.js';
import { KEY_ID, SLUG, SUBSCRIPTION, SUBSCRIPTION_ID } from '../examples.js';
import type { Answer, Operation } from '../operation.js';
import { keyListSchema, newKeySchema } from '../people-schemas.js';
import { pushKeySchema, subscribedSchema } from '../wire-schemas.js';

const KEY = { id: KEY_ID, name: 'CMS', role: 'editor', createdAt: '2026-03-01T08:00:00.000Z' };

export const KEYS: readonly Operation[] = [
  {
    id: 'listKeys',
    method: 'GET',
    path: '/v1/keys',
    group: 'Keys',
    summary: 'List keys',
    who: 'admin',
    answers: [{ status: 200, text: 'All keys, without secrets.', schemas: [keyListSchema], example: { keys: [KEY] } }],
  },
  {
    id: 'createKey',
    method: 'POST',
    path: '/v1/keys',
    group: 'Keys',
    summary: 'Make a key',
    about: 'It takes no `Idempotency-Key`: a second answer would need the secret to be kept.',
    who: 'admin',
    body: { schema: createKeyRequest, example: { name: 'CMS', role: 'editor' } },
    errors: ['too_many_keys'],
    answers: [
      {
        status: 201,
        text: 'The key, and the only time that its secret is shown.',
        schemas: [newKeySchema],
        example: { key: KEY, secret: `sl_${KEY_ID}_…` },
        headers: ['Location'],
      },
    ],
  },
  {
    id: 'revokeKey',
    method: 'DELETE',
    path: '/v1/keys/:keyId',
    group: 'Keys',
    summary: 'Revoke a key',
    who: 'admin',
    errors: ['key_not_found', 'last_admin_key'],
    answers: [{ status: 204, text: 'It opens nothing any more, on every instance within seconds.' }],
  },
];

const subscribed = (topic: string): readonly [Answer, Answer] => {
  const answer = {
    schemas: [subscribedSchema],
    example: { id: SUBSCRIPTION_ID, topic, since: '2026-03-01T09:31:00.000Z' },
  };
  return [
    { status: 201, text: 'Alerts are sent from now on.', headers: ['Location'], ...answer },
    { status: 200, text: 'They were sent before.', ...answer },
  ];
};
const ENDED: Answer = { status: 204, text: 'No alerts are sent, whether or not some were.' };

export const ALERTS: readonly Operation[] = [
  {
    id: 'readPushKey',
    method: 'GET',
    path: '/v1/push/key',
    group: 'Alerts',
    summary: 'Read the key to subscribe with',
    who: 'anyone',
    answers: [
      {
        status: 200,
        text: 'The key.',
        schemas: [pushKeySchema],
        example: { key: SUBSCRIPTION.keys.p256dh },
      },
    ],
  },
  {
    id: 'subscribeToStory',
    method: 'POST',
    path: '/v1/stories/:slug/subscriptions',
    group: 'Alerts',
    summary: 'Begin to get a story’s alerts',
    about: 'Of its breaking entries and key events. Asking again changes nothing.',
    who: 'reader',
    body: { schema: subscriptionRequest, example: SUBSCRIPTION },
    answers: subscribed(SLUG),
  },
  {
    id: 'unsubscribeFromStory',
    method: 'DELETE',
    path: '/v1/stories/:slug/subscriptions/:subscriptionId',
    group: 'Alerts',
    summary: 'End a story’s alerts',
    who: 'reader',
    answers: [ENDED],
  },
  {
    id: 'subscribeToBreaking',
    method: 'POST',
    path: '/v1/breaking/subscriptions',
    group: 'Alerts',
    summary: 'Begin to get the alerts of all breaking news',
    who: 'anyone',
    body: { schema: subscriptionRequest, example: SUBSCRIPTION },
    answers: subscribed('@breaking'),
  },
  {
    id: 'unsubscribeFromBreaking',
    method: 'DELETE',
    path: '/v1/breaking/subscriptions/:subscriptionId',
    group: 'Alerts',
    summary: 'End the alerts of all breaking news',
    who: 'anyone',
    answers: [ENDED],
  },
];

import type { ChangeKind } from '@slugline/client/protocol';
import { z } from 'zod';
import { PUBLIC_CHANGE_KINDS } from '../story/change-kinds.js';
import { before, limit } from '../story/requests.js';
import { line, slug } from '../story/text-schemas.js';

export const changeKinds = z.enum(PUBLIC_CHANGE_KINDS);

const STORIES_MOST = 50;
const NAME_MOST = 100;

/** Where a webhook may lead is not for the schema: see `targetFault`. */
const url = z.string().min(1).max(2_048);
const name = line(NAME_MOST);
const stories = z.array(slug).min(1).max(STORIES_MOST);
const kinds = z.array(changeKinds).min(1);

/** `POST /v1/webhooks`. */
export const createWebhookRequest = z.strictObject({
  url,
  name: name.exactOptional(),
  /** Absent: all public stories. */
  stories: stories.exactOptional(),
  /** Absent: all kinds of changes. */
  kinds: kinds.exactOptional(),
});
export type WebhookInput = z.output<typeof createWebhookRequest>;

/** `PATCH /v1/webhooks/:id`. `null` takes a choice back. */
export const patchWebhookRequest = z.strictObject({
  url: url.exactOptional(),
  name: name.nullable().exactOptional(),
  stories: stories.nullable().exactOptional(),
  kinds: kinds.nullable().exactOptional(),
  enabled: z.boolean().exactOptional(),
});
export type WebhookPatch = z.output<typeof patchWebhookRequest>;

const DAY_SECONDS = 86_400;
const OVERLAP_MOST = 7 * DAY_SECONDS;

/** `POST /v1/webhooks/:id/secret`. Seconds for which messages are signed with the old secret too. */
export const rotateSecretRequest = z.strictObject({
  overlapSeconds: z.int().min(0).max(OVERLAP_MOST).default(DAY_SECONDS),
});

/** `GET /v1/webhooks/:id/deliveries`. */
export const deliveriesQuery = z.strictObject({
  state: z.enum(['dead', 'waiting']).default('dead'),
  limit,
  before: before.exactOptional(),
});

export const webhookIdText = z
  .string()
  .regex(/^wh_[A-Za-z0-9]{16}$/, 'must be a webhook’s id, as the answer to its making gave it');
export const deliveryIdText = z
  .string()
  .regex(/^msg_[A-Za-z0-9_-]{27}$/, 'must be a delivery’s id: the webhook-id of its message');

/** A webhook as an admin may see it. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly name?: string;
  /** Absent: all public stories. */
  readonly stories?: readonly string[];
  /** Absent: all. */
  readonly kinds?: readonly ChangeKind[];
  readonly createdAt: string;
  readonly enabled: boolean;
  /** Why it is not: an admin's wish, or an endpoint that said that it is gone (410). */
  readonly disabledBecause?: 'admin' | 'gone';
}

/** A message that an endpoint did not take. */
export interface Delivery {
  /** The `webhook-id` of the message. */
  readonly id: string;
  /** `waiting`: to be tried again. `dead`: given up. */
  readonly state: 'waiting' | 'dead';
  readonly slug: string;
  /** Absent: it tells of the story's header. */
  readonly entryId?: string;
  readonly type: ChangeKind | 'story.hidden';
  /** When the change was made. */
  readonly changedAt: string;
  /** How many times it was tried; a `waiting` one counts those of earlier messages of the story that failed too. */
  readonly tries: number;
  /** `waiting`: of the next try. */
  readonly nextTryAt?: string;
  /** `dead`: when it was given up. */
  readonly diedAt?: string;
  /** What the last try came to: an HTTP status, or what went wrong before there was one. */
  readonly status?: number;
  readonly fault?: DeliveryFault;
}

export const DELIVERY_FAULTS = ['address_not_allowed', 'timeout', 'unreachable'] as const;
export type DeliveryFault = (typeof DELIVERY_FAULTS)[number];

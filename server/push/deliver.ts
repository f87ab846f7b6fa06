import webPush from 'web-push';
import { isFailure } from '../errors.js';
import type { Follower } from './followers.js';
import type { PushKey, PushKeys } from './push-keys.js';
import type { Outcome, PushLine, PushRequest } from './push-request.js';
import { isEndpoint } from './push-services.js';

/** One message as push services are told of it (RFC 8030). */
export interface Delivery {
  readonly payload: string;
  /** One that is yet undelivered is replaced by the next with the same. */
  readonly topic: string;
  readonly urgency: 'normal' | 'high';
  /** Seconds that it is worth being kept for a device that is off. */
  readonly ttl: number;
}

export interface DeliverParts {
  readonly keys: PushKeys;
  readonly line: PushLine;
  /** Names of push services; see `isEndpoint`. */
  readonly services: readonly string[];
  /** Whom they may ask about us. */
  readonly subject: string;
  /** The store's: signatures end by a clock. */
  readonly now: () => number;
}

/** Never rejects. */
export type Deliver = (follower: Follower, delivery: Delivery) => Promise<Outcome>;

/** Milliseconds for which a signature is used again: signing for each message would take as long as encrypting it. */
const SIGNED_FOR_MS = 3_600_000;
/** Seconds for which it is valid; RFC 8292 allows a day. */
const VALID_SECONDS = 12 * 3_600;
/** Push services that signatures are kept for; beyond it all are made anew. */
const SIGNED_MOST = 100;
/** Nobody was asked. */
const NOT_OURS: Outcome = { kind: 'refused', status: 0 };

/**
 * Encrypts a message for one follower (RFC 8291) and hands it to their push service. The endpoint is looked at again: the
 * setting may be another than when it was taken in.
 */
export function deliverBy({ keys, line, services, subject, now: clock }: DeliverParts): Deliver {
  const signed = new Map<string, { readonly at: number; readonly header: string }>();

  function authorization(key: PushKey, audience: string): string {
    const name = `${key.id} ${audience}`;
    const now = performance.now();
    const known = signed.get(name);
    if (known !== undefined && now - known.at < SIGNED_FOR_MS) return known.header;
    if (signed.size >= SIGNED_MOST) signed.clear();
    const { publicKey, privateKey } = key;
    const expires = Math.floor(clock() / 1_000) + VALID_SECONDS;
    const { Authorization: header } = webPush.getVapidHeaders(
      ...([audience, subject, publicKey, privateKey, 'aes128gcm', expires] as const),
    );
    signed.set(name, { at: now, header });
    return header;
  }

  return async ({ endpoint, p256dh, auth, keyId }, { payload, ttl, urgency, topic }) => {
    if (!isEndpoint(endpoint, services)) return NOT_OURS;
    let message: PushRequest;
    try {
      const key = await keys.find(keyId);
      if (key === undefined) return NOT_OURS;
      const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
        headers: { Authorization: authorization(key, new URL(endpoint).origin) },
        TTL: ttl,
        urgency,
        topic,
      });
      message = { endpoint, headers, body };
    } catch (error) {
      // The store has to be asked for a key; all else is a subscription that an import brought as it was.
      return isFailure(error) ? { kind: 'later' } : NOT_OURS;
    }
    return line.send(message);
  };
}

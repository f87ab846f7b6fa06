import { createHash, createPublicKey } from 'node:crypto';
import { LIMITS } from '@slugline/client/protocol';
import { z } from 'zod';

const BYTES = { p256dh: 65, auth: 16 } as const;

/** Base64url of so many bytes, brought to the form without padding: browsers differ. */
const bytes = (count: number) =>
  z
    .string()
    .max(128)
    .overwrite((text) => text.replace(/=+$/, ''))
    .refine(
      (text) => /^[A-Za-z0-9_-]+$/.test(text) && Buffer.from(text, 'base64url').length === count,
      `must be ${count} bytes as base64url`,
    );

/**
 * The body of `POST …/subscriptions`: a browser's `PushSubscription` as its `toJSON` gives it, and the key that it was
 * made with. Where the endpoint may be is not for the schema: see `isEndpoint`.
 */
export const subscriptionRequest = z.strictObject({
  endpoint: z.string().min(1).max(LIMITS.url),
  /** Milliseconds since 1970, or `null`; of no use, since an expired one is told by its push service. */
  expirationTime: z.number().nullable().exactOptional(),
  keys: z.strictObject({
    p256dh: bytes(BYTES.p256dh).refine(isOnCurve, 'must be a point of P-256, uncompressed'),
    auth: bytes(BYTES.auth),
  }),
  /** As `GET /v1/push/key` gave it. */
  key: bytes(BYTES.p256dh).exactOptional(),
});
export type SubscriptionInput = z.output<typeof subscriptionRequest>;

/** What cannot be encrypted for is refused at the door, and not found out at each alert. */
function isOnCurve(p256dh: string): boolean {
  const point = Buffer.from(p256dh, 'base64url');
  if (point[0] !== 4) return false;
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  try {
    createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

/**
 * A subscription's name: a digest of all that its holder has and nobody else knows, so that who can name it is its holder.
 * It tells nothing of the subscription, and stands in URLs and logs without harm.
 */
export function subscriptionId({ endpoint, keys }: Pick<SubscriptionInput, 'endpoint' | 'keys'>): string {
  return createHash('sha256').update([endpoint, keys.p256dh, keys.auth].join('\n')).digest('base64url');
}

export const subscriptionIdText = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be a subscription’s id, as the answer to its making gave it');

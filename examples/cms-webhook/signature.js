import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds that a message may be old, or ahead of our clock. */
const TOLERANCE = 300;

/**
 * Whether a message was signed with the secret that we share with the CMS, a moment ago: Standard Webhooks, version 1
 * (https://www.standardwebhooks.com). Its header may bring several signatures while a secret is being changed.
 *
 * @param {string} secret `whsec_` and the secret in base64
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {Buffer} body as it came: what was parsed and printed again is another text
 */
export function isSigned(secret, headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(Date.now() / 1_000 - Number(timestamp)) > TOLERANCE) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const right = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(' ').some((one) => {
    const [version, text = ''] = one.split(',');
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === right.length && timingSafeEqual(given, right);
  });
}

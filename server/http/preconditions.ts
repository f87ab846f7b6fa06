import { createHash } from 'node:crypto';
import { LIMITS } from '@slugline/client/protocol';
import type { Request } from 'express';
import type { Idempotency } from '../store/story-store.js';
import { invalidInput } from '../story/input-errors.js';

const VERSION_TAG = /^"([1-9]\d{0,14})"$/;
const VISIBLE_ASCII = /^[!-~]+$/;

/**
 * The version that the client's command builds upon, from `If-Match: "VERSION"`. `*` only asks that the object
 * exists, which every command does anyway, so it comes out as absent.
 */
export function expectedVersion(req: Request): number | undefined {
  const header = req.get('if-match');
  if (header === undefined || header === '*') return undefined;
  const version = VERSION_TAG.exec(header)?.[1];
  if (version !== undefined) return Number(version);
  throw invalidInput([{ field: 'If-Match', message: 'must be the object’s version in quotes, such as "3", or *' }]);
}

/** The command's name for retries, from `Idempotency-Key`, with the digest that tells it from other commands. */
export function idempotencyOf(req: Request, body: unknown): Idempotency | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!VISIBLE_ASCII.test(key) || key.length > LIMITS.idempotencyKey) {
    const message = `must be 1 to ${LIMITS.idempotencyKey} visible ASCII characters without spaces, and be sent once`;
    throw invalidInput([{ field: 'Idempotency-Key', message }]);
  }
  return { key, fingerprint: fingerprint(req.method, req.baseUrl + req.path, body) };
}

/**
 * Digest of what a command says. Headers stay out: a retry may carry another request id or a renewed key. Fields
 * are sorted, since a client may build the same body in another order. Only for bodies that were validated: their
 * depth is bounded.
 */
function fingerprint(method: string, path: string, body: unknown): string {
  const canonical = JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(`${method} ${path}\n${canonical}`).digest('base64url');
}

import type { Request } from 'express';
import { invalidInput } from '../story/input-errors.js';

/** Answering a retry as the first time would mean keeping the secret. What was made twice can be revoked. */
export function refuseIdempotencyKey(req: Request): void {
  if (req.get('idempotency-key') === undefined) return;
  throw invalidInput([{ field: 'Idempotency-Key', message: 'is not taken here, since a secret is shown only once' }]);
}

import { type Failure, isFailure } from '../errors.js';
import type { Limits } from '../limits/limits.js';
import type { Logger } from '../logger.js';
import type { Access } from './access.js';
import { readCredential } from './credential.js';

/**
 * Access for doors that strangers stand at: whoever keeps bringing bad credentials is told to come back later. What
 * is brought is looked at all the same, since a newsroom shares an address, and one colleague's stale script must not
 * lock out the others.
 */
export function slowGuessers(access: Access, limits: Limits, logger: Logger): Access {
  /** Not logged once there are too many: who guesses must not be able to fill the disk. */
  function answerTo(failure: Failure, address: string, keyId?: string): Failure {
    const refusal = limits.badCredential(address);
    if (refusal === undefined) logger.warn({ address, keyId, reason: failure.message }, 'a credential was refused');
    return refusal ?? failure;
  }

  return {
    ...access,
    async authenticate(credential, address) {
      try {
        return await access.authenticate(credential, address);
      } catch (error) {
        if (!isFailure(error, 'unauthenticated')) throw error;
        // The id is no secret, and tells whose script it is.
        throw answerTo(error, address, credential === undefined ? undefined : readCredential(credential)?.id);
      }
    },
    refuse: (message, address) => answerTo(access.refuse(message, address), address),
  };
}

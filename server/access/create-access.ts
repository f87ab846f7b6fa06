import { Failure } from '../errors.js';
import type { Access } from './access.js';
import type { KeyRing } from './key-ring.js';
import type { TokenVerifier } from './story-token.js';

/**
 * @param verifyToken absent: reader tokens are not set up, and every one is refused.
 * @param now the store's, by which tokens end.
 */
export function createAccess(ring: KeyRing, verifyToken: TokenVerifier | undefined, now: () => number): Access {
  return {
    async authenticate(credential) {
      if (credential === undefined) return { kind: 'anonymous' };
      if (credential.startsWith('sl_')) {
        const key = await ring.find(credential);
        if (key === undefined) throw new Failure('unauthenticated', 'The API key is not known or was revoked.');
        return { kind: 'key', keyId: key.id, name: key.name, role: key.role };
      }
      if (verifyToken === undefined) {
        throw new Failure('unauthenticated', 'This is not an API key (sl_…), and this server takes no reader tokens.');
      }
      return verifyToken(credential);
    },
    refuse: (message) => new Failure('unauthenticated', message),
    isInForce(caller) {
      switch (caller.kind) {
        case 'anonymous':
          return true;
        case 'key':
          return ring.has(caller.keyId);
        case 'token':
          return caller.expiresAt > now();
      }
    },
    onRevoked: (listener) => ring.onRevoked(listener),
  };
}

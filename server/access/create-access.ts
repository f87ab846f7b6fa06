import { Failure } from '../errors.js';
import type { Access, Caller, Role } from './access.js';
import type { KeyRecord } from './api-keys.js';
import type { Member } from './people/member-forms.js';
import { lesserRole } from './policy.js';
import type { Rings } from './rings.js';
import type { TokenVerifier } from './story-token.js';

/**
 * @param verifyToken absent: reader tokens are not set up, and every one is refused.
 * @param now the store's, by which tokens end.
 */
export function createAccess(
  { keys, members, sessions }: Rings,
  verifyToken: TokenVerifier | undefined,
  now: () => number,
): Access {
  return {
    async authenticate(credential) {
      if (credential === undefined) return { kind: 'anonymous' };
      if (credential.startsWith('sl_')) return keyCaller(credential);
      if (verifyToken === undefined) {
        throw new Failure('unauthenticated', 'This is not an API key (sl_…), and this server takes no reader tokens.');
      }
      return verifyToken(credential);
    },
    async session(cookie) {
      const session = await sessions.find(cookie);
      if (session === undefined) return undefined;
      const member = await members.find(session.memberId);
      if (member?.status !== 'active') return undefined;
      const { id: memberId, name, role } = member;
      return { kind: 'session', sessionId: session.id, memberId, name, role };
    },
    refuse: (message) => new Failure('unauthenticated', message),
    isInForce(caller) {
      switch (caller.kind) {
        case 'anonymous':
          return true;
        case 'key': {
          const key = keys.get(caller.keyId);
          return key !== undefined && roleOf(key, members.get(key.memberId ?? '')) === caller.role;
        }
        case 'session': {
          const member = members.get(caller.memberId);
          return member?.status === 'active' && member.role === caller.role && sessions.has(caller.sessionId);
        }
        case 'token':
          return caller.expiresAt > now();
      }
    },
    onRevoked(listener) {
      const forget = [keys.onRevoked(listener), members.onChanged(listener), sessions.onEnded(listener)];
      return () => {
        for (const each of forget) each();
      };
    },
  };

  async function keyCaller(credential: string): Promise<Caller> {
    const key = await keys.find(credential);
    if (key === undefined) throw new Failure('unauthenticated', 'The API key is not known or was revoked.');
    const { id: keyId, name, memberId } = key;
    if (memberId === undefined) return { kind: 'key', keyId, name, role: key.role };
    const member = await members.find(memberId);
    const role = roleOf(key, member);
    if (member === undefined || role === undefined) {
      throw new Failure('unauthenticated', 'The member whose key this is was suspended.');
    }
    return { kind: 'key', keyId, name: member.name, role, memberId };
  }
}

/** What a key may do now; `undefined` for a personal one whose member may come in no more. */
function roleOf({ role, memberId }: KeyRecord, member: Member | undefined): Role | undefined {
  if (memberId === undefined) return role;
  return member?.status === 'active' ? lesserRole(role, member.role) : undefined;
}

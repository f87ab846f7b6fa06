import type { Access, Caller } from '../../../server/access/access.js';
import { Failure } from '../../../server/errors.js';

/** What those bring who are not anyone. */
export const KEYS = { member: 'sl_member_key', desk: 'sl_desk_key' } as const;

const CALLERS: ReadonlyMap<string, Caller> = new Map([
  [KEYS.member, { kind: 'key', keyId: 'member', name: 'A member', role: 'reader' }],
  [KEYS.desk, { kind: 'key', keyId: 'desk', name: 'An editor', role: 'contributor' }],
]);

/** The two keys, which all instances know, until one is revoked, which all hear of at once. */
export class SimulatedAccess implements Access {
  readonly #revoked = new Set<string>();
  readonly #listeners = new Set<() => void>();

  async authenticate(credential: string | undefined): Promise<Caller> {
    if (credential === undefined) return { kind: 'anonymous' };
    const caller = CALLERS.get(credential);
    if (caller === undefined || !this.isInForce(caller)) throw new Failure('unauthenticated');
    return caller;
  }

  async session(): Promise<undefined> {
    return undefined;
  }

  refuse(message: string): Failure {
    return new Failure('unauthenticated', message);
  }

  isInForce(caller: Caller): boolean {
    return caller.kind !== 'key' || !this.#revoked.has(caller.keyId);
  }

  onRevoked(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  isRevoked(keyId: string): boolean {
    return this.#revoked.has(keyId);
  }

  revoke(keyId: keyof typeof KEYS): void {
    this.#revoked.add(keyId);
    for (const listener of this.#listeners) listener();
  }
}

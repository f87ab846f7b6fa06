import type { Failure } from '../errors.js';

/** `admin > editor > contributor > reader`: each may do what those behind it may. */
export const ROLES = ['admin', 'editor', 'contributor', 'reader'] as const;
export type Role = (typeof ROLES)[number];

/** Who stands at a door. Everyone without a credential is `anonymous`. */
export type Caller =
  | { readonly kind: 'anonymous' }
  /** A personal key has its member's id and name, and never more than the member's role. */
  | {
      readonly kind: 'key';
      readonly keyId: string;
      readonly name: string;
      readonly role: Role;
      readonly memberId?: string;
    }
  | SessionCaller
  /** A signed token made by the site for one reader. It opens these private stories until `expiresAt` (ms since 1970). */
  | { readonly kind: 'token'; readonly stories: readonly string[]; readonly expiresAt: number };

/** A member who signed in. */
interface SessionCaller {
  readonly kind: 'session';
  readonly sessionId: string;
  readonly memberId: string;
  readonly name: string;
  readonly role: Role;
}

/**
 * Tells who brings a credential: `sl_<id>_<secret>`, a JWT, or the cookie of a session. One object serves every door.
 */
export interface Access {
  /**
   * `undefined` (no credential) is anonymous. Rejects with `unauthenticated` for a credential that is malformed,
   * unknown, revoked, expired or signed by someone else: never falls back to anonymous, so that a reader with a
   * stale token is told instead of silently seeing less. After too many of those from one address it rejects with
   * `too_many_requests` instead, and still lets a good one pass.
   *
   * @param address whose failures are counted together; see `ClientAddress`.
   */
  authenticate(credential: string | undefined, address: string): Promise<Caller>;

  /**
   * The member behind a session's cookie; `undefined` for one that has ended. A browser brings its cookie to every door
   * without being asked, for months: whoever signed out long ago is one who brings nothing, and no guesser.
   */
  session(cookie: string): Promise<SessionCaller | undefined>;

  /**
   * What a door is to answer to a credential that it could not read, or checks by itself. Counts like one that
   * `authenticate` rejects.
   *
   * @param message says what is wrong, without the credential.
   */
  refuse(message: string, address: string): Failure;

  /**
   * Whether what the caller brought is still in force, and still with this role. Cheap: asked again for sockets that stay
   * open.
   */
  isInForce(caller: Caller): boolean;

  /**
   * Calls the listener when keys were revoked, sessions ended, or members suspended or given another role, on any
   * instance, within seconds.
   */
  onRevoked(listener: () => void): () => void;
}

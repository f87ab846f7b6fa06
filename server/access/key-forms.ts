import { LIMITS } from '@slugline/client/protocol';
import { z } from 'zod';
import { line } from '../story/text-schemas.js';
import { ROLES, type Role } from './access.js';

/** `POST /v1/keys`. */
export const createKeyRequest = z.strictObject({ name: line(LIMITS.name), role: z.enum(ROLES) });

export const keyIdText = z.string().regex(/^[A-Za-z0-9]{8,32}$/, 'must be a key’s id: 8 to 32 letters and digits');

/** An API key as an admin may see it. The secret is shown once, when the key is made, and never kept. */
export interface ApiKey {
  readonly id: string;
  /** Who holds it, for people; stands in the desk edition as the actor's name. */
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  /** Whose personal key it is: its role is never more than the member's, and it ends with the member. */
  readonly memberId?: string;
  readonly revokedAt?: string;
}

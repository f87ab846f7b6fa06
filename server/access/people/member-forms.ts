import { LIMITS } from '@slugline/client/protocol';
import { z } from 'zod';
import { line } from '../../story/text-schemas.js';
import { ROLES } from '../access.js';

/** What a member may be, the highest first. Readers are no members: they bring keys and tokens. */
export const MEMBER_ROLES = ['admin', 'editor', 'contributor'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

/** Somebody of the newsroom, as an editor may see them. */
export interface Member {
  readonly id: string;
  /** Stands in the desk edition as the actor's name. */
  readonly name: string;
  readonly role: MemberRole;
  /** Who is suspended comes in by no door. Suspending ends their sessions, links and personal keys for good. */
  readonly status: 'active' | 'suspended';
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** `POST /v1/members`. */
export const createMemberRequest = z.strictObject({ name: line(LIMITS.name), role: z.enum(MEMBER_ROLES) });

/** `PATCH /v1/members/:memberId`. */
export const patchMemberRequest = z
  .strictObject({
    name: line(LIMITS.name).exactOptional(),
    role: z.enum(MEMBER_ROLES).exactOptional(),
    status: z.enum(['active', 'suspended']).exactOptional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, { message: 'must name at least one field to change', path: [] })
  .meta({ minProperties: 1 });
export type MemberPatch = z.output<typeof patchMemberRequest>;

/** `POST /v1/members/:memberId/keys`. The role is the member's unless a lesser one is named. */
export const createMemberKeyRequest = z.strictObject({
  name: line(LIMITS.name),
  role: z.enum(ROLES).exactOptional(),
});

const secret = z.string().min(1).max(256);

/** `POST /v1/session`: the secret of a one-time link, or a personal key. */
export const signInRequest = z
  .strictObject({ link: secret.exactOptional(), key: secret.exactOptional() })
  .refine(({ link, key }) => (link === undefined) !== (key === undefined), {
    message: 'must name either link or key',
    path: [],
  })
  .meta({ minProperties: 1, maxProperties: 1 });

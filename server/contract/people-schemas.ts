import { z } from 'zod';
import { ROLES } from '../access/access.js';
import type { ApiKey } from '../access/key-forms.js';
import { MEMBER_ROLES, type Member } from '../access/people/member-forms.js';
import { storySchema } from '../story/schemas.js';
import { memberIdText } from '../story/text-schemas.js';

/** Schemas of what is answered about members and keys; see `wire-schemas.ts`. */

const time = storySchema.shape.createdAt;

export const apiKeySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  createdAt: time,
  memberId: memberIdText.exactOptional(),
  revokedAt: time.exactOptional(),
}) satisfies z.ZodType<ApiKey>;
export const keyListSchema = z.strictObject({ keys: z.array(apiKeySchema) });
export const newKeySchema = z.strictObject({ key: apiKeySchema, secret: z.string() });

export const memberSchema = z.strictObject({
  id: memberIdText,
  name: z.string(),
  role: z.enum(MEMBER_ROLES),
  status: z.enum(['active', 'suspended']),
  createdAt: time,
  updatedAt: time,
}) satisfies z.ZodType<Member>;
export const memberListSchema = z.strictObject({ members: z.array(memberSchema) });
export const oneMemberSchema = z.strictObject({ member: memberSchema });

export const signInLinkSchema = z.strictObject({ url: z.url(), expiresAt: time });
export const offeredSignInSchema = z.strictObject({ signIn: signInLinkSchema });
export const newMemberSchema = z.strictObject({ member: memberSchema, signIn: signInLinkSchema });

export const signedInSchema = z.strictObject({ id: memberIdText, name: z.string(), role: z.enum(MEMBER_ROLES) });
export const sessionSchema = z.strictObject({ member: signedInSchema, csrf: z.string() });

export const signInWaysSchema = z.strictObject({ service: z.strictObject({ url: z.string() }).exactOptional() });

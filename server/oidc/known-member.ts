import { createHash } from 'node:crypto';
import { LIMITS } from '@slugline/client/protocol';
import type { Member, MemberRole } from '../access/people/member-forms.js';
import { addMember, readMember } from '../access/people/members.js';
import { changeMember } from '../access/people/membership.js';
import type { Rings } from '../access/rings.js';
import type { AuditedBy } from '../audit/audited.js';
import { isFailure } from '../errors.js';
import type { StoryStore } from '../store/story-store.js';
import { line } from '../story/text-schemas.js';
import type { Identity } from './provider.js';

export const BY_SIGN_IN_SERVICE: AuditedBy = { name: 'the sign-in service' };

/** Characters of a digest, hexadecimal: 120 bits. */
const ID_LENGTH = 30;

/**
 * The id of the member whom a service calls so. It follows from the name alone, so two instances at which somebody
 * comes in for the first time make one member.
 */
export function memberIdOf({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex')
    .slice(0, ID_LENGTH);
}

/**
 * The member that somebody is, made at their first sign-in and brought in step with the service at each later one. Who
 * was suspended here stays so, whatever the service says. Rejects with `too_many_members` at a first sign-in.
 */
export async function knownMember(
  store: StoryStore,
  rings: Rings,
  identity: Identity,
  role: MemberRole,
): Promise<Member> {
  const id = memberIdOf(identity);
  const name = nameOf(identity);
  const known = (await memberIfKnown(store, id)) ?? (await newMember(store, rings, { id, name, role }));
  if (known.name === name && known.role === role) return known;
  return (await changeMember(store, rings, id, { name, role }, BY_SIGN_IN_SERVICE)).after;
}

async function memberIfKnown(store: StoryStore, id: string): Promise<Member | undefined> {
  try {
    return await readMember(store, id);
  } catch (error) {
    if (!isFailure(error, 'member_not_found')) throw error;
    return undefined;
  }
}

/** Makes the member, or answers the one whom another instance made at the same moment. */
async function newMember(store: StoryStore, rings: Rings, who: Pick<Member, 'id' | 'name' | 'role'>): Promise<Member> {
  const at = new Date(store.now()).toISOString();
  const member: Member = { ...who, status: 'active', createdAt: at, updatedAt: at };
  try {
    await addMember(store, member, BY_SIGN_IN_SERVICE);
  } catch (error) {
    if (!isFailure(error, 'version_conflict')) throw error;
    return readMember(store, who.id);
  }
  await rings.members.refresh();
  return member;
}

/** What the desk is to read where it asks who did something; the service's own names are texts of any kind. */
function nameOf({ claims, subject }: Identity): string {
  const { name, preferred_username: username, email } = claims;
  for (const candidate of [name, username, email, subject]) {
    if (typeof candidate !== 'string') continue;
    const { success, data } = line(LIMITS.name).safeParse(candidate.slice(0, LIMITS.name));
    if (success) return data;
  }
  return 'Somebody';
}

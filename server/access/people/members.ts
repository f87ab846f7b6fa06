import { type AuditedBy, audited } from '../../audit/audited.js';
import { Failure } from '../../errors.js';
import { decideAgain } from '../../store/decide-again.js';
import type { StoredObject, StoryStore, Write } from '../../store/story-store.js';
import { newShortId } from '../credential.js';
import { readStream } from '../stream-ring.js';
import type { Member, MemberPatch, MemberRole } from './member-forms.js';

/** The server's own stream of members, desk edition only: what somebody was before stands in its revisions. */
export const MEMBERS_STREAM = '@members';

/** Suspended ones too, since they are never forgotten: the desk edition goes on naming them. */
const MOST_MEMBERS = 2_000;

/**
 * Rejects with `too_many_members`.
 *
 * @param by who is named in the audit log.
 */
export async function createMember(
  store: StoryStore,
  { name, role }: { readonly name: string; readonly role: MemberRole },
  by: AuditedBy,
): Promise<Member> {
  const at = new Date(store.now()).toISOString();
  const member: Member = { id: newShortId(), name, role, status: 'active', createdAt: at, updatedAt: at };
  await addMember(store, member, by);
  return member;
}

/** Newest first. */
export async function listMembers(store: StoryStore): Promise<readonly Member[]> {
  const { objects } = await readStream(store, MEMBERS_STREAM, 'desk');
  return objects.map(memberOf);
}

/** Rejects with `member_not_found`. */
export async function readMember(store: StoryStore, id: string): Promise<Member> {
  return memberOf((await memberObject(store, id)).object);
}

export interface ChangedMember {
  readonly before: Member;
  /** The same as `before` where there was nothing to change. */
  readonly after: Member;
}

/** Changes what is named. Rejects with `member_not_found`. */
export async function patchMember(
  store: StoryStore,
  id: string,
  patch: MemberPatch,
  by: AuditedBy,
): Promise<ChangedMember> {
  return decideAgain(async () => {
    const { object } = await memberObject(store, id);
    const before = memberOf(object);
    const { name = before.name, role = before.role, status = before.status } = patch;
    if (name === before.name && role === before.role && status === before.status) return { before, after: before };
    const after: Member = { ...before, name, role, status, updatedAt: new Date(store.now()).toISOString() };
    await writeMember(store, after, object.version + 1, by);
    return { before, after };
  });
}

/** Adds one who is not here. Rejects with `version_conflict` when they are, and with `too_many_members`. */
export async function addMember(store: StoryStore, member: Member, by: AuditedBy): Promise<void> {
  // Those who are added at once may get some beyond the bound: it is there for memory, not for fairness.
  if ((await listMembers(store)).length >= MOST_MEMBERS) throw new Failure('too_many_members');
  await writeMember(store, member, 1, by);
}

export function memberOf({ form }: Pick<StoredObject, 'form'>): Member {
  return JSON.parse(form);
}

async function memberObject(store: StoryStore, id: string): Promise<{ readonly object: StoredObject }> {
  const object = (await store.object(MEMBERS_STREAM, 'desk', id))?.object;
  if (object?.orderKey === undefined) throw new Failure('member_not_found');
  return { object };
}

async function writeMember(store: StoryStore, member: Member, version: number, by: AuditedBy): Promise<void> {
  const write: Write = {
    edition: 'desk',
    objectId: member.id,
    version,
    kind: version === 1 ? 'entry.published' : 'entry.updated',
    orderKey: `${member.createdAt}-${member.id}`,
    form: JSON.stringify(member),
  };
  const expected = [{ objectId: member.id, version: version - 1 }];
  const commit = { stream: MEMBERS_STREAM, at: member.updatedAt, expected, writes: [write] };
  await store.commit(audited(commit, { by, action: version === 1 ? 'member.created' : 'member.updated' }));
}

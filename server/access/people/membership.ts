import { type AuditedBy, BY_SERVER } from '../../audit/audited.js';
import { Failure } from '../../errors.js';
import type { StoryStore } from '../../store/story-store.js';
import { listKeys, revokeKey } from '../api-keys.js';
import type { Rings } from '../rings.js';
import type { Member, MemberPatch } from './member-forms.js';
import { type ChangedMember, createMember, patchMember, readMember } from './members.js';
import { beginSession, endSessions, type OfferedLink, type OpenedSession, offerLink } from './session-book.js';

/**
 * Changes a member, and what they come in with. Who is suspended is out with the first commit already; what they had is
 * ended after it, and before they may come back, so that a crash in between leaves nothing that opens later.
 *
 * @throws Failure `member_not_found`.
 */
export async function changeMember(
  store: StoryStore,
  rings: Rings,
  id: string,
  patch: MemberPatch,
  by: AuditedBy,
): Promise<ChangedMember> {
  if (patch.status === 'active' && (await readMember(store, id)).status === 'suspended') await endAll(store, id, by);
  const changed = await patchMember(store, id, patch, by);
  if (changed.after.status === 'suspended') await endAll(store, id, by);
  await Promise.all([rings.members.refresh(), rings.sessions.refresh(), rings.keys.refresh()]);
  return changed;
}

/** A link for a member to sign in with. Rejects with `member_not_found` or `member_suspended`. */
export async function inviteMember(store: StoryStore, id: string, by: AuditedBy): Promise<OfferedLink> {
  if ((await readMember(store, id)).status !== 'active') throw new Failure('member_suspended');
  return offerLink(store, id, by);
}

/** Ends all that a member comes in with: sessions, links and personal keys. Of who is no member there is nothing to end. */
export async function endCredentials(store: StoryStore, rings: Rings, id: string, by: AuditedBy): Promise<void> {
  await endAll(store, id, by);
  await Promise.all([rings.sessions.refresh(), rings.keys.refresh()]);
}

/** Who was found to be this member, by whatever means, is signed in. Rejects like `inviteMember`. */
export async function signIn(store: StoryStore, rings: Rings, id: string): Promise<OpenedSession> {
  const { name, status } = await readMember(store, id);
  if (status !== 'active') throw new Failure('member_suspended');
  const opened = await beginSession(store, id, { name, memberId: id });
  await rings.sessions.refresh();
  return opened;
}

export interface FirstMember {
  readonly member: Member;
  readonly link: OfferedLink;
}

/** The admin who comes in first, by a link beside the first key. */
export async function inviteFirstMember(store: StoryStore): Promise<FirstMember> {
  const member = await createMember(store, { name: 'First admin', role: 'admin' }, BY_SERVER);
  return { member, link: await offerLink(store, member.id, BY_SERVER) };
}

/** @param home where readers reach this server. The secret stands behind `#`, which is in no log and no `Referer`. */
export function signInUrl(home: string, { secret }: OfferedLink): string {
  return `${home}/console/#sign-in=${secret}`;
}

async function endAll(store: StoryStore, memberId: string, by: AuditedBy): Promise<void> {
  await endSessions(store, memberId, by);
  for (const { id, revokedAt } of await listKeys(store, memberId)) {
    if (revokedAt === undefined) await revokeKey(store, id, by, memberId);
  }
}

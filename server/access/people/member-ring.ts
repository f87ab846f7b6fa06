import type { Logger } from '../../logger.js';
import type { StoredObject, StoryStore } from '../../store/story-store.js';
import { openStreamRing } from '../stream-ring.js';
import type { Member } from './member-forms.js';
import { MEMBERS_STREAM, memberOf } from './members.js';

/** The members, in memory. */
export interface MemberRing {
  /** Looks again where there is none: a member may be newer than what this instance has heard. */
  find(id: string): Promise<Member | undefined>;
  get(id: string): Member | undefined;
  /** Calls the listener with a member's id whose role or status changed, on any instance, within seconds. */
  onChanged(listener: (memberId: string) => void): () => void;
  /** Resolves when the ring holds at least what the store held at the call. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export async function openMemberRing(store: StoryStore, logger: Logger): Promise<MemberRing> {
  let members = new Map<string, Member>();

  function take(objects: readonly StoredObject[], isAll: boolean): readonly string[] {
    const before = members;
    members = new Map(isAll ? [] : before);
    for (const member of objects.map(memberOf)) members.set(member.id, member);
    return [...before.values()]
      .filter(({ id, role, status }) => members.get(id)?.role !== role || members.get(id)?.status !== status)
      .map(({ id }) => id);
  }

  const ring = await openStreamRing({ store, logger, stream: MEMBERS_STREAM, edition: 'desk', take });

  return {
    async find(id) {
      if (!members.has(id)) await ring.lookAgain();
      return members.get(id);
    },
    get: (id) => members.get(id),
    onChanged: ring.listen,
    refresh: ring.refresh,
    close: ring.close,
  };
}

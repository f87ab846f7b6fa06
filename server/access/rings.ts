import type { Logger } from '../logger.js';
import type { StoryStore } from '../store/story-store.js';
import { type KeyRing, openKeyRing } from './key-ring.js';
import { type MemberRing, openMemberRing } from './people/member-ring.js';
import { openSessionRing, type SessionRing } from './people/session-ring.js';

/** What an instance remembers of who may come in, so that a request costs no read of the store. */
export interface Rings {
  readonly keys: KeyRing;
  readonly members: MemberRing;
  readonly sessions: SessionRing;
  close(): Promise<void>;
}

export async function openRings(store: StoryStore, logger: Logger): Promise<Rings> {
  const keys = await openKeyRing(store, logger);
  const members = await openMemberRing(store, logger);
  const sessions = await openSessionRing(store, logger);
  return {
    keys,
    members,
    sessions,
    async close() {
      await Promise.all([keys.close(), members.close(), sessions.close()]);
    },
  };
}

import type { Logger } from '../../logger.js';
import type { StoredObject, StoryStore } from '../../store/story-store.js';
import { matchesDigest, readCredential } from '../credential.js';
import { openStreamRing } from '../stream-ring.js';
import { bookOf, isInForce, isUseUnnoted, noteUse, SESSIONS_STREAM, type Session } from './session-book.js';

interface HeldSession {
  readonly id: string;
  readonly memberId: string;
}

/** The sessions, in memory. */
export interface SessionRing {
  /** The session that this text is, if it is in force. That it is used is noted, within the hour. */
  find(text: string): Promise<HeldSession | undefined>;
  has(sessionId: string): boolean;
  /** Calls the listener when sessions ended, on any instance, within seconds. Those that run out are not told of. */
  onEnded(listener: () => void): () => void;
  /** Resolves when the ring holds at least what the store held at the call. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export async function openSessionRing(store: StoryStore, logger: Logger): Promise<SessionRing> {
  let books = new Map<string, readonly Session[]>();
  let sessions = new Map<string, Session & HeldSession>();
  const beingNoted = new Set<string>();

  /** Those who listen look at all sessions anyway: of however many that ended together, they are told once. */
  function take(objects: readonly StoredObject[], isAll: boolean): readonly string[] {
    const before = sessions;
    if (isAll) books = new Map();
    for (const object of objects) books.set(object.objectId, bookOf(object).sessions);
    sessions = new Map();
    for (const [memberId, held] of books) {
      for (const session of held) sessions.set(session.id, { ...session, memberId });
    }
    const ended = [...before.keys()].find((id) => !sessions.has(id));
    return ended === undefined ? [] : [ended];
  }

  const ring = await openStreamRing({ store, logger, stream: SESSIONS_STREAM, edition: 'public', take });

  function inForce(id: string): (Session & HeldSession) | undefined {
    const session = sessions.get(id);
    return session !== undefined && isInForce(session, store.now()) ? session : undefined;
  }

  /** Once at a time: many requests may come before the note is heard of. */
  function note({ id, memberId }: HeldSession): void {
    if (beingNoted.has(id)) return;
    beingNoted.add(id);
    noteUse(store, memberId, id)
      .then(() => ring.refresh())
      .catch((error: unknown) => logger.warn({ err: error }, 'the use of a session could not be noted'))
      .finally(() => beingNoted.delete(id));
  }

  return {
    async find(text) {
      const credential = readCredential(text, 'ss');
      if (credential === undefined) return undefined;
      if (!sessions.has(credential.id)) await ring.lookAgain();
      const session = inForce(credential.id);
      if (session === undefined || !matchesDigest(credential, session.digest)) return undefined;
      if (isUseUnnoted(session, store.now())) note(session);
      return session;
    },
    has: (sessionId) => inForce(sessionId) !== undefined,
    onEnded: ring.listen,
    refresh: ring.refresh,
    close: ring.close,
  };
}

import { createHash } from 'node:crypto';
import { type AuditedBy, audited } from '../../audit/audited.js';
import { decideAgain } from '../../store/decide-again.js';
import type { StoredObject, StoryStore, Write } from '../../store/story-store.js';
import { type Credential, credentialDigest, matchesDigest, newCredential } from '../credential.js';

/**
 * The server's own stream of what members come in with: one object for each member, which holds their sessions and the
 * links that they may still sign in by. So a link is used up and its session begun by one commit, everything ends by
 * another, and what is kept is bounded however often anybody signs in. It is the public edition, though no door shows
 * it: that one keeps no revisions, and of what has ended nothing stays. Secrets are kept as digests only.
 */
export const SESSIONS_STREAM = '@sessions';

/** From its beginning, however much it is used. */
const SESSION_LIFE_MS = 14 * 24 * 60 * 60 * 1_000;
/** From when it was last used. */
const SESSION_IDLE_MS = 3 * 24 * 60 * 60 * 1_000;
/** How old the note of its last use may be, so that not every use is a commit. */
const SEEN_EVERY_MS = 60 * 60 * 1_000;
const LINK_LIFE_MS = 24 * 60 * 60 * 1_000;
/** Of one member: beyond them the one that was used least lately ends. */
const MOST_SESSIONS = 20;
/** Of one member: beyond them the oldest opens nothing. */
const MOST_LINKS = 3;
/** What the audit log calls it. */
const STARTED = 'session.started';
const ENDED = 'session.ended';

/** Times are ISO 8601. */
export interface Session {
  readonly id: string;
  /** SHA-256 of the whole credential, hexadecimal. */
  readonly digest: string;
  readonly createdAt: string;
  /** Within an hour. */
  readonly seenAt: string;
}

interface SignInLink {
  readonly digest: string;
  readonly expiresAt: string;
}

export interface SessionBook {
  readonly sessions: readonly Session[];
  readonly links: readonly SignInLink[];
}

export interface OpenedSession {
  readonly id: string;
  /** `ss_<id>_<secret>`, for the holder's cookie alone. */
  readonly credential: string;
  /** Seconds that it may last at most. */
  readonly lifeSeconds: number;
}

export interface OfferedLink {
  /** `si_<memberId>_<secret>`, to be shown once. */
  readonly secret: string;
  readonly expiresAt: string;
}

/** Makes a link by which the member signs in, once. */
export async function offerLink(store: StoryStore, memberId: string, by: AuditedBy): Promise<OfferedLink> {
  const credential = newCredential('si', memberId);
  return changeBook(store, memberId, ({ sessions, links }, now) => {
    const link = { digest: credentialDigest(credential), expiresAt: new Date(now + LINK_LIFE_MS).toISOString() };
    const book = { sessions, links: [link, ...links].slice(0, MOST_LINKS) };
    return {
      book,
      answer: { secret: credential.text, expiresAt: link.expiresAt },
      log: { by, action: 'sign-in.offered' },
    };
  });
}

/** Uses a link up and begins a session; `undefined` for one that is unknown, used or too old. */
export async function useLink(store: StoryStore, link: Credential, by: AuditedBy): Promise<OpenedSession | undefined> {
  const opened = newSession();
  return changeBook(store, link.id, (book, now) => {
    const used = book.links.find(({ digest }) => matchesDigest(link, digest));
    if (used === undefined) return { answer: undefined };
    const links = book.links.filter((other) => other !== used);
    return { book: { ...withSession(book, opened, now), links }, answer: opened, log: { by, action: STARTED } };
  });
}

/** Begins a session. Whether the member may come in is for the caller to know. */
export async function beginSession(store: StoryStore, memberId: string, by: AuditedBy): Promise<OpenedSession> {
  const opened = newSession();
  return changeBook(store, memberId, (book, now) => ({
    book: withSession(book, opened, now),
    answer: opened,
    log: { by, action: STARTED },
  }));
}

/** Ends one session. Doing so twice changes nothing. */
export async function endSession(store: StoryStore, memberId: string, sessionId: string, by: AuditedBy): Promise<void> {
  await changeBook(store, memberId, ({ sessions, links }) => {
    const left = sessions.filter(({ id }) => id !== sessionId);
    if (left.length === sessions.length) return { answer: undefined };
    return { book: { sessions: left, links }, answer: undefined, log: { by, action: ENDED } };
  });
}

/** Ends all sessions of a member, and all links that would begin one. */
export async function endSessions(store: StoryStore, memberId: string, by: AuditedBy): Promise<void> {
  await changeBook(store, memberId, ({ sessions, links }) =>
    sessions.length + links.length === 0
      ? { answer: undefined }
      : { book: EMPTY, answer: undefined, log: { by, action: ENDED } },
  );
}

/** Notes that a session is used. That is no doing of anybody: the audit log is not told. */
export async function noteUse(store: StoryStore, memberId: string, sessionId: string): Promise<void> {
  await changeBook(store, memberId, ({ sessions, links }, now) => {
    const seenAt = new Date(now).toISOString();
    const noted = sessions.map((session) => (session.id === sessionId ? { ...session, seenAt } : session));
    return { book: { sessions: noted, links }, answer: undefined };
  });
}

export function isInForce({ createdAt, seenAt }: Session, now: number): boolean {
  return Date.parse(createdAt) + SESSION_LIFE_MS > now && Date.parse(seenAt) + SESSION_IDLE_MS > now;
}

/** Whether its use is to be noted. */
export function isUseUnnoted({ seenAt }: Session, now: number): boolean {
  return Date.parse(seenAt) + SEEN_EVERY_MS <= now;
}

/** What the holder's pages send with each command: no other site can, since it reads none of our answers. */
export function csrfOf(credential: string): string {
  return createHash('sha256').update(`csrf ${credential}`).digest('base64url');
}

export function bookOf({ form }: Pick<StoredObject, 'form'>): SessionBook {
  return JSON.parse(form);
}

const EMPTY: SessionBook = { sessions: [], links: [] };

function newSession(): OpenedSession {
  const { id, text } = newCredential('ss');
  return { id, credential: text, lifeSeconds: SESSION_LIFE_MS / 1_000 };
}

function withSession({ sessions, links }: SessionBook, { id, credential }: OpenedSession, now: number): SessionBook {
  const at = new Date(now).toISOString();
  const session = { id, digest: credentialDigest({ id, text: credential }), createdAt: at, seenAt: at };
  const kept = sessions.toSorted((a, b) => b.seenAt.localeCompare(a.seenAt)).slice(0, MOST_SESSIONS - 1);
  return { sessions: [session, ...kept], links };
}

interface BookChange<Answer> {
  /** Absent: there is nothing to write. */
  readonly book?: SessionBook;
  readonly answer: Answer;
  /** What the audit log is told; absent: nothing. */
  readonly log?: { readonly by: AuditedBy; readonly action: string };
}

/** @param decide is handed what is still in force. */
async function changeBook<Answer>(
  store: StoryStore,
  memberId: string,
  decide: (book: SessionBook, now: number) => BookChange<Answer>,
): Promise<Answer> {
  return decideAgain(async () => {
    const object = (await store.object(SESSIONS_STREAM, 'public', memberId))?.object;
    const version = object?.version ?? 0;
    const now = store.now();
    const { sessions, links } = object === undefined ? EMPTY : bookOf(object);
    const current: SessionBook = {
      sessions: sessions.filter((session) => isInForce(session, now)),
      links: links.filter(({ expiresAt }) => Date.parse(expiresAt) > now),
    };
    const { book, answer, log } = decide(current, now);
    if (book === undefined) return answer;
    const write: Write = {
      edition: 'public',
      objectId: memberId,
      version: version + 1,
      kind: 'entry.updated',
      orderKey: memberId,
      form: JSON.stringify(book),
    };
    const at = new Date(now).toISOString();
    const commit = { stream: SESSIONS_STREAM, at, expected: [{ objectId: memberId, version }], writes: [write] };
    await store.commit(log === undefined ? commit : audited(commit, { ...log, about: { memberId } }));
    return answer;
  });
}

import type { Actor, Edition, Story } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { Caller, Role } from './access.js';

/** What of a story decides who may read it. */
export interface ReadableStory extends Pick<Story, 'slug' | 'visibility'> {
  /** Ids of the members to whom the desk edition is restricted; absent or empty: the whole desk. */
  readonly members?: readonly string[];
}

const RANK: Readonly<Record<Role, number>> = { reader: 1, contributor: 2, editor: 3, admin: 4 };

export function lesserRole(one: Role, other: Role): Role {
  return RANK[one] < RANK[other] ? one : other;
}

/**
 * The actor behind a command. Throws `unauthenticated` without a key or session, `forbidden` with too low a role.
 */
export function requireRole(caller: Caller, role: Role): Actor {
  if (caller.kind === 'anonymous') {
    throw new Failure('unauthenticated', `This needs an API key or a session with the role ${role}.`);
  }
  if (caller.kind === 'token')
    throw new Failure('forbidden', `Reader tokens open no desk door: this needs a key with the role ${role}.`);
  if (RANK[caller.role] < RANK[role]) {
    throw new Failure('forbidden', `The ${caller.kind} has the role ${caller.role}; this needs ${role}.`);
  }
  const { name, memberId } = caller;
  const keyId = caller.kind === 'key' ? caller.keyId : caller.sessionId;
  return { keyId, name, ...(memberId !== undefined && { memberId }) };
}

/** The actor behind what a member does for themselves, or an admin for them. Throws like `requireRole`. */
export function requireMember(caller: Caller, memberId: string): Actor {
  return requireRole(caller, 'memberId' in caller && caller.memberId === memberId ? 'contributor' : 'admin');
}

/**
 * Throws `story_restricted` unless the caller is one of those to whom the desk restricted the story, or an admin. Asked
 * after the role: it tells that there is such a story.
 */
export function requireDesk(caller: Caller, story: Pick<ReadableStory, 'members'>): void {
  if (!mayReadDesk(caller, story)) throw new Failure('story_restricted');
}

/** The same of somebody whose role is high enough. */
export function mayReadDesk(caller: Caller, { members = [] }: Pick<ReadableStory, 'members'>): boolean {
  if (members.length === 0) return true;
  if (caller.kind !== 'key' && caller.kind !== 'session') return false;
  return caller.role === 'admin' || (caller.memberId !== undefined && members.includes(caller.memberId));
}

/** Whether the caller's key or session has the role, or one above it. */
export function hasRole(caller: Caller, role: Role): boolean {
  return (caller.kind === 'key' || caller.kind === 'session') && RANK[caller.role] >= RANK[role];
}

/**
 * Throws unless the caller may read this edition of the story. A private story that the caller may not read does
 * not exist as far as they can tell (`story_not_found`). The desk edition needs a contributor's key or session, and a
 * restricted one that the caller is named.
 */
export function requireRead(caller: Caller, story: ReadableStory, edition: Edition): void {
  if (edition === 'desk') {
    requireRole(caller, 'contributor');
    requireDesk(caller, story);
    return;
  }
  if (story.visibility === 'public' || caller.kind === 'key' || caller.kind === 'session') return;
  if (caller.kind === 'token' && caller.stories.includes(story.slug)) return;
  throw new Failure('story_not_found');
}

import type { Actor, Edition, Story } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { Caller, Role } from './access.js';

/** What of a story decides who may read it. */
export type ReadableStory = Pick<Story, 'slug' | 'visibility'>;

const RANK: Readonly<Record<Role, number>> = { reader: 1, contributor: 2, editor: 3, admin: 4 };

/** The actor behind a command. Throws `unauthenticated` without a key, `forbidden` with too low a role. */
export function requireRole(caller: Caller, role: Role): Actor {
  if (caller.kind === 'anonymous') throw new Failure('unauthenticated', `This needs an API key with the role ${role}.`);
  if (caller.kind === 'token')
    throw new Failure('forbidden', `Reader tokens open no desk door: this needs a key with the role ${role}.`);
  if (RANK[caller.role] < RANK[role]) {
    throw new Failure('forbidden', `The key has the role ${caller.role}; this needs ${role}.`);
  }
  return { keyId: caller.keyId, name: caller.name };
}

/** Whether the caller's key has the role, or one above it. */
export function hasRole(caller: Caller, role: Role): boolean {
  return caller.kind === 'key' && RANK[caller.role] >= RANK[role];
}

/**
 * Throws unless the caller may read this edition of the story. A private story that the caller may not read does
 * not exist as far as they can tell (`story_not_found`). The desk edition needs a contributor's key.
 */
export function requireRead(caller: Caller, story: ReadableStory, edition: Edition): void {
  if (edition === 'desk') {
    requireRole(caller, 'contributor');
    return;
  }
  if (story.visibility === 'public' || caller.kind === 'key') return;
  if (caller.kind === 'token' && caller.stories.includes(story.slug)) return;
  throw new Failure('story_not_found');
}

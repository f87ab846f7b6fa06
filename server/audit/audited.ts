import { nanoid } from 'nanoid';
import { type Commit, HEADER_ID } from '../store/story-store.js';
import { type AuditNote, encodeAuditNote } from './note.js';

/** Who did something. An `Actor` is one; what nobody asked for has a name alone, such as `the server`. */
export type AuditedBy = AuditNote['by'];

/** What a commit says of itself to the audit log. */
export interface Audited {
  readonly by: AuditedBy;
  /** `entry.updated`, `key.revoked`: what was done. Unless given, the kind of the first object that was written. */
  readonly action?: string;
  /** What no object that is written tells, such as who signed in. Small, plain JSON; holds no secret. */
  readonly about?: AuditNote['about'];
}

/** By the server itself: what was due, and its first key. */
export const BY_SERVER: AuditedBy = { name: 'the server' };
/** By whoever works on the store itself, while no server runs on it. */
export const BY_COMMAND_LINE: AuditedBy = { name: 'the command line' };

/**
 * The commit, with a note for the audit log in its outbox: so the note is there if and only if the commit is. It names
 * the objects that are written in the desk edition, where their forms before and after are kept as revisions. A commit
 * that writes none and names no action is none to tell of: it changed nothing.
 */
export function audited<C extends Commit>(commit: C, { by, action, about }: Audited): C {
  const written = commit.writes.filter(
    ({ edition, objectId }) => edition === 'desk' && !(commit.stream.startsWith('@') && objectId === HEADER_ID),
  );
  const done = action ?? written[0]?.kind;
  if (done === undefined) return commit;
  const note = encodeAuditNote({
    id: nanoid(),
    at: commit.at,
    by,
    action: done,
    objects: written.map(({ objectId, version }) => ({ id: objectId, version })),
    ...(about !== undefined && { about }),
  });
  return { ...commit, outbox: [...(commit.outbox ?? []), note] };
}

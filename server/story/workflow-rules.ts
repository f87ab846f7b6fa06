import type { Actor, DeskEntry } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { CommandContext } from './decision.js';

/** Whether readers have, or had, the entry. It never stops being so: what is published is withdrawn, and stays known. */
export function isPublished({ workflow }: Pick<DeskEntry, 'workflow'>): boolean {
  return workflow === 'published';
}

/** When a scheduled entry goes out: at the time that was set, and not before its embargo ends. */
export function dueOf({ publishAt, embargoedUntil }: Pick<DeskEntry, 'publishAt' | 'embargoedUntil'>) {
  if (publishAt === undefined || embargoedUntil === undefined) return publishAt ?? embargoedUntil;
  return publishAt > embargoedUntil ? publishAt : embargoedUntil;
}

/** When the entry is to be published by itself; `undefined` where it is not. A hold stops that until it is released. */
export function dueAt(entry: DeskEntry): string | undefined {
  return entry.workflow === 'scheduled' && entry.status === 'usable' ? dueOf(entry) : undefined;
}

/** Throws `entry_not_published`: readers can be told of a correction, or shown a pin, of what they have. */
export function requirePublished(entry: DeskEntry): void {
  if (!isPublished(entry)) throw new Failure('entry_not_published', `The entry is ${entry.workflow}, not published.`);
}

/** Throws `entry_published`. */
export function requireUnpublished(entry: DeskEntry): void {
  if (isPublished(entry)) throw new Failure('entry_published');
}

/** Throws `forbidden` for who writes and submits, but does not decide what goes out. */
export function requirePublisher({ mayPublish }: CommandContext, what: string): void {
  if (!mayPublish) throw new Failure('forbidden', `${what} takes an editor: submit the entry.`);
}

/** Throws `forbidden` unless an editor asks, or whoever wrote the entry while it is not yet decided upon. */
export function requireOwn(entry: DeskEntry, { mayPublish, actor }: CommandContext): void {
  if (mayPublish) return;
  const { workflow, createdBy } = entry;
  if (!isSamePerson(createdBy, actor))
    throw new Failure('forbidden', 'The entry is somebody else’s: that takes an editor.');
  if (workflow === 'draft' || workflow === 'submitted') return;
  throw new Failure('forbidden', `The entry is ${workflow}: changing it takes an editor.`);
}

/** Throws `embargoed`, with the time until it ends where that is known. */
export function requireNoEmbargo({ embargoedUntil }: Pick<DeskEntry, 'embargoedUntil'>, now: string): void {
  if (embargoedUntil === undefined || embargoedUntil <= now) return;
  const isOpen = embargoedUntil === NO_END;
  const message = isOpen ? 'until further notice' : `until ${embargoedUntil}`;
  const left = Math.ceil((Date.parse(embargoedUntil) - Date.parse(now)) / 1_000);
  throw new Failure('embargoed', `The entry is under embargo ${message}.`, isOpen ? {} : { retryAfterSeconds: left });
}

/**
 * Throws `second_person_required` where breaking news would go out by who wrote it, or edited its words last. Two keys
 * of one member are one person.
 */
export function requireSecondPerson(entry: DeskEntry, { actor, secondPerson }: CommandContext): void {
  if (!secondPerson || !entry.breaking) return;
  const writers = [entry.createdBy, entry.writtenBy ?? entry.updatedBy];
  if (!writers.some((writer) => isSamePerson(writer, actor))) return;
  throw new Failure('second_person_required');
}

/** A member is the same person by whichever key or session. */
function isSamePerson(one: Actor, other: Actor): boolean {
  return one.keyId === other.keyId || (one.memberId !== undefined && one.memberId === other.memberId);
}

/** Stands for the end of an embargo that has none yet. */
export const NO_END = '9999-12-31T23:59:59.999Z';

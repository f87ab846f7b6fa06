import type { ChangeKind, DeskEntry, Workflow } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import { type Changes, changed } from './changes.js';
import type { CommandContext, Decision } from './decision.js';
import { requireSense, requireUsable } from './entry-rules.js';
import { withinBounds } from './entry-size.js';
import { alertNotes, entryWrites } from './entry-writes.js';
import { invalidInput } from './input-errors.js';
import { KIND_OF } from './move.js';
import { scheduleNotes } from './schedule-notes.js';
import {
  dueOf,
  isPublished,
  requireNoEmbargo,
  requireOwn,
  requirePublisher,
  requireSecondPerson,
  requireUnpublished,
} from './workflow-rules.js';

/** What an edit may change, and an item of a wire beside that. */
export type Edit = Changes<
  Omit<DeskEntry, 'id' | 'slug' | 'version' | 'status' | 'workflow' | 'corrections' | 'publishedAt' | 'updatedAt'>
>;

/**
 * Changes an entry in place: `publishedAt`, and with it the entry's place on the page, stays. An edit that changes
 * nothing writes nothing. Allowed after the story's end.
 *
 * Of what is not published it may also say when: a `publishAt` schedules it, and without any time left to wait for, a
 * scheduled one waits for somebody to publish it.
 *
 * @throws Failure `entry_not_usable`; `invalid_input` when it would leave an entry that says nothing, or sets a time that
 * has gone by; `entry_too_large`; `entry_published` for a time; `embargoed` for a `publishAt` before the embargo ends;
 * `forbidden` for what takes an editor; `second_person_required`.
 */
export function editEntry(entry: DeskEntry, input: Edit, context: CommandContext): Decision<DeskEntry> {
  requireOwn(entry, context);
  requireUsable(entry);
  requireTimes(entry, input, context);
  const expected = [{ objectId: entry.id, version: entry.version }];
  const edited = changed<DeskEntry>(entry, input);
  if (edited === undefined) return { expected, writes: [], outbox: [], answer: entry };

  const { actor, now } = context;
  const workflow = workflowOf(entry, edited, input);
  const next = withinBounds({
    ...edited,
    version: entry.version + 1,
    workflow,
    updatedAt: now,
    updatedBy: actor,
    ...(isRewritten(input) && { writtenBy: actor }),
  });
  requireSense(next);
  requireSecondPair(entry, next, input, context);
  return {
    expected,
    writes: entryWrites(next, kindOf(entry, next), entry),
    outbox: [...alertNotes(next, entry), ...scheduleNotes(next, entry)],
    answer: next,
  };
}

/** What is of the words that readers get, and not of how or when they get them. */
const WORDS: readonly (keyof Edit)[] = [
  ...(['headline', 'body', 'bylines', 'sources', 'verification', 'relations', 'located', 'tags'] as const),
];

/** Whether whoever edits so becomes the one who wrote it last. */
export function isRewritten(input: Edit): boolean {
  return WORDS.some((name) => input[name] !== undefined);
}

/** An embargo may be set by who wrote the entry; moved or lifted it is by an editor, as it is by an editor that a time is set. */
function requireTimes(entry: DeskEntry, { publishAt, embargoedUntil }: Edit, context: CommandContext): void {
  if (publishAt === undefined && embargoedUntil === undefined) return;
  requireUnpublished(entry);
  if (publishAt !== undefined) requirePublisher(context, 'Scheduling');
  if (embargoedUntil !== undefined && entry.embargoedUntil !== undefined)
    requirePublisher(context, 'Changing an embargo');
  for (const [field, time] of Object.entries({ publishAt, embargoedUntil })) {
    if (typeof time !== 'string' || time > context.now) continue;
    throw invalidInput([{ field, message: `must lie in the future (it is ${context.now}), or be null` }]);
  }
  if (typeof publishAt !== 'string') return;
  const embargo = embargoedUntil === undefined ? entry.embargoedUntil : (embargoedUntil ?? undefined);
  requireNoEmbargo({ ...(embargo !== undefined && { embargoedUntil: embargo }) }, publishAt);
}

function workflowOf(entry: DeskEntry, edited: DeskEntry, { publishAt }: Edit): Workflow {
  if (isPublished(entry)) return entry.workflow;
  if (typeof publishAt === 'string') return 'scheduled';
  return entry.workflow === 'scheduled' && dueOf(edited) === undefined ? 'submitted' : entry.workflow;
}

function kindOf(entry: DeskEntry, next: DeskEntry): ChangeKind {
  const isMoved = next.workflow !== entry.workflow || (next.workflow === 'scheduled' && dueOf(next) !== dueOf(entry));
  return isMoved ? KIND_OF[next.workflow] : 'entry.updated';
}

/** Asked whenever an edit is what lets breaking news out, and of who would change what a second person let out. */
function requireSecondPair(entry: DeskEntry, next: DeskEntry, input: Edit, context: CommandContext): void {
  const goesOut = isPublished(next) || next.workflow === 'scheduled';
  const wentOut = isPublished(entry) || entry.workflow === 'scheduled';
  if (!goesOut || !context.secondPerson || !next.breaking) return;
  if (!wentOut || !entry.breaking) requireSecondPerson(next, context);
  else if (next.workflow === 'scheduled' && isRewritten(input)) {
    const message = 'It is scheduled as somebody else read it: take it off the schedule first.';
    throw new Failure('second_person_required', message);
  }
}

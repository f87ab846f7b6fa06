import type { ChangeKind, DeskEntry, DeskStory, Workflow } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { CommandContext, Decision } from './decision.js';
import { requireUsable } from './entry-rules.js';
import { withinBounds } from './entry-size.js';
import { alertNotes, entryWrites } from './entry-writes.js';
import type { WorkflowInput } from './requests.js';
import { scheduleNotes } from './schedule-notes.js';
import {
  dueAt,
  requireNoEmbargo,
  requireOwn,
  requirePublisher,
  requireSecondPerson,
  requireUnpublished,
} from './workflow-rules.js';

/** What the desk hears of an entry that came to stand there. */
export const KIND_OF: Readonly<Record<Workflow, ChangeKind>> = {
  draft: 'entry.drafted',
  submitted: 'entry.submitted',
  scheduled: 'entry.scheduled',
  published: 'entry.published',
};

/**
 * Submits an entry, sends it back, or publishes it now, whatever was scheduled. Taking it off the schedule is moving it
 * to `submitted` or `draft`; its embargo stays. To where it stands already, without a note, nothing is written.
 *
 * @throws Failure `entry_published`, `entry_not_usable`; `forbidden` for a contributor who publishes, or moves what is
 * not theirs; for what is to be published: `story_ended`, `embargoed`, `second_person_required`.
 */
export function moveEntry(
  story: DeskStory,
  entry: DeskEntry,
  { to, note }: WorkflowInput,
  context: CommandContext,
): Decision<DeskEntry> {
  requireOwn(entry, context);
  requireUnpublished(entry);
  requireUsable(entry);
  if (to === 'published') {
    requirePublisher(context, 'Publishing');
    if (story.status === 'ended') throw new Failure('story_ended');
    requireNoEmbargo(entry, context.now);
    requireSecondPerson(entry, context);
    return published(entry, context);
  }
  if (entry.workflow === to && note === undefined) return { ...unmoved(entry), answer: entry };

  const { actor: by, now: at } = context;
  const { publishAt: _noLonger, workflowNote: _said, ...kept } = entry;
  const next = withinBounds({
    ...kept,
    version: entry.version + 1,
    workflow: to,
    ...(note !== undefined && { workflowNote: { text: note, at, by } }),
    updatedAt: at,
    updatedBy: by,
  });
  const isBack = to === 'draft' && entry.workflow !== 'draft';
  return {
    ...unmoved(entry),
    writes: entryWrites(next, isBack ? 'entry.returned' : KIND_OF[to], entry),
    outbox: scheduleNotes(next, entry),
    answer: next,
  };
}

/**
 * What becomes of a scheduled entry at this moment: it is published, or sent back where its story has ended since;
 * `undefined` where there is nothing to do (yet). The same rules as for a person who publishes, but for the second
 * person: that was asked of whoever scheduled it.
 */
export function publishDue(
  story: DeskStory,
  entry: DeskEntry,
  context: CommandContext,
): Decision<DeskEntry> | undefined {
  const due = dueAt(entry);
  if (due === undefined || due > context.now) return undefined;
  if (story.status !== 'ended') return published(entry, context);
  return moveEntry(story, entry, { to: 'submitted', note: 'The story had ended when this was due.' }, context);
}

/** Now it is for readers, and dated so. What was only for the way to them is left behind; its revisions have it. */
function published(entry: DeskEntry, { actor, now }: CommandContext): Decision<DeskEntry> {
  const { publishAt: _set, embargoedUntil: _kept, workflowNote: _said, ...words } = entry;
  const next = withinBounds({
    ...words,
    version: entry.version + 1,
    workflow: 'published',
    publishedAt: now,
    updatedAt: now,
    updatedBy: actor,
  });
  return {
    ...unmoved(entry),
    writes: entryWrites(next, 'entry.published', entry),
    outbox: [...alertNotes(next, entry), ...scheduleNotes(next, entry)],
    answer: next,
  };
}

function unmoved({ id, version }: DeskEntry) {
  return { expected: [{ objectId: id, version }], writes: [], outbox: [] };
}

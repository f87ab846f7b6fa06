import type { DeskEntry, DeskStory, Origin, Workflow } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { CommandContext, Decision } from './decision.js';
import { requireSense } from './entry-rules.js';
import { withinBounds } from './entry-size.js';
import { alertNotes, entryWrites } from './entry-writes.js';
import { invalidInput } from './input-errors.js';
import { KIND_OF } from './move.js';
import type { PublishInput } from './requests.js';
import { scheduleNotes } from './schedule-notes.js';
import { dueOf, requireNoEmbargo, requirePublisher, requireSecondPerson } from './workflow-rules.js';

/**
 * A new entry: public at once, unless it is a draft or submitted, or its time has not come. The header is neither
 * expected nor written: any number of editors and wires publish to one story at the same time without waiting for each
 * other. Until it is published, `publishedAt` is when it was written.
 *
 * @throws Failure `invalid_input` for an entry with neither headline nor body; `entry_too_large`; `forbidden` for a
 * contributor who publishes; for what is to be published: `story_ended`, `second_person_required`, and `embargoed` for a
 * `publishAt` before the embargo ends.
 */
export function publishEntry(
  story: DeskStory,
  input: PublishInput & { readonly origin?: Origin },
  context: CommandContext,
): Decision<DeskEntry> {
  const { actor, now } = context;
  const { workflow: _wanted, publishAt, embargoedUntil, ...fields } = input;
  const workflow = workflowOf(input, context);
  const isUnderway = workflow !== 'published';
  const entry = withinBounds({
    id: context.newId(),
    slug: story.slug,
    version: 1,
    status: 'usable',
    ...fields,
    corrections: [],
    publishedAt: now,
    updatedAt: now,
    workflow,
    ...(isUnderway && publishAt !== undefined && { publishAt }),
    ...(isUnderway && embargoedUntil !== undefined && { embargoedUntil }),
    createdBy: actor,
    updatedBy: actor,
    writtenBy: actor,
  });
  requireSense(entry);
  if (workflow === 'published' || workflow === 'scheduled') {
    if (story.status === 'ended') throw new Failure('story_ended');
    requireSecondPerson(entry, context);
  }
  return {
    expected: [{ objectId: entry.id, version: 0 }],
    writes: entryWrites(entry, KIND_OF[workflow]),
    outbox: [...alertNotes(entry), ...scheduleNotes(entry)],
    answer: entry,
  };
}

/** Where a new entry is to stand. A time to publish at that has gone by is no reason to refuse it: it is now. */
function workflowOf({ workflow, publishAt, embargoedUntil }: PublishInput, context: CommandContext): Workflow {
  const wanted = workflow ?? (context.mayPublish ? 'published' : 'submitted');
  if (publishAt !== undefined) {
    requirePublisher(context, 'Scheduling');
    if (wanted !== 'published') {
      throw invalidInput([
        { field: 'publishAt', message: `is for what is to be published, and not for a ${wanted} entry` },
      ]);
    }
    requireNoEmbargo({ ...(embargoedUntil !== undefined && { embargoedUntil }) }, max(publishAt, context.now));
  }
  if (wanted !== 'published') return wanted;
  requirePublisher(context, 'Publishing');
  const due = dueOf({
    ...(publishAt !== undefined && { publishAt }),
    ...(embargoedUntil !== undefined && { embargoedUntil }),
  });
  return due !== undefined && due > context.now ? 'scheduled' : 'published';
}

function max(one: string, other: string): string {
  return one > other ? one : other;
}

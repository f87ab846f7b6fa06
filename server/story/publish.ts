import type { DeskEntry, DeskStory } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { CommandContext, Decision } from './decision.js';
import { requireSense } from './entry-rules.js';
import { withinBounds } from './entry-size.js';
import { alertNotes, entryWrites } from './entry-writes.js';
import type { PublishInput } from './requests.js';

/**
 * A new entry, public at once. The header is neither expected nor written: any number of editors and wires publish
 * to one story at the same time without waiting for each other.
 *
 * @throws Failure `story_ended`; `invalid_input` for an entry with neither headline nor body; `entry_too_large`.
 */
export function publishEntry(story: DeskStory, input: PublishInput, context: CommandContext): Decision<DeskEntry> {
  if (story.status === 'ended') throw new Failure('story_ended');
  const entry = withinBounds({
    id: context.newId(),
    slug: story.slug,
    version: 1,
    status: 'usable',
    ...input,
    corrections: [],
    publishedAt: context.now,
    updatedAt: context.now,
    workflow: 'published',
    createdBy: context.actor,
    updatedBy: context.actor,
  });
  requireSense(entry);
  return {
    expected: [{ objectId: entry.id, version: 0 }],
    writes: entryWrites(entry, 'entry.published'),
    outbox: alertNotes(entry),
    answer: entry,
  };
}

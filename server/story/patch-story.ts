import type { DeskStory } from '@slugline/client/protocol';
import { HEADER_ID } from '../store/story-store.js';
import { changed } from './changes.js';
import { endOfCoverage, requireCoverageInOrder } from './coverage.js';
import type { CommandContext, Decision } from './decision.js';
import { headerWrites } from './header-writes.js';
import { encodeNote } from './outbox-item.js';
import type { PatchStoryInput } from './requests.js';

/**
 * Changes the header. Ending a story ends its coverage now, unless an end is given or already past; a story that
 * goes on after its end has no end of coverage, unless one is given.
 */
export function patchStory(current: DeskStory, input: PatchStoryInput, context: CommandContext): Decision<DeskStory> {
  const expected = [{ objectId: HEADER_ID, version: current.version }];
  const next = changed(current, { ...coverageOf(current, input, context.now), ...input });
  if (next === undefined) return { expected, writes: [], outbox: [], answer: current };

  const story = { ...next, updatedAt: context.now, updatedBy: context.actor, version: current.version + 1 };
  requireCoverageInOrder(story);
  const ends = story.status === 'ended' && current.status !== 'ended';
  return {
    expected,
    writes: headerWrites(story, ends ? 'story.ended' : 'story.updated'),
    outbox: story.visibility === current.visibility ? [] : [encodeNote({ topic: 'story' })],
    answer: story,
  };
}

/** The end of coverage that a change of status implies. */
function coverageOf(current: DeskStory, input: PatchStoryInput, now: string): { coverageEnd?: string | null } {
  if (input.status === undefined || input.status === current.status) return {};
  if (input.status === 'ended') {
    if (current.coverageEnd !== undefined && current.coverageEnd <= now) return {};
    return { coverageEnd: endOfCoverage(input.coverageStart ?? current.coverageStart, now) };
  }
  return current.status === 'ended' ? { coverageEnd: null } : {};
}

import type { DeskStory } from '@slugline/client/protocol';
import { HEADER_ID } from '../store/story-store.js';
import { endOfCoverage, requireCoverageInOrder } from './coverage.js';
import type { CommandContext, Decision } from './decision.js';
import { headerWrites } from './header-writes.js';
import type { CreateStoryInput } from './requests.js';

/** A new story. The store refuses it with `version_conflict` when the slug is taken. */
export function createStory(input: CreateStoryInput, { actor, now }: CommandContext): Decision<DeskStory> {
  const { coverageStart = now, ...fields } = input;
  const ended = input.status === 'ended' && input.coverageEnd === undefined;
  const story: DeskStory = {
    ...fields,
    pinned: [],
    coverageStart,
    ...(ended && { coverageEnd: endOfCoverage(coverageStart, now) }),
    createdAt: now,
    updatedAt: now,
    version: 1,
    createdBy: actor,
    updatedBy: actor,
  };
  requireCoverageInOrder(story);
  return {
    expected: [{ objectId: HEADER_ID, version: 0 }],
    writes: headerWrites(story, 'story.created'),
    outbox: [],
    answer: story,
  };
}

import { type DeskEntry, type DeskStory, LIMITS } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import { HEADER_ID } from '../store/story-store.js';
import type { CommandContext, Decision } from './decision.js';
import { requireUsable } from './entry-rules.js';
import { headerWrites } from './header-writes.js';
import { requirePublished } from './workflow-rules.js';

/**
 * Pins an entry above the newest pin. One that is pinned already stays where it is: to raise it, unpin it first.
 * The entry's version is expected too, so that it cannot be withdrawn unseen; see `withdrawEntry`.
 *
 * @throws Failure `entry_not_published`, `entry_not_usable`, `too_many_pins`.
 */
export function pinEntry(story: DeskStory, entry: DeskEntry, context: CommandContext): Decision<DeskStory> {
  requirePublished(entry);
  requireUsable(entry);
  const expected = [
    { objectId: HEADER_ID, version: story.version },
    { objectId: entry.id, version: entry.version },
  ];
  if (story.pinned.includes(entry.id)) return { expected, writes: [], outbox: [], answer: story };
  if (story.pinned.length >= LIMITS.pinned) throw new Failure('too_many_pins');

  const next = withPins(story, [entry.id, ...story.pinned], context);
  return { expected, writes: headerWrites(next, 'entry.pinned'), outbox: [], answer: next };
}

/** Unpins an entry; where it is not pinned, nothing is written. */
export function unpinEntry(story: DeskStory, entryId: string, context: CommandContext): Decision<DeskStory> {
  const expected = [{ objectId: HEADER_ID, version: story.version }];
  const next = withoutPin(story, entryId, context);
  if (next === undefined) return { expected, writes: [], outbox: [], answer: story };
  return { expected, writes: headerWrites(next, 'entry.unpinned'), outbox: [], answer: next };
}

/** The next header, without the pin; `undefined` when the entry is not pinned. */
export function withoutPin(story: DeskStory, entryId: string, context: CommandContext): DeskStory | undefined {
  if (!story.pinned.includes(entryId)) return undefined;
  return withPins(
    story,
    story.pinned.filter((id) => id !== entryId),
    context,
  );
}

function withPins(story: DeskStory, pinned: readonly string[], { actor, now }: CommandContext): DeskStory {
  return { ...story, pinned, updatedAt: now, updatedBy: actor, version: story.version + 1 };
}

import type { DeskEntry, DeskStory } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import { HEADER_ID } from '../store/story-store.js';
import { withCorrection } from './correct.js';
import type { CommandContext, Decision } from './decision.js';
import { withinStore } from './entry-size.js';
import { alertNotes, entryWrites } from './entry-writes.js';
import { headerWrites } from './header-writes.js';
import { withoutPin } from './pin.js';
import type { WithdrawalInput } from './requests.js';
import { scheduleNotes } from './schedule-notes.js';
import { requireOwn, requireUnpublished } from './workflow-rules.js';

/**
 * Takes an entry back. Readers get a tombstone with the notice; the desk keeps the text. A pinned entry is unpinned
 * in the same commit. A withheld entry may be withheld again with another notice (with the same one nothing is
 * written) or canceled; `canceled` is final. Allowed after the story's end. Of what was never published readers hear
 * nothing: a hold keeps it where it is, off the schedule too, and canceling throws it away.
 *
 * The header is expected even where it is not written, and a pin expects the entry: otherwise a pin and a withdrawal
 * at the same moment, each sound by itself, could leave a tombstone pinned to the top of the page.
 *
 * @throws Failure `entry_not_usable` for a canceled entry.
 */
export function withdrawEntry(
  story: DeskStory,
  entry: DeskEntry,
  { status, notice }: WithdrawalInput,
  context: CommandContext,
): Decision<DeskEntry> {
  if (entry.status === 'canceled') throw new Failure('entry_not_usable', 'The entry is canceled: that is final.');
  const { actor, now } = context;
  const expected = [
    { objectId: entry.id, version: entry.version },
    { objectId: HEADER_ID, version: story.version },
  ];
  if (entry.status === status && entry.notice?.text === notice) {
    return { expected, writes: [], outbox: [], answer: entry };
  }

  const version = entry.version + 1;
  const { notice: _replaced, ...kept } = entry;
  const next = withinStore({
    ...kept,
    version,
    status,
    ...(notice !== undefined && { notice: { text: notice, at: now } }),
    corrections: withCorrection(entry, {
      kind: 'withdrawn',
      text: notice ?? `The entry was ${status}.`,
      at: now,
      fromVersion: entry.version,
      toVersion: version,
    }),
    updatedAt: now,
    updatedBy: actor,
  });
  const unpinned = withoutPin(story, entry.id, context);
  return {
    expected,
    writes: [
      ...entryWrites(next, status === 'withheld' ? 'entry.withheld' : 'entry.canceled', entry),
      ...(unpinned === undefined ? [] : headerWrites(unpinned, 'entry.unpinned')),
    ],
    outbox: [...alertNotes(next, entry), ...scheduleNotes(next, entry)],
    answer: next,
  };
}

/**
 * Throws away what was never published: nothing of it was ever in the public edition, and nothing comes there. Its
 * revisions stay. Doing so twice writes nothing.
 *
 * @throws Failure `entry_published`; `forbidden` for a contributor, unless it is theirs and not decided upon.
 */
export function discardEntry(entry: DeskEntry, context: CommandContext): Decision<DeskEntry> {
  requireOwn(entry, context);
  requireUnpublished(entry);
  const expected = [{ objectId: entry.id, version: entry.version }];
  if (entry.status === 'canceled') return { expected, writes: [], outbox: [], answer: entry };
  const { actor, now } = context;
  const { notice: _spoken, ...kept } = entry;
  const version = entry.version + 1;
  const next = withinStore({ ...kept, version, status: 'canceled', updatedAt: now, updatedBy: actor });
  return {
    expected,
    writes: entryWrites(next, 'entry.canceled', entry),
    outbox: scheduleNotes(next, entry),
    answer: next,
  };
}

/**
 * Brings a withheld entry back as it was, under a new version. Pins do not come back by themselves. What was scheduled is
 * so again, and goes out at once where its time has gone by: a release says that it may.
 *
 * @throws Failure `entry_not_withheld` for an entry that is usable or canceled.
 */
export function releaseEntry(entry: DeskEntry, { actor, now }: CommandContext): Decision<DeskEntry> {
  if (entry.status !== 'withheld')
    throw new Failure('entry_not_withheld', `The entry is ${entry.status}, not withheld.`);
  const { notice: _spoken, ...kept } = entry;
  const next = withinStore({
    ...kept,
    version: entry.version + 1,
    status: 'usable',
    updatedAt: now,
    updatedBy: actor,
  });
  return {
    expected: [{ objectId: entry.id, version: entry.version }],
    writes: entryWrites(next, 'entry.released', entry),
    outbox: [...alertNotes(next, entry), ...scheduleNotes(next, entry)],
    answer: next,
  };
}

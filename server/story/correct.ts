import { type Correction, type DeskEntry, LIMITS } from '@slugline/client/protocol';
import { changed } from './changes.js';
import type { CommandContext, Decision } from './decision.js';
import { isRewritten } from './edit.js';
import { requireSense, requireUsable } from './entry-rules.js';
import { withinBounds } from './entry-size.js';
import { alertNotes, entryWrites } from './entry-writes.js';
import type { CorrectionInput } from './requests.js';
import { requirePublished, requireSecondPerson } from './workflow-rules.js';

/**
 * An edit that readers are told of. The fields may be absent or as they were: the desk then owns up to an error
 * that an earlier edit has mended. Allowed after the story's end.
 *
 * @throws Failure `entry_not_published`; `entry_not_usable`; `invalid_input` when it would leave an entry that says
 * nothing; `entry_too_large`; `second_person_required` where it turns on breaking.
 */
export function correctEntry(
  entry: DeskEntry,
  { text, ...fields }: CorrectionInput,
  context: CommandContext,
): Decision<DeskEntry> {
  requirePublished(entry);
  requireUsable(entry);
  const { actor, now } = context;
  const version = entry.version + 1;
  const next = withinBounds({
    ...(changed(entry, fields) ?? entry),
    version,
    corrections: withCorrection(entry, {
      kind: 'corrected',
      text,
      at: now,
      fromVersion: entry.version,
      toVersion: version,
    }),
    updatedAt: now,
    updatedBy: actor,
    ...(isRewritten(fields) && { writtenBy: actor }),
  });
  requireSense(next);
  if (!entry.breaking) requireSecondPerson(next, context);
  return {
    expected: [{ objectId: entry.id, version: entry.version }],
    writes: entryWrites(next, 'entry.corrected', entry),
    outbox: alertNotes(next, entry),
    answer: next,
  };
}

/** Newest first. Beyond `LIMITS.corrections` the oldest goes; the entry's revisions still have it. */
export function withCorrection(entry: DeskEntry, correction: Correction): readonly Correction[] {
  return [correction, ...entry.corrections].slice(0, LIMITS.corrections);
}

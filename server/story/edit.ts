import type { DeskEntry } from '@slugline/client/protocol';
import { changed } from './changes.js';
import type { CommandContext, Decision } from './decision.js';
import { requireSense, requireUsable } from './entry-rules.js';
import { withinBounds } from './entry-size.js';
import { alertNotes, entryWrites } from './entry-writes.js';
import type { EditInput } from './requests.js';

/**
 * Changes an entry in place: `publishedAt`, and with it the entry's place on the page, stays. An edit that changes
 * nothing writes nothing. Allowed after the story's end.
 *
 * @throws Failure `entry_not_usable`; `invalid_input` when it would leave an entry that says nothing; `entry_too_large`.
 */
export function editEntry(entry: DeskEntry, input: EditInput, { actor, now }: CommandContext): Decision<DeskEntry> {
  requireUsable(entry);
  const expected = [{ objectId: entry.id, version: entry.version }];
  const edited = changed(entry, input);
  if (edited === undefined) return { expected, writes: [], outbox: [], answer: entry };

  const next = withinBounds({ ...edited, version: entry.version + 1, updatedAt: now, updatedBy: actor });
  requireSense(next);
  return {
    expected,
    writes: entryWrites(next, 'entry.updated', entry),
    outbox: alertNotes(next, entry),
    answer: next,
  };
}

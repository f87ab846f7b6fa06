import type { DeskEntry } from '@slugline/client/protocol';
import type { CommandContext, Decision } from './decision.js';
import { editEntry } from './edit.js';

/**
 * Brings back what an entry said in an earlier version, as an edit like any other: its place, its way to readers, whether
 * it is breaking and the desk's notes stay as they are now.
 *
 * @throws Failure what an edit throws.
 */
export function restoreEntry(entry: DeskEntry, revision: DeskEntry, context: CommandContext): Decision<DeskEntry> {
  const { body, urgency, keyEvent, bylines, sources, relations, tags } = revision;
  const { headline = null, verification = null, located = null } = revision;
  const words = { headline, body, urgency, keyEvent, bylines, sources, verification, relations, located, tags };
  return editEntry(entry, words, context);
}

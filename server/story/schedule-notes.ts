import type { DeskEntry } from '@slugline/client/protocol';
import { encodeNote } from './outbox-item.js';
import { dueAt } from './workflow-rules.js';

/** A note for the schedule whenever the entry is in it, or comes out of it, or is due at another time. */
export function scheduleNotes(entry: DeskEntry, previous?: DeskEntry): readonly string[] {
  if (dueAt(entry) === (previous && dueAt(previous))) return [];
  return [encodeNote({ topic: 'schedule', entryId: entry.id })];
}

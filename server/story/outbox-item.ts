/** What is left to do after a commit. Neither note holds news: whoever acts on it reads the object as it then is. */
export type OutboxNote =
  /** An entry is or was breaking or a key event: `@breaking` and alerts have to follow it. */
  | { readonly topic: 'entry'; readonly entryId: string }
  /** When an entry is to be published by itself has changed: the schedule has to follow it. */
  | { readonly topic: 'schedule'; readonly entryId: string }
  /** The story became public or private: what `@breaking` shows of it, and alerts tell of it, comes or goes. */
  | { readonly topic: 'story' };

export function encodeNote(note: OutboxNote): string {
  return JSON.stringify(note);
}

/** `undefined` for a note of a kind that this version does not know: a newer instance may have left it. */
export function decodeNote(text: string): OutboxNote | undefined {
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof note !== 'object' || note === null || !('topic' in note)) return undefined;
  if (note.topic === 'story') return { topic: 'story' };
  const { topic } = note;
  if ((topic === 'entry' || topic === 'schedule') && 'entryId' in note && typeof note.entryId === 'string') {
    return { topic, entryId: note.entryId };
  }
  return undefined;
}

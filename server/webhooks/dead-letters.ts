import type { StoryStore, Write } from '../store/story-store.js';
import { type DeadLetter, deadLetters, deadWrite, TRAILS_STREAM } from './trail-record.js';

/** Dead letters that are kept of one webhook; the oldest go first. */
const KEPT_MOST = 500;
/** Of those that are too many, so many go at a time. */
const DROPPED_AT_ONCE = 50;

/** What is to be written so that a message becomes a dead letter, and so that there are not too many of them. */
export async function deathWrites(store: StoryStore, letter: DeadLetter): Promise<readonly Write[]> {
  const { id } = letter.message;
  const known = (await store.object(TRAILS_STREAM, 'public', id))?.object?.version ?? 0;
  return [deadWrite(id, known + 1, letter), ...(await tooMany(store, letter.webhookId, id))];
}

async function tooMany(store: StoryStore, webhookId: string, but: string): Promise<readonly Write[]> {
  const { older } = await deadLetters(store, webhookId, { limit: KEPT_MOST });
  if (older === undefined) return [];
  const { letters } = await deadLetters(store, webhookId, { limit: DROPPED_AT_ONCE, before: older });
  return letters.filter(({ id }) => id !== but).map(({ id, version }) => deadWrite(id, version + 1, undefined));
}

/** For a webhook that is removed: no other door leads to them. */
export async function dropDeadLetters(store: StoryStore, webhookId: string): Promise<void> {
  for (;;) {
    const { letters } = await deadLetters(store, webhookId, { limit: DROPPED_AT_ONCE });
    if (letters.length === 0) return;
    const writes = letters.map(({ id, version }) => deadWrite(id, version + 1, undefined));
    await store.commit({ stream: TRAILS_STREAM, at: new Date(store.now()).toISOString(), expected: [], writes });
  }
}

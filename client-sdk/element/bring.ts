import type { PublicEntry } from '../protocol/index.js';
import type { Engaged } from './engaged.js';
import type { Session } from './session.js';

/**
 * Sees to it that an entry is shown, wherever in the story it is: what waits comes in, a filter that leaves it out ends,
 * older pages are loaded down to it. Where that would be too many, it is shown before all others.
 *
 * @returns whether there is such an entry. Rejects with `LiveError` where that could not be found out.
 */
export async function bring(id: string, session: Session, engaged: Engaged): Promise<boolean> {
  const { live, reading } = session;
  const { older } = engaged;
  const held = engaged.entry(id);
  const found = held ?? (await live.load(id));
  if (found === undefined) return false;
  if (reading.isGathered(id)) reading.showGathered();
  if (!reading.isChosen(found)) reading.choice = { order: reading.choice.order, keyEvents: false, tag: undefined };
  if (held !== undefined) return true;
  const isThere = () => live.entries.some((entry) => entry.id === id);
  if (!isThere()) await older.loadUntil(() => isThere() || isPast(found, live.entries), MOST_PAGES);
  if (!isThere()) engaged.showBeside(found);
  return true;
}

/** Pages loaded at most to show an entry among its neighbours. */
const MOST_PAGES = 5;

function isPast({ publishedAt }: PublicEntry, entries: readonly PublicEntry[]): boolean {
  const oldest = entries[entries.length - 1];
  return oldest !== undefined && oldest.publishedAt < publishedAt;
}

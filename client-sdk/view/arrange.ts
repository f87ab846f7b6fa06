import type { PublicEntry, Story } from '../protocol/index.js';
import type { Choice } from './story-view.js';

/**
 * Entries as they are shown: pinned ones first, newest pin first; then all others in the order that was chosen.
 *
 * @param entries newest first.
 */
export function arrange(story: Story, entries: readonly PublicEntry[], order: Choice['order']): readonly PublicEntry[] {
  const ordered = order === 'newest' ? entries : [...entries].reverse();
  if (story.pinned.length === 0) return ordered;
  const pinned = new Map<string, PublicEntry>();
  const others: PublicEntry[] = [];
  for (const entry of ordered) {
    if (entry.status === 'usable' && story.pinned.includes(entry.id)) pinned.set(entry.id, entry);
    else others.push(entry);
  }
  return [...story.pinned.flatMap((id) => pinned.get(id) ?? []), ...others];
}

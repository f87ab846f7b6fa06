import type { Reader } from './reader.js';

/**
 * Ends the connections of those who have followed nothing for so long: they hold a place that a reader could have.
 * To be called every few seconds, since a reader's time begins at the first call that finds it idle.
 *
 * @param idleMs milliseconds.
 */
export function closeIdle(readers: Iterable<Reader>, idleMs: number): void {
  // Whole seconds stay small numbers, which take no memory of their own.
  const now = Math.round(performance.now() / 1_000);
  for (const reader of readers) {
    if (reader.rooms.length > 0 || reader.joining > 0) reader.idleSince = 0;
    else if (reader.idleSince === 0) reader.idleSince = now;
    else if ((now - reader.idleSince) * 1_000 >= idleMs) reader.terminate();
  }
}

import type { DeskStory } from '@slugline/client/protocol';
import { invalidInput } from './input-errors.js';

/** When coverage that stops now has ended; a story called off before its start ends at its start. */
export function endOfCoverage(coverageStart: string, now: string): string {
  return coverageStart > now ? coverageStart : now;
}

/** Throws `invalid_input` for a coverage that ends before it starts. */
export function requireCoverageInOrder({ coverageStart, coverageEnd }: DeskStory): void {
  if (coverageEnd === undefined || coverageEnd >= coverageStart) return;
  throw invalidInput([
    { field: 'coverageEnd', message: `must not be before coverageStart (${coverageStart}); got ${coverageEnd}` },
  ]);
}

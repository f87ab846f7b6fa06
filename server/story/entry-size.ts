import { type DeskEntry, LIMITS } from '@slugline/client/protocol';
import { Failure } from '../errors.js';

/**
 * The entry as it may be written. `LIMITS.entryBytes` is less than a store keeps: what lies between is for the notice
 * and the record of a withdrawal, since what can be published must always be possible to take back.
 *
 * @throws Failure `entry_too_large`.
 */
export function withinBounds(entry: DeskEntry): DeskEntry {
  const { entry: lighter, fits } = lightened(entry, LIMITS.entryBytes);
  if (!fits) throw new Failure('entry_too_large');
  return lighter;
}

/**
 * The entry as it may be kept after a withdrawal or a release: neither is ever refused for want of room. Repeated
 * ones leave record after record, so the oldest go where they come to too much; the entry's revisions have them all.
 */
export function withinStore(entry: DeskEntry): DeskEntry {
  return lightened(entry, LIMITS.objectBytes).entry;
}

/** Without the oldest records of withdrawals, which readers never see, as far as that helps. */
function lightened(entry: DeskEntry, most: number): { readonly entry: DeskEntry; readonly fits: boolean } {
  let next = entry;
  for (;;) {
    if (Buffer.byteLength(JSON.stringify(next)) <= most) return { entry: next, fits: true };
    const oldest = next.corrections.findLastIndex(({ kind }) => kind === 'withdrawn');
    if (oldest < 0) return { entry: next, fits: false };
    next = { ...next, corrections: next.corrections.filter((_, index) => index !== oldest) };
  }
}

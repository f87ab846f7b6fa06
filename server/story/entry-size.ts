import { type DeskEntry, LIMITS } from '@slugline/client/protocol';
import { Failure } from '../errors.js';

/**
 * The entry as it may be written. `LIMITS.entryBytes` is less than a store keeps: what lies between is for the notice
 * and the record of a withdrawal, since what can be published must always be possible to take back.
 *
 * @throws Failure `entry_too_large`.
 */
export function withinBounds(entry: DeskEntry): DeskEntry {
  const lighter = lightened(entry, LIMITS.entryBytes);
  if (bytesOf(lighter) > LIMITS.entryBytes) throw new Failure('entry_too_large');
  return lighter;
}

/**
 * The entry as it may be kept after a withdrawal or a release: neither is ever refused for want of room. Repeated
 * ones leave record after record, so the oldest go where they come to too much; the entry's revisions have them all.
 */
export function withinStore(entry: DeskEntry): DeskEntry {
  return lightened(entry, LIMITS.objectBytes);
}

/** Without the oldest records of withdrawals, which readers never see, as far as that helps. */
function lightened(entry: DeskEntry, most: number): DeskEntry {
  let next = entry;
  while (bytesOf(next) > most) {
    const oldest = next.corrections.findLastIndex(({ kind }) => kind === 'withdrawn');
    if (oldest < 0) break;
    next = { ...next, corrections: next.corrections.filter((_, index) => index !== oldest) };
  }
  return next;
}

function bytesOf(entry: DeskEntry): number {
  return Buffer.byteLength(JSON.stringify(entry));
}

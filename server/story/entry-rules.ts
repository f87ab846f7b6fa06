import type { DeskEntry } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import { invalidInput } from './input-errors.js';

/** Throws `entry_not_usable`: what is withheld is released before it is changed, what is canceled stays so. */
export function requireUsable(entry: DeskEntry): void {
  if (entry.status === 'usable') return;
  const hint = entry.status === 'withheld' ? 'release it first' : 'that is final';
  throw new Failure('entry_not_usable', `The entry is ${entry.status}: ${hint}.`);
}

/** Throws `invalid_input` for an entry that says nothing or that refers to itself. */
export function requireSense(entry: DeskEntry): void {
  if (entry.headline === undefined && entry.body.length === 0) {
    throw invalidInput([
      { field: 'headline', message: 'is required where there is no body: an entry has to say something' },
    ]);
  }
  const self = entry.relations.findIndex(({ entryId }) => entryId === entry.id);
  if (self >= 0) {
    throw invalidInput([{ field: `relations.${self}.entryId`, message: 'must name another entry than this one' }]);
  }
}

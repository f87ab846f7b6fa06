import type { EntryPage } from '../protocol/change.js';
import type { Position } from '../protocol/position.js';
import { isEntry, isFields, isPosition, readEntries } from './guards.js';

/** Looks at what comes when a page or an entry is asked for, as `guards.ts` at what comes by itself. */
export function readPage<E>(value: unknown): EntryPage<E> | undefined {
  return isFields(value) ? readEntries<EntryPage<E>>(value)?.answer : undefined;
}

export function readEntryAnswer<E>(value: unknown): { readonly entry: E; readonly position: Position } | undefined {
  if (!isFields(value) || !isEntry(value.entry) || !isPosition(value.position)) return undefined;
  return { entry: value.entry as E, position: value.position };
}

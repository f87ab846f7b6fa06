import type { CatchUp, Change, EntryPage } from '../protocol/change.js';
import type { Position } from '../protocol/position.js';

/**
 * What arrives is whatever someone between us and the server made of it, so it is looked at before it is trusted.
 * Checked is all that the SDK itself leans on, and that lists are lists, so that a renderer can loop over them.
 * Fields that a newer server adds are let through.
 *
 * `E` and `S` are the edition's types. Both editions share every field that is looked at, which is why one set
 * of guards does for both, and why the only casts of the SDK's core are here and in `answer-guards.ts`.
 */

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function readChange<S, E>(value: unknown): Change<S, E> | undefined {
  if (!isFields(value)) return undefined;
  const { after, afterEpoch, kind, at, story, entry, seq } = value;
  const sound =
    isPosition(value) &&
    isCount(seq) &&
    seq > 0 &&
    (after === undefined || (isCount(after) && after < seq)) &&
    (afterEpoch === undefined || typeof afterEpoch === 'string') &&
    typeof kind === 'string' &&
    typeof at === 'string' &&
    (story === undefined ? isEntry(entry) : isStory(story) && entry === undefined);
  return sound ? (value as unknown as Change<S, E>) : undefined;
}

/** An answer, and how many entries in it were left out because they were not of an entry's form. */
export interface Sifted<T> {
  readonly answer: T;
  readonly leftOut: number;
}

/**
 * One bad entry does not spoil an answer: asking again would bring it again, and the reader would never get past
 * it. It is left out and counted.
 */
export function readCatchUp<S, E>(value: unknown): Sifted<CatchUp<S, E>> | undefined {
  if (!isFields(value) || typeof value.reset !== 'boolean') return undefined;
  if (value.story !== undefined && !isStory(value.story)) return undefined;
  return readEntries<CatchUp<S, E>>(value);
}

/** Any answer that lists entries. */
export function readEntries<T extends EntryPage<unknown>>(value: Fields): Sifted<T> | undefined {
  const { entries, position, older } = value;
  if (!Array.isArray(entries) || !isPosition(position)) return undefined;
  if (older !== undefined && typeof older !== 'string') return undefined;
  const sound: unknown[] = entries.filter(isEntry);
  const answer = sound.length === entries.length ? value : { ...value, entries: sound };
  return { answer: answer as unknown as T, leftOut: entries.length - sound.length };
}

export function isPosition(value: unknown): value is Position {
  if (!isFields(value) || typeof value.epoch !== 'string' || value.epoch === '' || !isCount(value.seq)) return false;
  return value.through === undefined || (isCount(value.through) && value.through > value.seq);
}

function isStory(value: unknown): boolean {
  return (
    isFields(value) &&
    typeof value.slug === 'string' &&
    typeof value.headline === 'string' &&
    isCount(value.version) &&
    Array.isArray(value.keyPoints) &&
    Array.isArray(value.pinned)
  );
}

const ENTRY_LISTS = ['body', 'bylines', 'sources', 'relations', 'tags', 'corrections'] as const;

export function isEntry(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { id, slug, version, publishedAt, status } = value;
  if (typeof id !== 'string' || typeof slug !== 'string' || typeof publishedAt !== 'string' || !isCount(version)) {
    return false;
  }
  if (status === 'withheld' || status === 'canceled') return true;
  return status === 'usable' && ENTRY_LISTS.every((list) => Array.isArray(value[list]));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

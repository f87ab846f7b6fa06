import { LIMITS } from '@slugline/client/protocol';
import type { Failure } from '../errors.js';
import { fieldPath, invalidInput } from './input-errors.js';

/**
 * Names under which JavaScript finds an object's own machinery. No field is called so, and somewhere behind us a
 * program may copy fields without looking.
 */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** An object or list on the way from the root, and how much of it has been looked at. */
interface Level {
  readonly values: readonly unknown[];
  /** Absent for a list. */
  readonly names: readonly string[] | undefined;
  seen: number;
}

/**
 * Throws `invalid_input` for JSON that is nested deeper than anything of ours, or has a field of a reserved name. To
 * be called before anything else looks at the value: what comes behind may recurse, and may believe in names. Itself
 * it does not recurse, and goes no deeper than the limit.
 *
 * @param prefix stands before the field's path: `?` for query parameters.
 */
export function requirePlainJson(value: unknown, prefix = ''): void {
  const path: Level[] = [];
  descend(path, value, prefix);
  for (let level = path.at(-1); level !== undefined; level = path.at(-1)) {
    if (level.seen === level.values.length) {
      path.pop();
    } else {
      level.seen += 1;
      descend(path, level.values[level.seen - 1], prefix);
    }
  }
}

function descend(path: Level[], value: unknown, prefix: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (path.length === LIMITS.nesting) {
    throw refused(prefix, path, `is nested deeper than ${LIMITS.nesting} levels of objects and lists`);
  }
  if (Array.isArray(value)) {
    path.push({ values: value, names: undefined, seen: 0 });
    return;
  }
  const names = Object.keys(value);
  path.push({ values: Object.values(value), names, seen: 0 });
  const reserved = names.findIndex((name) => RESERVED.has(name));
  if (reserved >= 0) throw refused(prefix, path, 'is a name that no field may have', reserved);
}

/** @param last which field of the last level is meant, when it is not the one that was come to. */
function refused(prefix: string, path: readonly Level[], message: string, last?: number): Failure {
  const parts = path.map(({ names, seen }, depth) => {
    const at = depth === path.length - 1 && last !== undefined ? last : seen - 1;
    return names?.[at] ?? String(at);
  });
  return invalidInput([{ field: prefix + fieldPath(parts), message }]);
}

import { isDeepStrictEqual } from 'node:util';

/** New values for some fields of an object; `null` removes one that is optional. */
export type Changes<T> = {
  readonly [Key in keyof T]?: Record<never, never> extends Pick<T, Key> ? T[Key] | null : T[Key];
};

/** The object with the changes made, or `undefined` when they leave every field as it is. */
export function changed<T extends object>(current: T, changes: Changes<T>): T | undefined {
  const fields = new Map<string, unknown>(Object.entries(current));
  let differs = false;
  for (const [key, value] of Object.entries(changes)) {
    const kept = value === null ? undefined : value;
    if (isDeepStrictEqual(fields.get(key), kept)) continue;
    differs = true;
    if (kept === undefined) fields.delete(key);
    else fields.set(key, kept);
  }
  // `Changes<T>` allows no removal of a required field and no value of another type, so this is a `T` again.
  return differs ? (Object.fromEntries(fields) as T) : undefined;
}

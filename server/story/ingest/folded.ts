import { invalidInput } from '../input-errors.js';
import { requirePlainJson } from '../plain-json.js';

type Folded = Readonly<Record<string, unknown>>;

/**
 * JSON with the names of its fields in lower case: ninjs spells `versioncreated` in its versions 1 and 2, and
 * `versionCreated` in 3. What is null counts as absent.
 *
 * @throws Failure `invalid_input` where two names become one, since either may be the embargo that counts.
 */
export function folded(value: unknown): unknown {
  requirePlainJson(value);
  return fold(value);
}

/** Recurses no deeper than plain JSON is. */
function fold(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fold);
  if (typeof value !== 'object' || value === null) return value;
  const fields = new Map<string, unknown>();
  for (const [name, held] of Object.entries(value)) {
    const lower = name.toLowerCase();
    if (fields.has(lower))
      throw invalidInput([{ field: name.slice(0, 60), message: 'must not stand there in two spellings' }]);
    if (held !== null) fields.set(lower, fold(held));
  }
  return Object.fromEntries(fields);
}

/** The path of a folded field as the sender spelt it. */
export function spelt(sent: unknown, path: readonly PropertyKey[]): string[] {
  const names: string[] = [];
  let at: unknown = sent;
  for (const part of path.map(String)) {
    const fields: Folded = typeof at === 'object' && at !== null ? { ...at } : {};
    const name = Object.keys(fields).find((candidate) => candidate.toLowerCase() === part) ?? part;
    names.push(name);
    at = fields[name];
  }
  return names;
}

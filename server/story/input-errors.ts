import type { FieldError } from '@slugline/client/protocol';
import { z } from 'zod';
import { Failure } from '../errors.js';

/** Errors told of one request. More would help nobody, and a hostile body could ask for thousands. */
const ERRORS_TOLD = 20;
/** Characters of a refused value or name that go into a message. */
const QUOTED = 60;

/** The zod issue as the schema raised it, before it has a message. */
type Issue = Parameters<z.core.$ZodErrorMap>[0];

function quoted(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
}

const alternatives = (values: readonly unknown[]): string =>
  values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

const bound = (limit: number | bigint, origin: string): string => {
  if (origin === 'string') return `${limit} characters`;
  return origin === 'array' ? `${limit} items` : String(limit);
};

function allowedKeys(issue: Issue): string {
  const { inst } = issue;
  return inst instanceof z.ZodObject ? Object.keys(inst.shape).join(', ') : '';
}

/** What was wrong and what is allowed, in one sentence without its subject: the field's path stands before it. */
export function sentence(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `is required: it must be ${EXPECTED[issue.expected] ?? issue.expected}`;
      return `must be ${EXPECTED[issue.expected] ?? issue.expected}; got ${quoted(issue.input)}`;
    case 'invalid_value':
      if (issue.input === undefined) return `is required: it must be ${alternatives(issue.values)}`;
      return `must be ${alternatives(issue.values)}; got ${quoted(issue.input)}`;
    case 'invalid_union': {
      const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
      return options.length === 0 ? 'is of none of the allowed forms' : `must be ${alternatives(options)}`;
    }
    case 'too_big':
      return `must be at most ${bound(issue.maximum, issue.origin)}`;
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return 'must not be empty';
      return `must be at least ${bound(issue.minimum, issue.origin)}`;
    case 'unrecognized_keys':
      return `is not a field here; allowed are ${allowedKeys(issue)}`;
    default:
      return 'is not of the allowed form';
  }
}

/** Names from the root to a field. They are the sender's: long ones are cut, and one of no letters shows as such. */
export function fieldPath(names: readonly string[]): string {
  return names.map((name) => (name === '' ? '""' : name.slice(0, QUOTED))).join('.');
}

/** @param prefix stands before each path: `?` for query parameters. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[], prefix = ''): FieldError[] {
  const told = new Map<string, string>();
  for (const issue of issues) {
    const within = issue.path.map(String);
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...within, key]) : [within];
    for (const path of paths) {
      const field = path.length === 0 ? 'request' : prefix + fieldPath(path);
      // The first thing wrong with a field usually explains the rest.
      if (!told.has(field) && told.size < ERRORS_TOLD) told.set(field, issue.message);
    }
  }
  return [...told].map(([field, message]) => ({ field, message }));
}

/** An `invalid_input` whose message says the first error in full; all of them are in `errors`. */
export function invalidInput(errors: readonly FieldError[]): Failure {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more in errors)` : '';
  return new Failure('invalid_input', first === undefined ? undefined : `${first.field} ${first.message}${more}.`, {
    errors,
  });
}

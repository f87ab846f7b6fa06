import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

/** What is sent as a body, and under which name. */
export interface SentBody {
  readonly bytes: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether some field of it has a name that no field may have. */
  readonly isReserved: boolean;
}

const JSON_TYPE = { 'content-type': 'application/json' };
/** Levels that a parser which recurses does not survive. */
const DEEP = 10_000;

const JUNK: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 53,
  -(2 ** 63),
  1e308,
  '',
  ' ',
  '\u0000',
  'a\u0007b',
  '\ud800',
  '\udfff\ud800',
  '\u202e',
  'x'.repeat(3_000),
  'x'.repeat(130_000),
  '€'.repeat(50_000),
  [],
  {},
  [[]],
  [null],
  [{}],
  { length: -1 },
  { toString: 1 },
  JSON.parse('{"then":1}'),
  { $gt: '' },
  { type: 'script' },
  'javascript:alert(1)',
  'data:text/html,x',
  '//evil.example',
  'http://',
  '../../etc/passwd',
  '9999-99-99T99:99:99Z',
  '2026-02-30T00:00:00Z',
  '+010000-01-01T00:00:00Z',
  'usable',
  'NaN',
  '1',
  'null',
  '[object Object]',
  Array.from({ length: 1_000 }, () => ({ name: 'N' })),
  Array.from({ length: 20_000 }, () => 0),
];

const RESERVED = ['__proto__', 'constructor', 'prototype'];
const STRANGERS = [
  ...RESERVED,
  'publishAt',
  'embargoedUntil',
  'workflow',
  'status',
  'id',
  'version',
  'slug',
  'createdBy',
  'updatedBy',
  'pinned',
  'corrections',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  '\u0000',
  '$where',
  'a.b',
  'x'.repeat(2_000),
  'ключ',
  'headline ',
  'Headline',
];

type Mutation = (body: unknown) => unknown;

/** Mutations of a JSON value, at any place in it. */
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom(...JUNK)).map(
    ([at, junk]): Mutation =>
      (body) =>
        atPlace(body, at, () => junk),
  ),
  fc.nat().map(
    (at): Mutation =>
      (body) =>
        atPlace(body, at, () => undefined),
  ),
  fc.nat().map(
    (at): Mutation =>
      (body) =>
        atPlace(body, at, (value) => [value]),
  ),
  fc.nat().map(
    (at): Mutation =>
      (body) =>
        atPlace(body, at, (value) => ({ value })),
  ),
  fc.nat().map(
    (at): Mutation =>
      (body) =>
        atPlace(body, at, (value) => (typeof value === 'string' ? `${value}\u0000` : JSON.stringify(value))),
  ),
  fc.nat().map(
    (at): Mutation =>
      (body) =>
        // Of a part of it: three of these upon one text would be more than a text can hold.
        atPlace(body, at, (value) => (typeof value === 'string' ? value.slice(0, 2_000).repeat(500) : value)),
  ),
  fc.nat().map(
    (at): Mutation =>
      (body) =>
        atPlace(body, at, (value) => (Array.isArray(value) ? Array(600).fill(value[0] ?? 'x') : value)),
  ),
  fc.tuple(fc.nat(), fc.constantFrom(...STRANGERS), fc.constantFrom(...JUNK, { admin: true })).map(
    ([at, name, junk]): Mutation =>
      (body) =>
        atPlace(body, at, (value) => withField(value, name, junk)),
  ),
  fc.tuple(fc.nat(), fc.string({ maxLength: 12 })).map(
    ([at, name]): Mutation =>
      (body) =>
        atPlace(body, at, (value) => withField(value, name, 1)),
  ),
);

/** Mutations of the text, which no value can express. */
const rewrite: fc.Arbitrary<(text: string) => string | Buffer> = fc.oneof(
  fc.nat().map((at) => (text: string) => text.slice(0, at % (text.length + 1))),
  fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:\\\u0000 nul1e')).map(
    ([at, sign]) =>
      (text: string) =>
        inserted(text, at, sign),
  ),
  fc.constant((text: string) => `${text}${text}`),
  fc.constant((text: string) => `\ufeff${text}`),
  fc.constant((text: string) => text.replace('{', '{"headline":"first",')),
  fc.constant((text: string) => text.replace('{', `{"deep":${'['.repeat(DEEP)}${']'.repeat(DEEP)},`)),
  fc.constant((text: string) => `${'{"a":'.repeat(DEEP)}${text}${'}'.repeat(DEEP)}`),
  fc.constant((text: string) => text.replace(/:\s*[^,{}[\]]+/, ':1e999')),
  fc.constant((text: string) => text.replace(/:\s*[^,{}[\]]+/, ':NaN')),
  fc.constant((text: string) => text.padEnd(300_000, ' ')),
  fc.constant((text: string) => Buffer.from(text, 'utf16le')),
  fc.constant((text: string) =>
    Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0xfe]), Buffer.from('}')]),
  ),
  fc.constant(() => ''),
  fc
    .constantFrom('null', '[]', '7', '"text"', 'true', 'undefined', '<xml/>', 'a=b', '\u0000')
    .map((other) => () => other),
);

const headers: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(JSON_TYPE) },
  fc.constantFrom<Record<string, string>>(
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': 'application/json; charset=utf-8' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'nonsense' },
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
    { ...JSON_TYPE, 'content-encoding': 'br, gzip' },
    { ...JSON_TYPE, 'if-match': '"1"' },
    { ...JSON_TYPE, 'if-match': '"999999"' },
    { ...JSON_TYPE, 'if-match': 'nonsense' },
    { ...JSON_TYPE, 'if-match': '*' },
    { ...JSON_TYPE, 'idempotency-key': 'used for everything' },
    { ...JSON_TYPE, 'idempotency-key': 'used-for-everything' },
    { ...JSON_TYPE, 'idempotency-key': 'x'.repeat(256) },
  ),
);

/** A sound body with up to three mutations, sometimes rewritten as text, under headers that mostly are right. */
export function badBody(sound: fc.Arbitrary<unknown>): fc.Arbitrary<SentBody> {
  const mutated = fc.tuple(sound, fc.array(mutation, { maxLength: 3 }));
  return fc
    .tuple(mutated, fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, rewrite), headers, fc.boolean())
    .map(([[body, mutations], change, sent, zip]) => {
      const value = mutations.reduce((before, mutate) => mutate(before), body);
      const text = JSON.stringify(value) ?? '';
      const isSent = change === null && sent['content-encoding'] === undefined && isPlainJson(sent);
      const bytes = change === null ? text : change(text);
      const isZipped = sent['content-encoding'] === 'gzip' && zip;
      return { bytes: isZipped ? gzipSync(bytes) : bytes, headers: sent, isReserved: isSent && hasReserved(value) };
    });
}

const isPlainJson = (sent: Readonly<Record<string, string>>): boolean =>
  sent['content-type'] === JSON_TYPE['content-type'];

const inserted = (text: string, at: number, sign: string): string => {
  const place = at % (text.length + 1);
  return text.slice(0, place) + sign + text.slice(place);
};

/** The value with something else at one of its places, counted in the order in which they stand. */
function atPlace(body: unknown, at: number, change: (value: unknown) => unknown): unknown {
  let left = at % Math.max(1, countOf(body));
  const walk = (value: unknown): unknown => {
    if (left === 0) {
      left -= 1;
      return change(value);
    }
    left -= 1;
    if (left < 0) return value;
    if (Array.isArray(value)) return value.map(walk).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    let made: unknown = {};
    for (const [name, field] of Object.entries(value)) {
      const walked = walk(field);
      if (walked !== undefined) made = withField(made, name, walked);
    }
    return made;
  };
  return walk(body);
}

function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, field) => sum + countOf(field), 1);
}

/** `__proto__` too is a field of its own, as `JSON.parse` makes it. */
function withField(value: unknown, name: string, field: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const made = Object.defineProperties({}, Object.getOwnPropertyDescriptors(value));
  return Object.defineProperty(made, name, { value: field, enumerable: true, configurable: true, writable: true });
}

function hasReserved(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).some((name) => RESERVED.includes(name)) || Object.values(value).some(hasReserved);
}

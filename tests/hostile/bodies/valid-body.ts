import { createECDH } from 'node:crypto';
import fc from 'fast-check';
import { z } from 'zod';
import { NO_PUSH_SERVICE } from '../../helpers/followers.js';

/** Texts of every form that some field wants. Each leaf of a schema takes those that fit it. */
const TEXTS = [
  'Fire in the harbour',
  'x',
  '  spaced  out  ',
  'two\nlines',
  'harbour-fire',
  'k3Qf7Zt0bXw9LmN2rYsAa',
  'https://a.example/p.jpg?a=1&b=2#c',
  'mailto:desk@a.example',
  'en',
  'PT-br',
  '2026-03-01T09:30:00Z',
  '2026-03-01T09:30:00.123456+05:30',
  'مرحبا بالعالم',
  '日本語の見出し',
  'emoji 😀 and e\u0301',
  '<script>alert(1)</script>',
  "'; DROP TABLE stories; --",
  '{{7*7}} <%= 7*7 %> %s %n',
  '# A *heading*\n\n> said\n> — Ada Lund, harbour master\n\n- one\n- two [link](https://a.example)',
  '<p>A <b>bold</b> <a href="https://a.example">link</a></p><ul><li>one</ul><blockquote>said<footer>Ada</footer></blockquote>',
  '![A ferry](https://a.example/p.jpg "Ada Lund")',
  `${NO_PUSH_SERVICE}/a-browser`,
  'AAECAwQFBgcICQoLDA0ODw',
  createECDH('prime256v1').generateKeys('base64url'),
];
const NUMBERS = [1, 2, 3, 4, 5, 9, 30, 640, 65_535];

/**
 * Bodies that a schema mostly takes, made from the schema itself: a field that is added to it is fuzzed from then
 * on. Rules between fields are not known to it, so now and then one is refused.
 */
export function validBody(schema: z.ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodPipe) return validBody(innerOf(schema.def.in));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional || schema instanceof z.ZodDefault)
    return validBody(innerOf(schema.def.innerType));
  if (schema instanceof z.ZodNullable)
    return fc.oneof({ weight: 4, arbitrary: validBody(innerOf(schema.def.innerType)) }, fc.constant(null));
  if (schema instanceof z.ZodObject) return objectOf(schema.shape);
  if (schema instanceof z.ZodArray) {
    const list = fc.array(validBody(innerOf(schema.def.element)), { minLength: 1, maxLength: 3 });
    return list.filter((items) => schema.safeParse(items).success);
  }
  if (schema instanceof z.ZodDiscriminatedUnion || schema instanceof z.ZodUnion) {
    return fc.oneof(...schema.def.options.map((option) => validBody(innerOf(option))));
  }
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...Object.values(schema.def.entries));
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.def.values);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  const fitting: unknown[] = [...TEXTS, ...NUMBERS].filter((value) => schema.safeParse(value).success);
  if (fitting.length === 0) throw new Error(`no value is known that fits a schema of the type ${schema.def.type}`);
  return fc.constantFrom(...fitting);
}

/** Zod types what schemas are made of more loosely than what it makes. */
function innerOf(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new Error('a schema is made of what is none');
}

function objectOf(shape: Readonly<Record<string, z.core.$ZodType>>): fc.Arbitrary<unknown> {
  const fields = Object.entries(shape).map(([name, schema]) => [name, validBody(innerOf(schema))] as const);
  const required = Object.entries(shape).flatMap(([name, schema]) => (isOptional(schema) ? [] : [name]));
  const record: fc.Arbitrary<Record<string, unknown>> = fc.record(Object.fromEntries(fields), {
    requiredKeys: required,
  });
  return record.chain((body) => fc.nat(BODY_FORMS.length - 1).map((kept) => withOneBody(body, kept)));
}

const isOptional = (schema: z.core.$ZodType): boolean =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional || schema instanceof z.ZodDefault;

const BODY_FORMS = ['body', 'bodyMarkdown', 'bodyHtml'];

/** The one rule between fields that would refuse most bodies. */
function withOneBody(body: Readonly<Record<string, unknown>>, kept: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => !BODY_FORMS.includes(name) || name === BODY_FORMS[kept]),
  );
}

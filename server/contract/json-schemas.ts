import { z } from 'zod';
import { FIELD_TEXTS } from './field-texts.js';
import { ANSWERS, PARTS, REQUESTS } from './named-schemas.js';

/** A JSON Schema, as far as it is looked at here. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly $ref?: string;
}

export type JsonSchemas = Readonly<Record<string, JsonSchema>>;

/** OpenAPI 3.1 speaks the one, AsyncAPI 3.0 the other. */
export type Dialect = 'draft-2020-12' | 'draft-7';

/** Where both kinds of document keep schemas. */
const PLACE = '#/components/schemas/';
const refTo = (name: string): string => `${PLACE}${name}`;

/** A part of a request, which is closed as the same part of an answer is not. */
const partAsked = (name: string): string => `${name}Input`;

/** The schema of this name, wherever it stands. */
export const schemaRef = (name: string): JsonSchema => ({ $ref: refTo(name) });
export const nameOfRef = (ref: string): string => ref.slice(PLACE.length);

const NAMES: ReadonlyMap<z.ZodType, string> = new Map(
  Object.entries({ ...REQUESTS, ...ANSWERS }).map(([name, schema]): [z.ZodType, string] => [schema, name]),
);

export function nameOf(schema: z.ZodType): string {
  const name = NAMES.get(schema);
  if (name === undefined) throw new Error('A schema of the contract has no name.');
  return name;
}

/**
 * All schemas that have names, as JSON Schemas that refer to each other by them.
 *
 * What is asked is closed, since the server refuses a field that it does not know. What is answered is open: a later
 * server may add fields, and a client that was made from the documents must not stumble over them.
 */
export function jsonSchemas(dialect: Dialect): JsonSchemas {
  const parts = Object.entries(PARTS);
  const asked = [...parts.map(([name, schema]) => [partAsked(name), schema] as const), ...Object.entries(REQUESTS)];
  const answered = [...parts, ...Object.entries(ANSWERS)];
  return { ...converted(answered, dialect, 'output'), ...converted(asked, dialect, 'input') };
}

function converted(
  named: readonly (readonly [name: string, schema: z.ZodType])[],
  target: Dialect,
  io: 'input' | 'output',
): JsonSchemas {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of named) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    target,
    io,
    uri: refTo,
    override({ jsonSchema }) {
      if (io === 'output') delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, described(name, plain(schema))]),
  );
}

/** As it will be sent: what zod keeps beside it, and keywords without a value, are gone. */
const plain = (schema: object): JsonSchema => JSON.parse(JSON.stringify(schema));

/** With what its fields mean. */
function described(name: string, schema: JsonSchema): JsonSchema {
  const texts = FIELD_TEXTS[name] ?? FIELD_TEXTS[name.replace(/Input$/, '')] ?? {};
  const { properties, oneOf } = schema;
  if (oneOf !== undefined) return { ...schema, oneOf: oneOf.map((form) => described(name, form)) };
  if (properties === undefined) return schema;
  const fields = Object.entries(properties).map(([field, of]) => {
    const description = texts[field];
    return [field, description === undefined ? of : { ...of, description }];
  });
  return { ...schema, properties: Object.fromEntries(fields) };
}

/** What a parameter in an address may be: it is a text there, and read as what it stands for. */
export function parameterSchemas(
  query: z.ZodObject,
): readonly { name: string; required: boolean; schema: JsonSchema }[] {
  const { properties = {} } = plain(z.toJSONSchema(query, { io: 'output', unrepresentable: 'any' }));
  const { required = [] } = plain(z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' }));
  return Object.entries(properties).map(([name, schema]) => ({ name, schema, required: required.includes(name) }));
}

/** Of a text that stands in a path. */
export function valueSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...value } = plain(z.toJSONSchema(schema, { io: 'input' }));
  return value;
}

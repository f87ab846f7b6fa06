import { either, flag, listOf, object, oneOf, type Shape, text, uri, webUrl } from './shape.js';

/** What OpenAPI 3.1 and AsyncAPI 3.0 allow, as far as our documents use it; all else in them is complained of. */

/** Judged by who compiles it. */
const schema: Shape = (value, at) =>
  typeof value === 'object' && value !== null ? [] : [`${at} is to be a JSON Schema`];
const anything: Shape = (value, at) => (value === undefined ? [`${at} has no value`] : []);
const isKey = (name: string): boolean => /^[A-Za-z0-9._-]+$/.test(name);

const mapOf =
  (shape: Shape, isName: (name: string) => boolean = () => true): Shape =>
  (value, at) =>
    Object.entries(Object(value)).flatMap(([name, item]) => [
      ...(isName(name) ? [] : [`${at} has a name that is none: ${name}`]),
      ...shape(item, `${at}[${name}]`),
    ]);

const constant =
  (wanted: string): Shape =>
  (value, at) =>
    value === wanted ? [] : [`${at} is to be ${wanted}: ${String(value)}`];

const reference = object({ $ref: text });
const licence = object({ name: text }, { identifier: text });

const example = either(reference, object({ value: anything }, { summary: text }));
const media = object({}, { schema, example: anything, examples: mapOf(example) });
const content = mapOf(media, (type) => /^[a-z]+\/[a-z0-9.+-]+$/.test(type));
const header = object({ description: text, schema });
const response = object({ description: text }, { headers: mapOf(header), content });
const parameter = object(
  { name: text, in: oneOf('path', 'query', 'header'), required: flag, description: text, schema },
  { example: anything },
);

const operation = object(
  {
    operationId: text,
    tags: listOf(text),
    summary: text,
    description: text,
    security: mapOf(mapOf((value, at) => (Array.isArray(value) ? [] : [`${at} is to be a list of roles`]))),
    responses: mapOf(response, (status) => /^[1-5](?:\d\d|XX)$/.test(status)),
  },
  { parameters: listOf(parameter), requestBody: object({ required: flag, content }) },
);

const methods = { get: operation, put: operation, post: operation, delete: operation, patch: operation };
const paths = mapOf(object({}, methods), (path) => path.startsWith('/'));

export const openApiShape = object({
  openapi: constant('3.1.1'),
  jsonSchemaDialect: uri,
  info: object({ title: text, version: text, summary: text, description: text, license: licence }),
  servers: listOf(object({ url: webUrl })),
  tags: listOf(object({ name: text, description: text })),
  paths,
  webhooks: mapOf(object({}, methods), isKey),
  components: object({
    schemas: mapOf(schema, isKey),
    examples: mapOf(example, isKey),
    securitySchemes: mapOf(
      either(
        object({ type: constant('http'), scheme: constant('bearer'), description: text }, { bearerFormat: text }),
        object({ type: constant('apiKey'), in: oneOf('cookie', 'header'), name: text, description: text }),
      ),
      isKey,
    ),
  }),
});

const message = object(
  {
    name: text,
    title: text,
    summary: text,
    payload: schema,
    examples: listOf(object({ payload: anything }, { name: text })),
  },
  {},
);
const channel = object(
  {
    address: (value, at) => (typeof value === 'string' && value.startsWith('/') ? [] : [`${at} is to be a path`]),
    title: text,
    description: text,
    servers: listOf(reference),
    messages: mapOf(message, isKey),
  },
  {
    parameters: mapOf(object({ description: text, examples: listOf(text) }), isKey),
    bindings: object({ ws: object({ method: constant('GET'), bindingVersion: text }) }),
  },
);
const spoken = object(
  { action: oneOf('send', 'receive'), channel: reference, summary: text, messages: listOf(reference) },
  { reply: object({ channel: reference, messages: listOf(reference) }) },
);
const host: Shape = (value, at) =>
  typeof value === 'string' && URL.canParse(`http://${value}`) && !value.includes('/') ? [] : [`${at} is to be a host`];

export const asyncApiShape = object({
  asyncapi: constant('3.0.0'),
  info: object({ title: text, version: text, description: text, license: licence }),
  defaultContentType: text,
  servers: mapOf(
    object({ host, protocol: oneOf('ws', 'wss', 'http', 'https'), description: text }, { pathname: text }),
    isKey,
  ),
  channels: mapOf(channel, isKey),
  operations: mapOf(spoken, isKey),
  components: object({ schemas: mapOf(schema, isKey) }),
});

/** References in a document that lead nowhere in it. */
export function danglingIn(document: object): readonly string[] {
  const dangling: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if (key === '$ref' && typeof item === 'string' && at(document, item) === undefined) dangling.push(item);
      walk(item);
    }
  };
  walk(document);
  return dangling;
}

/** What stands at `#/a/b` of a document. */
export function at(document: object, reference: string): unknown {
  return reference
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((value: unknown, part) => Reflect.get(Object(value), part), document);
}

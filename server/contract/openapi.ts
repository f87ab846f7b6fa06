import { ERRORS, type ErrorCode, isErrorCode } from '@slugline/client/protocol';
import { HOME, WEBHOOK_MESSAGE } from './examples.js';
import { QUERY_TEXTS } from './field-texts.js';
import { jsonSchemas, nameOf, parameterSchemas, schemaRef, valueSchema } from './json-schemas.js';
import {
  ANSWER_HEADERS,
  type Answer,
  type Body,
  errorsOf,
  GROUPS,
  HEADERS,
  type Operation,
  PATH_PARAMETERS,
  WEBHOOK_HEADERS,
  WHO,
} from './operation.js';

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';
const CODES = Object.keys(ERRORS).filter(isErrorCode);
/** Codes whose answer says when to come back. */
const TELLS_WHEN = new Set<ErrorCode>(['too_many_requests', 'too_many_connections', 'shutting_down']);

/** OpenAPI 3.1 of these operations, at `HOME`. */
export function openApi(operations: readonly Operation[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][operation.method.toLowerCase()] = operationObject(operation);
  }
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Slugline',
      version,
      summary: 'Publish an update, and every reader of the story has it.',
      description:
        'Times are ISO 8601 in UTC with milliseconds. A field that has no value is absent. Ignore fields that you do not know, and branch on `code`, never on texts.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: HOME }],
    tags: Object.entries(GROUPS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: { change: { post: webhookObject() } },
    components: {
      schemas: jsonSchemas('draft-2020-12'),
      examples: Object.fromEntries(CODES.map((code) => [code, { value: problemOf(code) }])),
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, `sl_<id>_<secret>`. Where a role is named, the key is to be of at least that.',
        },
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Made by the site for one of its readers; opens the private stories that it names.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-slugline',
          description: 'Of a member who signed in; `slugline` where the server is not reached by https.',
        },
        csrf: {
          type: 'apiKey',
          in: 'header',
          name: 'X-CSRF-Token',
          description: 'The `csrf` of the session, with every command that its cookie is to count for.',
        },
        metricsToken: { type: 'http', scheme: 'bearer', description: 'METRICS_TOKEN of the server.' },
      },
    },
  };
}

function operationObject(operation: Operation): object {
  const { id, group, summary, about, who, body } = operation;
  const parameters = parametersOf(operation);
  return {
    operationId: id,
    tags: [group],
    summary,
    description: [about, `**Who may:** ${WHO[who]}`].filter((text) => text !== undefined).join('\n\n'),
    security: SECURITY[who],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { [body.type ?? JSON_TYPE]: { ...schemaOf(body), example: body.example } },
      },
    }),
    responses: responsesOf(operation),
  };
}

/** What receivers of webhooks are sent. */
function webhookObject(): object {
  const headers = Object.entries(WEBHOOK_HEADERS).map(([name, { text, example }]) => {
    return { name, in: 'header', required: true, description: text, schema: { type: 'string' }, example };
  });
  return {
    operationId: 'receiveWebhook',
    tags: ['Webhooks'],
    summary: 'A change of a public story, or that one is no longer public',
    description: 'Signed as Standard Webhooks has it. Answer with 2xx once it is kept; 410 disables the webhook.',
    security: [],
    parameters: headers,
    requestBody: {
      required: true,
      content: { [JSON_TYPE]: { schema: schemaRef('WebhookMessage'), example: WEBHOOK_MESSAGE } },
    },
    responses: { '2XX': { description: 'It is taken.' }, 410: { description: 'Nothing more is to be sent.' } },
  };
}

const schemaOf = ({ schema }: Body): object => (schema === undefined ? {} : { schema: schemaRef(nameOf(schema)) });

const SECURITY: Readonly<Record<keyof typeof WHO, readonly object[]>> = {
  probe: [],
  anyone: [{}, { key: [] }, { token: [] }],
  reader: [{}, { key: ['reader'] }, { session: [] }, { token: [] }],
  writer: [{ key: ['contributor'] }, { session: [], csrf: [] }],
  contributor: [{ key: ['contributor'] }, { session: [], csrf: [] }],
  editor: [{ key: ['editor'] }, { session: [], csrf: [] }],
  admin: [{ key: ['admin'] }, { session: [], csrf: [] }],
  member: [{ key: [] }, { session: [], csrf: [] }],
  session: [{ session: [], csrf: [] }],
  operator: [{}, { metricsToken: [] }],
};

function parametersOf({ path, query, headers = [], asked = {} }: Operation): readonly object[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    const { schema, text, example } = PATH_PARAMETERS[name] ?? unknownParameter(name);
    return { name, in: 'path', required: true, description: text, schema: valueSchema(schema), example };
  });
  const inQuery = (query === undefined ? [] : parameterSchemas(query)).map(({ name, required, schema }) => ({
    name,
    in: 'query',
    required,
    description: QUERY_TEXTS[name],
    schema,
    ...(name in asked && { example: asked[name] }),
  }));
  const inHeaders = headers.map((name) => {
    const { text, example } = HEADERS[name];
    return { name, in: 'header', required: false, description: text, schema: { type: 'string' }, example };
  });
  return [...inPath, ...inQuery, ...inHeaders];
}

function unknownParameter(name: string): never {
  throw new Error(`A path has a parameter that nobody described: ${name}`);
}

function responsesOf(operation: Operation): object {
  const good = operation.answers.map((answer) => [String(answer.status), responseObject(answer)]);
  const codes = errorsOf(operation);
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))].sort((a, b) => a - b);
  const bad = statuses.map((status) => {
    const ofStatus = codes.filter((code) => ERRORS[code].status === status);
    return [String(status), failureObject(ofStatus, operation.isPage === true)];
  });
  return Object.fromEntries([...good, ...bad]);
}

function responseObject({ status, text, type = JSON_TYPE, schemas, example, headers = [] }: Answer): object {
  const refs = schemas?.map((schema) => schemaRef(nameOf(schema)));
  const schema = refs === undefined || refs.length === 1 ? refs?.[0] : { anyOf: refs };
  const media = { ...(schema !== undefined && { schema }), ...(example !== undefined && { example }) };
  const hasBody = status === 200 || status === 201;
  return {
    description: text,
    ...(headers.length > 0 && {
      headers: Object.fromEntries(
        headers.map((name) => [name, { description: ANSWER_HEADERS[name], schema: { type: 'string' } }]),
      ),
    }),
    ...(hasBody && { content: { [type]: media } }),
  };
}

function failureObject(codes: readonly ErrorCode[], isPage: boolean): object {
  const problem = {
    schema: { allOf: [schemaRef('Problem'), { type: 'object', properties: { code: { enum: codes } } }] },
    examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
  };
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].meaning}`).join('\n\n'),
    ...(codes.some((code) => TELLS_WHEN.has(code)) && {
      headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer', minimum: 0 } } },
    }),
    content: { [PROBLEM_TYPE]: problem, ...(isPage && { 'text/html': {} }) },
  };
}

function problemOf(code: ErrorCode): object {
  const { status, meaning, retryable } = ERRORS[code];
  return { type: `urn:slugline:error:${code}`, title: meaning, status, code, detail: meaning, retryable };
}

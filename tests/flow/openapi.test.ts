import { ERRORS, isErrorCode } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Operation, PATH_PARAMETERS } from '../../server/contract/operation.js';
import { OPERATIONS } from '../../server/contract/operations.js';
import { type Judge, judgeOf } from '../formats/json-schema.js';
import { at, danglingIn, openApiShape } from '../formats/openapi.js';
import { DEAD_END, spareWebhook } from '../helpers/dead-end.js';
import { linkOf, signedIn } from '../helpers/person.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { appAt, mountedDoors } from '../hostile/mounted-doors.js';
import { DOORS } from '../hostile/policy.js';

interface Media {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly $ref: string }>>;
}
interface Response {
  readonly content?: Readonly<Record<string, Media>>;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: object;
  readonly example?: unknown;
}
interface OperationObject {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Response>>;
}
interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly webhooks: Document['paths'];
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let server: TestServer;
let document: Document;
let faults: Judge;

beforeAll(async () => {
  server = await startServer(DEAD_END);
  document = (await server.api.get<Document>('/openapi.json', { key: null })).body;
  faults = judgeOf(document, '2020-12');
});
afterAll(() => server?.close());

const described = (): readonly [door: string, operation: OperationObject][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, OperationObject] => [
      `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      operation,
    ]),
  );

describe('the OpenAPI document', () => {
  it('is one, and all that it refers to is in it', () => {
    expect(openApiShape(document, 'document')).toEqual([]);
    expect(danglingIn(document)).toEqual([]);
    const ids = described().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has every route that is mounted, and none that is not', async () => {
    const { routes } = mountedDoors(await appAt(server.url));
    expect(
      described()
        .map(([door]) => door)
        .sort(),
    ).toEqual([...routes].sort());
  });

  it('says of each route who may, as the policy does', () => {
    const rules: Readonly<Record<string, Operation['who']>> = {
      'anyone at all': 'probe',
      anyone: 'anyone',
      'readers of it': 'reader',
      'the desk': 'writer',
      'its writers': 'writer',
      editors: 'editor',
      admins: 'admin',
      'that member': 'member',
      'who is signed in': 'session',
      operators: 'operator',
    };
    for (const { method, path, who } of OPERATIONS) {
      const rule = DOORS.get(`${method} ${path}`)?.['private story'] ?? 'no row';
      // How a page of a private story is embedded is told to nobody.
      // Those who write are told apart where it is entries that they write.
      const reads = rule === 'the desk' && (method === 'GET' || !path.includes('/entries'));
      const allowed = rule === 'nobody at all' ? 'anyone' : reads ? 'contributor' : rules[rule];
      expect(`${method} ${path}: ${who}`).toBe(`${method} ${path}: ${allowed}`);
    }
  });

  it('names every error that an operation may be refused with by the registry’s status', () => {
    for (const [door, { responses }] of described()) {
      for (const [status, { content }] of Object.entries(responses)) {
        const { examples = {} } = content?.['application/problem+json'] ?? {};
        for (const code of Object.keys(examples)) {
          expect(isErrorCode(code) ? ERRORS[code].status : code, `${door} ${code}`).toBe(Number(status));
        }
      }
    }
  });

  it('has schemas that are schemas, and every example is as its schema says', () => {
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => faults({ $ref: `#/components/schemas/${name}` }, {}), name).not.toThrow();
    }
    let seen = 0;
    const judge = (what: string, { schema, example, examples = {} }: Media): void => {
      const given = Object.values(examples).map(({ $ref }) => Reflect.get(Object(at(document, $ref)), 'value'));
      for (const value of example === undefined ? given : [example, ...given]) {
        if (schema === undefined) continue;
        expect(faults(schema, value), `${what}: ${JSON.stringify(value)}`).toEqual([]);
        seen += 1;
      }
    };
    for (const [door, { parameters = [], requestBody, responses }] of described()) {
      for (const parameter of parameters) judge(`${door} ${parameter.name}`, parameter);
      for (const media of Object.values(requestBody?.content ?? {})) judge(`${door} body`, media);
      for (const [status, { content = {} }] of Object.entries(responses)) {
        for (const media of Object.values(content)) judge(`${door} ${status}`, media);
      }
    }
    expect(seen).toBeGreaterThan(200);
  });

  it('tells what receivers of webhooks are sent', () => {
    const { requestBody, parameters } = document.webhooks.change?.post ?? {};
    const { schema = {}, example } = requestBody?.content['application/json'] ?? {};
    expect(faults(schema, example)).toEqual([]);
    expect(faults(schema, { type: 'entry.published' })).not.toEqual([]);
    expect(parameters?.map(({ name }) => name)).toEqual(['webhook-id', 'webhook-timestamp', 'webhook-signature']);
  });

  it('would notice an example that is not as its schema says', () => {
    const { schema } = document.paths['/v1/stories']?.post?.requestBody?.content['application/json'] ?? {};
    expect(faults(schema ?? {}, { slug: 'Not A Slug' })).toEqual([
      "must have required property 'headline'",
      expect.stringContaining('/slug must match pattern'),
    ]);
  });

  it('is kept, asked for again by its tag, and says where the server is', async () => {
    const { headers } = await server.api.get('/openapi.json', { key: null });
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    const again = await server.api.get('/openapi.json', {
      key: null,
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
    expect(document.servers).toEqual([{ url: server.url }]);
  });
});

/** What has to be there before an operation can do what its example says. */
async function entryFor({ id }: Operation, slug: string): Promise<string> {
  const { api } = server;
  const isUnderway = id === 'moveEntry' || id === 'discardEntry';
  const { id: entry } = await api.publish(slug, { tags: ['rescue'], ...(isUnderway && { workflow: 'submitted' }) });
  if (id === 'releaseEntry' || id === 'readRecall') {
    const at = `/v1/stories/${slug}/entries/${entry}/withdrawal`;
    await api.request('POST', at, { body: { status: 'withheld' } });
  }
  if (id === 'unpinEntry') await api.request('PUT', `/v1/stories/${slug}/pins/${entry}`);
  return entry;
}

/** A member, the key and the session that an operation upon them needs, and the link that signs in. */
async function newcomer(): Promise<{ id: string; keyId: string; link: string; session: Record<string, string> }> {
  const { api } = server;
  const body = { name: 'A member', role: 'editor' };
  const made = await api.request<{ member: { id: string }; signIn: { url: string } }>('POST', '/v1/members', { body });
  const { member, signIn } = made.body;
  const key = await api.request<{ key: { id: string } }>('POST', `/v1/members/${member.id}/keys`, {
    body: { name: 'K' },
  });
  const { person } = await signedIn(server, signIn.url);
  const { body: again } = await api.request<{ signIn: { url: string } }>('POST', `/v1/members/${member.id}/sign-in`);
  return { id: member.id, keyId: key.body.key.id, link: linkOf(again.signIn.url), session: person };
}

async function keyToRevoke(): Promise<string> {
  const { body } = await server.api.request<{ key: { id: string } }>('POST', '/v1/keys', {
    body: { name: 'a key', role: 'reader' },
  });
  return body.key.id;
}

/** What stands for the ids of the example in an address. */
async function webhookFor({ path }: Operation): Promise<Readonly<Record<string, string>>> {
  if (!path.includes(':webhookId')) return {};
  const { slug } = await server.api.createStory();
  const { id, deliveryId } = await spareWebhook(server.api, slug, { mayEnd: path.includes(':deliveryId') });
  return { webhookId: id, deliveryId };
}

/** The example of an operation as a request to the server, with what was made for it in the place of what is told of. */
async function requestOf(operation: Operation, slug: string) {
  const { path, query, headers = [], body, asked = {}, who } = operation;
  const person = operation.group === 'People' ? await newcomer() : undefined;
  const filled = path.includes(':entryId')
    ? path.replace(':entryId', await entryFor(operation, slug))
    : path
        .replace(':memberId', person?.id ?? '')
        .replace(':keyId', operation.id === 'revokeKey' ? await keyToRevoke() : (person?.keyId ?? ''));
  const ofWebhook = await webhookFor(operation);
  const address = Object.entries(PATH_PARAMETERS).reduce(
    (text, [name, { example }]) => text.replace(`:${name}`, name === 'slug' ? slug : (ofWebhook[name] ?? example)),
    filled,
  );
  const given = Object.entries(asked).map(([name, value]): [string, string] => [
    name,
    String(value).replace('https://live.example.org', server.url),
  ]);
  expect(
    Object.keys(asked).filter((name) => query?.shape[name] === undefined),
    `parameters of ${operation.id}`,
  ).toEqual([]);
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
  const needsKey = ['writer', 'contributor', 'editor', 'admin', 'member'].includes(who);
  return {
    address: `${address}${search}`,
    options: {
      ...(needsKey ? {} : { key: null }),
      ...(body !== undefined && { body: operation.id === 'signIn' ? { link: person?.link } : body.example }),
      headers: {
        ...(who === 'session' && person?.session),
        ...(body?.type !== undefined && { 'content-type': body.type }),
        ...(headers.includes('Idempotency-Key') && { 'idempotency-key': `the-example-of-${operation.id}` }),
      },
    },
  };
}

describe('a server does as the document says', () => {
  // Begun by the example of its own operation, which therefore goes first.
  const inOrder = [...OPERATIONS].sort((a, b) => Number(b.id === 'createStory') - Number(a.id === 'createStory'));
  const isStream = ({ answers: [{ type }] }: Operation): boolean => type === 'text/event-stream';

  it('takes every example of a request, and answers as described', async () => {
    for (const operation of inOrder.filter((one) => !isStream(one))) {
      const { address, options } = await requestOf(operation, 'harbour-fire');
      const { status, headers, body } = await server.api.request<unknown>(operation.method, address, options);
      const [usual] = operation.answers;
      const what = `${operation.method} ${address} → ${status} ${JSON.stringify(body).slice(0, 500)}`;
      expect(status, what).toBe(usual.status);
      for (const name of usual.headers ?? []) {
        if (name !== 'Idempotency-Replayed') expect(headers.get(name), `${what} ${name}`).not.toBeNull();
      }
      expectAnswer(operation, usual, headers.get('content-type'), body, what);
    }
  });

  it('answers the desk with the desk’s forms', async () => {
    for (const operation of OPERATIONS) {
      const [usual] = operation.answers;
      if (operation.query?.shape.edition === undefined || isStream(operation)) continue;
      const { address } = await requestOf(operation, 'harbour-fire');
      const separator = address.includes('?') ? '&' : '?';
      const { status, headers, body } = await server.api.get<unknown>(`${address}${separator}edition=desk`);
      expect(status, address).toBe(200);
      expectAnswer(operation, usual, headers.get('content-type'), body, `the desk edition of ${operation.id}`);
      expect(usual.schemas?.[1]?.safeParse(body).success, address).toBe(true);
    }
  });

  it('refuses with problems that are as described', async () => {
    const { api } = server;
    const refusals = [
      await api.request('POST', '/v1/stories', { body: { slug: 'No', surprise: 1 } }),
      await api.request('POST', '/v1/stories', { body: '{' }),
      await api.get('/v1/stories/no-such-story', { key: null }),
      await api.request('POST', '/v1/stories', { key: null, body: {} }),
      await api.request('PATCH', '/v1/stories/harbour-fire', {
        body: { kicker: 'K' },
        headers: { 'if-match': '"99"' },
      }),
    ];
    for (const { status, body } of refusals) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(faults({ $ref: '#/components/schemas/Problem' }, body), JSON.stringify(body)).toEqual([]);
    }
  });

  /** As the document has it, for whoever reads that; and with no field that nobody described. */
  function expectAnswer(
    { path, method }: Operation,
    { status, schemas, type = 'application/json' }: Answer,
    contentType: string | null,
    body: unknown,
    what: string,
  ): void {
    const { content } =
      document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]?.responses[status] ?? {};
    if (status === 204 || status === 303) {
      expect(content, what).toBeUndefined();
      return;
    }
    expect(contentType?.replace(/;.*/, ''), what).toBe(type);
    const { schema } = content?.[type] ?? {};
    expect(content, what).toHaveProperty([type]);
    if (schemas === undefined) return;
    expect(faults(schema ?? {}, body), what).toEqual([]);
    const strict = schemas.map((one) => one.safeParse(body));
    expect(strict.some(({ success }) => success) || strict.map(({ error }) => error?.message), what).toBe(true);
  }
});

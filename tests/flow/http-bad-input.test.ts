import http from 'node:http';
import type { Snapshot } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, type Api, startServer, type TestServer } from '../helpers/server.js';

/** Deeper than any stack: what parses it without limits falls over. */
const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

const LONG = (length: number) => 'x'.repeat(length);
const paragraph = (text: unknown) => [{ type: 'paragraph', content: [{ text }] }];
const picture = { url: 'https://pictures.example/a.jpg', creditLine: 'Ada Lund', altText: 'A ferry' };

describe('bad input', () => {
  let server: TestServer;
  let api: Api;
  let before: Snapshot;
  let entryId: string;
  const slug = 'bad-input';
  beforeAll(async () => {
    server = await startServer();
    api = server.api;
    await api.createStory({ slug });
    entryId = (await api.publish(slug)).id;
    before = (await api.get<Snapshot>(`/v1/stories/${slug}`)).body;
  });
  afterAll(async () => {
    // Of all that was refused nothing was done.
    const after = await api.get<Snapshot>(`/v1/stories/${slug}`);
    await server.close();
    expect(after.body).toEqual(before);
  });

  const entries = `/v1/stories/${slug}/entries`;
  const entry = () => `${entries}/${entryId}`;

  async function expectField(method: string, path: string, options: Parameters<Api['request']>[2], field: string) {
    const answer = await api.request(method, path, options);
    const where = `${method} ${path} ${JSON.stringify(answer.body).slice(0, 300)}`;
    expect(answer.status, where).toBe(400);
    expect(answer.body.code, where).toBe('invalid_input');
    expect(answer.headers.get('content-type'), where).toMatch(/^application\/problem\+json/);
    const told = answer.body.errors?.find((error) => error.field === field);
    expect(told, `${where} names ${field}`).toBeDefined();
    expect(told?.message.length, where).toBeGreaterThan(8);
  }

  const story = (fields: object) => ({ slug: 'new-story', headline: 'H', ...fields });
  it.each<[string, unknown]>([
    ['slug', { headline: 'H' }],
    ['slug', story({ slug: 'Upper' })],
    ['slug', story({ slug: 'two--hyphens' })],
    ['slug', story({ slug: '-a' })],
    ['slug', story({ slug: 'a_b' })],
    ['slug', story({ slug: '' })],
    ['slug', story({ slug: '@keys' })],
    ['slug', story({ slug: LONG(81) })],
    ['slug', story({ slug: 7 })],
    ['headline', { slug: 'new-story' }],
    ['headline', story({ headline: '' })],
    ['headline', story({ headline: '   ' })],
    ['headline', story({ headline: LONG(301) })],
    ['headline', story({ headline: null })],
    ['headline', story({ headline: ['H'] })],
    ['headline', story({ headline: 'a\u0000b' })],
    ['headline', story({ headline: '\ud800' })],
    ['standfirst', story({ standfirst: LONG(1001) })],
    ['kicker', story({ kicker: LONG(81) })],
    ['language', story({ language: 'not a language' })],
    ['status', story({ status: 'LIVE' })],
    ['visibility', story({ visibility: 'secret' })],
    ['picture.creditLine', story({ picture: { ...picture, creditLine: undefined } })],
    ['picture.altText', story({ picture: { ...picture, altText: '' } })],
    ['picture.url', story({ picture: { ...picture, url: 'javascript:alert(1)' } })],
    ['picture.width', story({ picture: { ...picture, width: 0 } })],
    ['keyPoints.0.text', story({ keyPoints: [{}] })],
    ['keyPoints', story({ keyPoints: Array.from({ length: 21 }, () => ({ text: 'x' })) })],
    ['coverageStart', story({ coverageStart: 'yesterday' })],
    ['coverageStart', story({ coverageStart: '2026-02-30T10:00:00Z' })],
    ['version', story({ version: 3 })],
    ['createdBy', story({ createdBy: { keyId: 'x', name: 'y' } })],
    ['pinned', story({ pinned: [] })],
    ['__proto__', '{"slug":"new-story","headline":"H","__proto__":{"admin":true}}'],
    ['""', story({ '': 1 })],
    ['keyPoints.0.""', story({ keyPoints: [{ text: 'T', '': 1 }] })],
    ['request', []],
    ['request', 'null'],
    ['request', '"text"'],
    ['request', '7'],
    [new Array(16).fill('0').join('.'), DEEP],
  ])('of a story: %s', (field, body) => expectField('POST', '/v1/stories', { body }, field));

  it.each<[string, unknown]>([
    ['headline', { headline: LONG(301) }],
    ['body', { body: 'text' }],
    ['body', { body: Array.from({ length: 201 }, () => paragraph('x')[0]) }],
    ['body.0.type', { body: [{ type: 'html', content: [] }] }],
    ['body.0.content', { body: [{ type: 'paragraph', content: [] }] }],
    ['body.0.content.0.text', { body: paragraph(7) }],
    ['body.0.content.0.href', { body: [{ type: 'paragraph', content: [{ text: 'x', href: 'javascript:x' }] }] }],
    ['body.0.content.0.marks.0', { body: [{ type: 'paragraph', content: [{ text: 'x', marks: ['blink'] }] }] }],
    ['body.0.level', { body: [{ type: 'heading', level: 1, content: [{ text: 'x' }] }] }],
    ['body.0.picture.altText', { body: [{ type: 'picture', picture: { ...picture, altText: undefined } }] }],
    ['body.0.url', { body: [{ type: 'embed', url: 'file:///etc/passwd', provider: 'x' }] }],
    ['urgency', { headline: 'H', urgency: 0 }],
    ['urgency', { headline: 'H', urgency: 10 }],
    ['urgency', { headline: 'H', urgency: 2.5 }],
    ['urgency', { headline: 'H', urgency: '1' }],
    ['breaking', { headline: 'H', breaking: 'yes' }],
    ['keyEvent', { headline: 'H', keyEvent: 1 }],
    ['bylines.0.name', { headline: 'H', bylines: [{ role: 'x' }] }],
    ['bylines.0.url', { headline: 'H', bylines: [{ name: 'x', url: '//evil.example' }] }],
    ['sources.0.role', { headline: 'H', sources: [{ name: 'Efe', role: 'rumour' }] }],
    ['verification', { headline: 'H', verification: 'maybe' }],
    ['relations.0.rel', { headline: 'H', relations: [{ rel: 'likes', entryId: 'x' }] }],
    ['relations.0.entryId', { headline: 'H', relations: [{ rel: 'updates', entryId: 'a b' }] }],
    ['tags.0', { headline: 'H', tags: [LONG(65)] }],
    ['tags', { headline: 'H', tags: Array.from({ length: 33 }, (_, at) => `t${at}`) }],
    ['edNote', { headline: 'H', edNote: LONG(4001) }],
    ['publishAt', { headline: 'H', publishAt: 'tomorrow' }],
    ['publishAt', { headline: 'H', publishAt: '2100-01-01T00:00:00Z', workflow: 'draft' }],
    ['embargoedUntil', { headline: 'H', embargoedUntil: null }],
    ['workflow', { headline: 'H', workflow: 'scheduled' }],
    ['status', { headline: 'H', status: 'usable' }],
    ['id', { headline: 'H', id: 'mine' }],
  ])('of an entry: %s', (field, body) => expectField('POST', entries, { body }, field));

  it('of an entry that says nothing', async () => {
    const answer = await api.request('POST', entries, { body: {} });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input']);
    expect(answer.body.errors).not.toEqual([]);
  });

  it.each<[string, string, () => string, unknown]>([
    ['slug', 'PATCH', () => `/v1/stories/${slug}`, { slug: 'other' }],
    ['headline', 'PATCH', () => `/v1/stories/${slug}`, { headline: null }],
    ['request', 'PATCH', () => `/v1/stories/${slug}`, {}],
    ['request', 'PATCH', entry, {}],
    ['request', 'PATCH', entry, undefined],
    ['version', 'PATCH', entry, { version: 2 }],
    ['urgency', 'PATCH', entry, { urgency: null }],
    ['text', 'POST', () => `${entry()}/corrections`, { headline: 'H' }],
    ['text', 'POST', () => `${entry()}/corrections`, { text: LONG(2001) }],
    ['status', 'POST', () => `${entry()}/withdrawal`, {}],
    ['status', 'POST', () => `${entry()}/withdrawal`, { status: 'usable' }],
    ['notice', 'POST', () => `${entry()}/withdrawal`, { status: 'withheld', notice: LONG(1001) }],
    ['notice', 'DELETE', () => `${entry()}/withdrawal`, { notice: 'x' }],
    ['request', 'PUT', () => `/v1/stories/${slug}/pins/${entryId}`, []],
    ['name', 'POST', () => '/v1/keys', { role: 'reader' }],
    ['role', 'POST', () => '/v1/keys', { name: 'N', role: 'owner' }],
    ['id', 'POST', () => '/v1/keys', { name: 'N', role: 'reader', id: 'mine' }],
    ['keyId', 'DELETE', () => '/v1/keys/..%2F', undefined],
    ['id', 'DELETE', () => '/v1/keys/nosuchkey', { id: 'testadmin' }],
    ['?dryRun', 'POST', () => '/v1/stories?dryRun=true', story({})],
    ['?edition', 'POST', () => `${entries}?edition=desk`, { headline: 'H' }],
    ['?notify', 'PATCH', () => `${entry()}?notify=no`, { headline: 'H' }],
    ['?force', 'PUT', () => `/v1/stories/${slug}/pins/${entryId}?force`, undefined],
    ['?role', 'POST', () => '/v1/keys?role=reader', { name: 'N', role: 'admin' }],
    ['?all', 'DELETE', () => '/v1/keys/nosuchkey?all=1', undefined],
  ])('of a command: %s in %s', (field, method, path, body) =>
    expectField(method, path(), body === undefined ? {} : { body }, field),
  );

  it.each<[string, () => string]>([
    ['?limit', () => '/v1/stories?limit=0'],
    ['?limit', () => '/v1/stories?limit=201'],
    ['?limit', () => '/v1/stories?limit=-1'],
    ['?limit', () => '/v1/stories?limit=ten'],
    ['?limit', () => '/v1/stories?limit='],
    ['?limit', () => '/v1/stories?limit=1e2'],
    ['?limit', () => '/v1/stories?limit=10&limit=20'],
    ['?before', () => `/v1/stories?before=${LONG(201)}`],
    ['?before', () => '/v1/stories?before=%00'],
    ['?before', () => '/v1/stories?before=2026-03-01T09:00:00.000Z~a-story'],
    ['?befor', () => '/v1/stories?befor=x'],
    ['?edition', () => '/v1/stories?edition=secret'],
    ['?edition', () => `/v1/stories/${slug}?edition=desk&edition=public`],
    ['?limit', () => `/v1/stories/${slug}?limit=99999999999999999999`],
    ['?limit', () => `${entries}?limit=3.5`],
    ['?before', () => `${entries}?before=a&before=b`],
    ['?tag', () => `${entries}?tag=`],
    ['?tag', () => `${entries}?tag=${LONG(65)}`],
    ['?tag', () => `${entries}?tag=a&tag=b`],
    ['?keyEvents', () => `${entries}?keyEvents=maybe`],
    ['?edition', () => `${entry()}?edition=`],
    ['?limit', () => `${entry()}/revisions?limit=0`],
    ['?before', () => `${entry()}/revisions?before=x`],
    ['?since', () => '/v1/breaking?since=a:1'],
    ['?role', () => '/v1/keys?role=admin'],
  ])('of a query: %s (%#)', (field, path) => expectField('GET', path(), {}, field));

  it.each<[string, string, string]>([
    ['slug', 'GET', '/v1/stories/UPPER'],
    ['slug', 'GET', `/v1/stories/${LONG(81)}`],
    ['slug', 'GET', '/v1/stories/%40keys'],
    ['slug', 'GET', '/v1/stories/%40breaking'],
    ['slug', 'GET', '/v1/stories/a%00b'],
    ['slug', 'GET', '/v1/stories/..%2F..%2Fetc'],
    ['slug', 'GET', '/v1/stories/UPPER/entries'],
    ['slug', 'PATCH', '/v1/stories/UPPER'],
    ['slug', 'POST', '/v1/stories/UPPER/entries'],
    ['entryId', 'GET', `${entries}/${LONG(65)}`],
    ['entryId', 'GET', `${entries}/%40header`],
    ['entryId', 'GET', `${entries}/a%20b`],
    ['entryId', 'GET', `${entries}/a~b/revisions`],
    ['entryId', 'PATCH', `${entries}/%40header`],
    ['entryId', 'PUT', `/v1/stories/${slug}/pins/%40header`],
    ['path', 'GET', '/v1/stories/%E0%A4%A'],
    ['path', 'GET', `${entries}/%zz`],
  ])('of a path: %s in %s %s', (field, method, path) =>
    expectField(method, path, ['POST', 'PATCH'].includes(method) ? { body: { headline: 'H' } } : {}, field),
  );

  it.each<[string, Record<string, string>]>([
    ['If-Match', { 'if-match': '1' }],
    ['If-Match', { 'if-match': 'W/"1"' }],
    ['If-Match', { 'if-match': '"1", "2"' }],
    ['If-Match', { 'if-match': '"epoch:4"' }],
    ['If-Match', { 'if-match': '"0"' }],
    ['If-Match', { 'if-match': '' }],
    ['Idempotency-Key', { 'idempotency-key': 'two words' }],
    ['Idempotency-Key', { 'idempotency-key': '' }],
    ['Idempotency-Key', { 'idempotency-key': LONG(256) }],
    ['Idempotency-Key', { 'idempotency-key': 'k\u00e9y' }],
  ])('of a header: %s %j', (field, headers) =>
    expectField('PATCH', entry(), { body: { headline: 'H' }, headers }, field),
  );

  it('of a header: If-Match where nothing exists yet', async () => {
    const headers = { 'if-match': '"1"' };
    await expectField('POST', '/v1/stories', { body: story({}), headers }, 'If-Match');
    await expectField('POST', entries, { body: { headline: 'H' }, headers }, 'If-Match');
  });

  it.each(['{', '{"slug":}', 'nonsense', '{"a":1}{"b":2}', "{'slug':'x'}", '\u0000'])('of a body: %j', async (body) => {
    const answer = await api.request('POST', '/v1/stories', { body });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_json']);
  });

  it('of a body: no JSON by its type or its encoding', async () => {
    const cases: [string, Record<string, string>, string][] = [
      ['{}', { 'content-type': 'text/plain' }, 'unsupported_media_type'],
      ['a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 'unsupported_media_type'],
      ['{}', { 'content-type': 'application/merge-patch+json' }, 'unsupported_media_type'],
      ['{}', { 'content-type': 'nonsense' }, 'unsupported_media_type'],
      ['{}', { 'content-type': 'application/json; charset=latin1' }, 'unsupported_media_type'],
      ['{}', { 'content-type': 'application/json', 'content-encoding': 'zip' }, 'unsupported_media_type'],
      ['{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 'invalid_input'],
    ];
    for (const [body, headers, code] of cases) {
      const answer = await api.request('POST', '/v1/stories', { body, headers });
      expect([headers, answer.body.code]).toEqual([headers, code]);
    }
  });

  it('of a body: more than 256 KiB, or an entry of more than 128 KiB', async () => {
    const big = JSON.stringify({ headline: 'H', bodyMarkdown: LONG(262_144) });
    const tooLarge = await api.request('POST', entries, { body: big });
    expect([tooLarge.status, tooLarge.body.code]).toEqual([413, 'body_too_large']);
    expect(tooLarge.headers.get('connection')).toBe('close');
    const body = Array.from({ length: 10 }, () => paragraph(LONG(19_000))[0]);
    const entryTooLarge = await api.request('POST', entries, { body: { headline: 'H', body } });
    expect([entryTooLarge.status, entryTooLarge.body.code]).toEqual([413, 'entry_too_large']);
  });

  /** Sends a body in chunks, without a length; `undefined` when the server closed the connection instead. */
  const stream = (chunks: number, end: boolean) =>
    new Promise<number | undefined>((resolve) => {
      const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
      const request = http.request(`${server.url}${entries}`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
        request.destroy();
      });
      request.on('error', () => resolve(undefined));
      for (let sent = 0; sent < chunks; sent += 1) request.write(LONG(65_536));
      if (end) request.end();
    });

  it('of a body that comes without a length and is too large, or has no end', async () => {
    expect(await stream(5, true)).toBe(413);
    expect(await stream(20, true)).toBe(413);
    expect([413, undefined]).toContain(await stream(100, false));
  });

  it('is never a 500, and tells no more of the server than the problem', async () => {
    const answer = await api.request('POST', '/v1/stories', { body: story({ slug: 'Upper' }) });
    expect(Object.keys(answer.body).sort()).toEqual(
      ['code', 'detail', 'errors', 'requestId', 'retryable', 'status', 'title', 'type'].sort(),
    );
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|at .*\(|server\//);
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
    expect(answer.body.type).toBe('urn:slugline:error:invalid_input');
  });
});

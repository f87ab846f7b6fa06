import { createECDH } from 'node:crypto';
import type { Problem } from '@slugline/client/protocol';
import { describe, expect, it } from 'vitest';
import { alertingServer, BREAKING, follow, ofStory, received, settled } from '../helpers/followers.js';
import { pushServiceForTest } from '../helpers/push-service.js';
import { readerToken, TOKEN_ENV } from '../helpers/reader-token.js';
import { type Api, directoryForTest, serverForTest } from '../helpers/server.js';
import { BAD_ENDPOINTS, GOOD_ENDPOINTS } from '../hostile/bad-endpoints.js';

const keysOf = () => ({
  p256dh: createECDH('prime256v1').generateKeys('base64url'),
  auth: Buffer.alloc(16, 7).toString('base64url'),
});

const ask = (api: Api, path: string, body: unknown, key: string | null = null) =>
  api.request<Problem & { id: string; topic: string; since: string }>('POST', path, { body, key });

const fieldOf = ({ status, body }: { readonly status: number; readonly body: Problem }): string =>
  `${status} ${body.errors?.[0]?.field ?? body.code ?? ''}`;

/** A point with one of the letters in it that the alphabet for addresses does not have; one in sixteen has none. */
function inPlainBase64(): string {
  for (;;) {
    const text = Buffer.from(keysOf().p256dh, 'base64url').toString('base64');
    if (/[+/]/.test(text)) return text;
  }
}

describe('a subscription', () => {
  it('is made with the key of the site, once however often it is asked for', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    const { key } = (await api.get<{ key: string }>('/v1/push/key', { key: null })).body;
    expect(Buffer.from(key, 'base64url')).toHaveLength(65);
    const body = { endpoint: GOOD_ENDPOINTS[0], expirationTime: null, keys: keysOf(), key };
    const first = await ask(api, ofStory(slug), body);
    expect([first.status, first.headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(first.body).toEqual({ id: expect.stringMatching(/^[\w-]{43}$/), topic: slug, since: expect.any(String) });
    expect(first.headers.get('location')).toBe(`${ofStory(slug)}/${first.body.id}`);
    const again = await ask(api, ofStory(slug), body);
    expect([again.status, again.body]).toEqual([200, first.body]);
    // Under the same name everywhere: who knows the subscription knows it.
    const elsewhere = await ask(api, BREAKING, body);
    expect([elsewhere.status, elsewhere.body.id, elsewhere.body.topic]).toEqual([201, first.body.id, '@breaking']);
  });

  it('is taken from every push service of a browser, and may bring its keys padded', async () => {
    const { api } = await serverForTest();
    for (const endpoint of GOOD_ENDPOINTS) {
      expect((await ask(api, BREAKING, { endpoint, keys: keysOf() })).status, endpoint).toBe(201);
    }
    const { p256dh, auth } = keysOf();
    const padded = { endpoint: GOOD_ENDPOINTS[0], keys: { p256dh: `${p256dh}=`, auth: `${auth}==` } };
    const { id } = (await ask(api, BREAKING, padded)).body;
    expect((await ask(api, BREAKING, { ...padded, keys: { p256dh, auth } })).body.id).toBe(id);
  });

  it(`is refused for each of ${BAD_ENDPOINTS.length} endpoints that are none of a push service's`, async () => {
    const { api } = await serverForTest();
    for (const endpoint of BAD_ENDPOINTS) {
      expect(fieldOf(await ask(api, BREAKING, { endpoint, keys: keysOf() })), endpoint).toBe('400 endpoint');
    }
  });

  it('is refused with keys that nothing could be encrypted for, or that are none of this site', async () => {
    const { api } = await serverForTest();
    const [endpoint] = GOOD_ENDPOINTS;
    const { p256dh, auth } = keysOf();
    const point = Buffer.from(p256dh, 'base64url');
    const offCurve = Buffer.from(point);
    offCurve.writeUInt8((offCurve.readUInt8(64) + 1) % 256, 64);
    const compressed = createECDH('prime256v1').generateKeys('base64url', 'compressed');
    const wrong: readonly [field: string, body: object][] = [
      ['keys.p256dh', { endpoint, keys: { p256dh: offCurve.toString('base64url'), auth } }],
      ['keys.p256dh', { endpoint, keys: { p256dh: compressed, auth } }],
      ['keys.p256dh', { endpoint, keys: { p256dh: Buffer.alloc(65).toString('base64url'), auth } }],
      ['keys.p256dh', { endpoint, keys: { p256dh: inPlainBase64(), auth: `${auth}!` } }],
      ['keys.p256dh', { endpoint, keys: { auth } }],
      ['keys.auth', { endpoint, keys: { p256dh, auth: Buffer.alloc(15).toString('base64url') } }],
      ['keys.auth', { endpoint, keys: { p256dh, auth: Buffer.alloc(17).toString('base64url') } }],
      ['keys.auth', { endpoint, keys: { p256dh, auth: '' } }],
      ['keys', { endpoint }],
      ['keys.more', { endpoint, keys: { p256dh, auth, more: 1 } }],
      ['topic', { endpoint, keys: { p256dh, auth }, topic: '@breaking' }],
      ['expirationTime', { endpoint, keys: { p256dh, auth }, expirationTime: 'soon' }],
      ['key', { endpoint, keys: { p256dh, auth }, key: p256dh }],
      ['key', { endpoint, keys: { p256dh, auth }, key: 'none' }],
      ['endpoint', { keys: { p256dh, auth } }],
      ['endpoint', { endpoint: 7, keys: { p256dh, auth } }],
    ];
    for (const [field, body] of wrong) {
      expect(fieldOf(await ask(api, BREAKING, body)), JSON.stringify(body)).toBe(`400 ${field}`);
    }
    for (const body of ['null', '[]', '"x"', undefined]) {
      expect((await ask(api, BREAKING, body)).status, String(body)).toBe(400);
    }
    expect(fieldOf(await ask(api, `${BREAKING}?x=1`, { endpoint, keys: keysOf() }))).toBe('400 ?x');
  });

  it('to a private story is for who may read it, and tells nobody else that it is there', async () => {
    const { api } = await serverForTest({ env: TOKEN_ENV });
    const { slug } = await api.createStory({ visibility: 'private' });
    const body = { endpoint: GOOD_ENDPOINTS[0], keys: keysOf() };
    const path = ofStory(slug);
    expect(fieldOf(await ask(api, path, body))).toBe('404 story_not_found');
    expect(fieldOf(await ask(api, ofStory('no-such-story'), body))).toBe('404 story_not_found');
    expect(fieldOf(await ask(api, path, body, await readerToken(['another-story'])))).toBe('404 story_not_found');
    expect((await ask(api, path, body, await readerToken([slug]))).status).toBe(201);
    expect((await ask(api, path, body, await api.createKey('reader'))).status).toBe(200);
    expect(fieldOf(await ask(api, ofStory('@breaking'), body))).toBe('400 slug');
    expect(fieldOf(await ask(api, ofStory('@keys'), body))).toBe('400 slug');
  });

  it('is ended by its holder, who alone knows its name', async () => {
    const service = await pushServiceForTest();
    const site = await alertingServer(service);
    const { api } = site;
    const { slug } = await api.createStory();
    const reader = service.browser();
    const path = await follow(api, ofStory(slug), reader);
    const end = async (at: string) => (await api.request('DELETE', at, { key: null })).status;
    // Whatever else is named: it is not there, and that is what was asked for.
    expect(await end(`${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`)).toBe(204);
    expect(await end(`${ofStory(slug)}/${encodeURIComponent(reader.subscription.endpoint)}`)).toBe(400);
    await api.publish(slug, { breaking: true });
    await received(reader, 1);
    expect([await end(path), await end(path)]).toEqual([204, 204]);
    await api.publish(slug, { breaking: true });
    await settled(site, service);
    expect(reader.received).toHaveLength(1);
    // It may be taken up again.
    await follow(api, ofStory(slug), reader);
    await api.publish(slug, { breaking: true });
    await received(reader, 2);
  });
});

it('one address may begin so many subscriptions in a minute, and ends as many as it likes', async () => {
  const { api } = await serverForTest({ env: { SUBSCRIPTIONS_PER_ADDRESS: '3' } });
  const made: string[] = [];
  for (let at = 0; at < 3; at += 1) {
    const { status, body } = await ask(api, BREAKING, { endpoint: GOOD_ENDPOINTS[0], keys: keysOf() });
    expect(status).toBe(201);
    made.push(body.id);
  }
  const refused = await ask(api, BREAKING, { endpoint: GOOD_ENDPOINTS[0], keys: keysOf() });
  expect([refused.status, refused.body.code, refused.body.limit]).toEqual([
    429,
    'too_many_requests',
    'subscriptions_per_address',
  ]);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  for (const id of made) expect((await api.request('DELETE', `${BREAKING}/${id}`, { key: null })).status).toBe(204);
});

it('a site keeps its key over restarts, and a subscription that was made with it', async () => {
  const service = await pushServiceForTest();
  const options = { dataDir: await directoryForTest(), env: { PUSH_SERVICES: service.origin } };
  const first = await serverForTest(options);
  const { slug } = await first.api.createStory();
  const reader = service.browser();
  await follow(first.api, ofStory(slug), reader);
  const { key } = (await first.api.get<{ key: string }>('/v1/push/key')).body;
  await first.close();
  const second = await serverForTest(options);
  expect((await second.api.get('/v1/push/key')).body).toEqual({ key });
  await second.api.publish(slug, { breaking: true });
  await received(reader, 1);
});

it('a server that sends no alerts has none of these doors', async () => {
  const { api } = await serverForTest({ env: { PUSH_SERVICES: 'none' } });
  const { slug } = await api.createStory();
  for (const path of ['/v1/push/key', BREAKING, ofStory(slug)]) {
    expect(fieldOf(await ask(api, path, { endpoint: GOOD_ENDPOINTS[0], keys: keysOf() })), path).toBe(
      '404 route_not_found',
    );
  }
  await api.publish(slug, { breaking: true });
});

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Story } from '@slugline/client/protocol';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { KEYS_STREAM } from '../../server/access/api-keys.js';
import { createLogger } from '../../server/logger.js';
import { openStore } from '../../server/store/open-store.js';
import type { Write } from '../../server/store/story-store.js';
import { ADMIN_KEY, type Api, directoryForTest, serverForTest, startServer } from '../helpers/server.js';

const SECRET = 'a secret that only the site and the server know';
const TOKENS = {
  TOKEN_ALGORITHM: 'HS256',
  TOKEN_KEY: SECRET,
  TOKEN_ISSUER: 'news.example',
  TOKEN_AUDIENCE: 'slugline',
};

interface TokenParts {
  readonly stories?: unknown;
  readonly expires?: string | number | null;
  readonly algorithm?: string;
  readonly key?: KeyObject | Uint8Array;
}

function sign(parts: TokenParts = {}): Promise<string> {
  const { expires = '5m', algorithm = 'HS256', key = new TextEncoder().encode(SECRET) } = parts;
  const token = new SignJWT('stories' in parts ? { stories: parts.stories } : { stories: ['secret-story'] })
    .setProtectedHeader({ alg: algorithm })
    .setIssuer('news.example')
    .setAudience('slugline');
  return (expires === null ? token : token.setExpirationTime(expires)).sign(key);
}

const bearer = (api: Api, path: string, key: string | null) => api.get(path, { key });

describe('the list of stories', () => {
  it('says nothing of private stories to strangers, not even where a page ends', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    for (let count = 0; count < 12; count += 1) {
      await api.createStory({ slug: `hidden-${count}`, visibility: 'private' });
    }
    const seen: string[] = [];
    let before = '';
    for (let pages = 0; pages < 10; pages += 1) {
      const { body } = await api.get<{ stories: Story[]; older?: string }>(`/v1/stories?limit=1${before}`, {
        key: null,
      });
      expect(JSON.stringify(body)).not.toContain('hidden');
      seen.push(...body.stories.map((story) => story.slug));
      if (body.older === undefined) break;
      before = `&before=${encodeURIComponent(body.older)}`;
    }
    expect(seen).toEqual([slug]);
  });
});

describe('API keys', () => {
  it('are shown once, listed without their secret, and gone when revoked', async () => {
    const { api } = await serverForTest();
    type Created = { key: { id: string; name: string; role: string; createdAt: string }; secret: string };
    const created = await api.request<Created>('POST', '/v1/keys', { body: { name: 'CMS', role: 'editor' } });
    expect(created.status).toBe(201);
    const { key, secret } = created.body;
    expect(secret).toMatch(/^sl_[A-Za-z0-9]{12}_[A-Za-z0-9]{43}$/);
    expect(created.headers.get('location')).toBe(`/v1/keys/${key.id}`);
    expect(created.headers.get('cache-control')).toBe('private, no-store');
    await api.request('POST', '/v1/stories', { body: { slug: 'by-cms', headline: 'H' }, key: secret });

    const list = await api.get<{ keys: Created['key'][] }>('/v1/keys');
    expect(list.body.keys.map(({ name, role }) => [name, role])).toEqual([
      ['CMS', 'editor'],
      ['first admin key', 'admin'],
    ]);
    expect(JSON.stringify(list.body)).not.toMatch(/digest|secret/);

    expect((await api.request('DELETE', `/v1/keys/${key.id}`)).status).toBe(204);
    expect((await api.request('DELETE', `/v1/keys/${key.id}`)).status).toBe(204);
    const refused = await api.request('GET', '/v1/stories', { key: secret });
    expect([refused.status, refused.body.code]).toEqual([401, 'unauthenticated']);
    const after = await api.get<{ keys: object[] }>('/v1/keys');
    expect(after.body.keys[0]).toMatchObject({ name: 'CMS', revokedAt: expect.any(String) });
    expect((await api.request('DELETE', '/v1/keys/neverthere')).body.code).toBe('key_not_found');
  });

  it('always leave one admin key in force', async () => {
    const { api } = await serverForTest();
    const refused = await api.request('DELETE', '/v1/keys/testadmin');
    expect([refused.status, refused.body.code]).toEqual([409, 'last_admin_key']);
    const other = await api.createKey('admin');
    const ids = ['testadmin', other.split('_')[1]];
    const both = await Promise.all(ids.map((id) => api.request('DELETE', `/v1/keys/${id}`)));
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  it('may be many, but not without end', async () => {
    const dataDir = await directoryForTest();
    const store = await openStore({ dataDir });
    const at = new Date().toISOString();
    const writes = Array.from({ length: 999 }, (_, n): Write => {
      const record = { id: `imported${n}`, name: `Key ${n}`, role: 'reader', createdAt: at, digest: '00'.repeat(32) };
      const form = JSON.stringify(record);
      const orderKey = `${at}-${record.id}`;
      return { edition: 'desk', objectId: record.id, version: 1, kind: 'entry.published', orderKey, form };
    });
    await store.commit({ stream: KEYS_STREAM, at, expected: [], writes });
    await store.close();
    const { api } = await serverForTest({ dataDir });
    expect((await api.get<{ keys: object[] }>('/v1/keys')).body.keys).toHaveLength(1_000);
    const answer = await api.request('POST', '/v1/keys', { body: { name: 'N', role: 'reader' } });
    expect([answer.status, answer.body.code]).toEqual([409, 'too_many_keys']);
    expect((await api.request('DELETE', '/v1/keys/imported7')).status).toBe(204);
    await api.createKey('reader');
  });

  it('take no Idempotency-Key, since the answer to a retry would have to hold the secret', async () => {
    const { api } = await serverForTest();
    const headers = { 'idempotency-key': 'k' };
    const answer = await api.request('POST', '/v1/keys', { body: { name: 'N', role: 'reader' }, headers });
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, 'Idempotency-Key']);
  });

  it('outlive a restart, revoked ones stay revoked, and so does the key of the configuration', async () => {
    const dataDir = await directoryForTest();
    const first = await startServer({ dataDir });
    const admin = await first.api.createKey('admin');
    const editor = await first.api.createKey('editor');
    expect((await first.api.request('DELETE', '/v1/keys/testadmin', { key: admin })).status).toBe(204);
    await first.close();
    const { api } = await serverForTest({ dataDir });
    expect((await bearer(api, '/v1/keys', admin)).status).toBe(200);
    expect((await bearer(api, '/v1/stories', editor)).status).toBe(200);
    expect((await bearer(api, '/v1/stories', ADMIN_KEY)).status).toBe(401);
  });

  it('are made at the first start when the configuration has none, and only then', async () => {
    const dataDir = await directoryForTest();
    const env = { SLUGLINE_ADMIN_KEY: '' };
    const first = await startServer({ dataDir, env });
    const made = first.server.firstAdminKey ?? '';
    expect(made).toMatch(/^sl_/);
    expect((await bearer(first.api, '/v1/keys', made)).status).toBe(200);
    await first.close();
    const second = await serverForTest({ dataDir, env });
    expect(second.server.firstAdminKey).toBeUndefined();
    expect((await bearer(second.api, '/v1/keys', made)).status).toBe(200);
  });

  it('of the configuration must not name the id of another key', async () => {
    const dataDir = await directoryForTest();
    await (await startServer({ dataDir })).close();
    const other = `sl_testadmin_${'x'.repeat(43)}`;
    await expect(startServer({ dataDir, env: { SLUGLINE_ADMIN_KEY: other } })).rejects.toThrow(
      /^SLUGLINE_ADMIN_KEY is not valid\. Its id belongs to another key/,
    );
  });

  it.each([
    ['unknown', `sl_nobodyatall_${'x'.repeat(43)}`],
    ['of the right id and another secret', `sl_testadmin_${'x'.repeat(43)}`],
    ['with a character more', `${ADMIN_KEY}x`],
    ['cut short', 'sl_testadmin'],
    ['no key at all', 'hunter2'],
    ['a token where none is taken', 'eyJhbGciOiJub25lIn0.e30.'],
  ])('are refused when %s, even where nobody needs one', async (_name, key) => {
    const { api } = await serverForTest();
    for (const path of ['/v1/stories', '/v1/keys']) {
      const answer = await bearer(api, path, key);
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="slugline"');
    }
  });

  it.each(['Basic c2w6c2w=', 'Bearer', `Bearer  ${ADMIN_KEY} extra`, `bearer:${ADMIN_KEY}`, ADMIN_KEY])(
    'are refused in an Authorization header of another form (%s)',
    async (authorization) => {
      const { api } = await serverForTest();
      const answer = await api.get('/v1/stories', { key: null, headers: { authorization } });
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    },
  );
});

describe('reader tokens', () => {
  it('open the private stories they name, and no other door', async () => {
    const { api } = await serverForTest({ env: TOKENS });
    for (const slug of ['secret-story', 'other-story']) await api.createStory({ slug, visibility: 'private' });
    const key = await sign();
    expect((await bearer(api, '/v1/stories/secret-story', key)).status).toBe(200);
    expect((await bearer(api, '/v1/stories/secret-story', null)).status).toBe(404);
    expect((await bearer(api, '/v1/stories/other-story', key)).status).toBe(404);
    expect((await bearer(api, '/v1/stories/secret-story?edition=desk', key)).status).toBe(403);
    const publish = await api.request('POST', '/v1/stories/secret-story/entries', { key, body: { headline: 'H' } });
    expect([publish.status, publish.body.code]).toEqual([403, 'forbidden']);
  });

  it('may be signed with a private key, of which the server has the public one', async () => {
    const pairs = {
      RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
      ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      EdDSA: generateKeyPairSync('ed25519'),
    };
    for (const [algorithm, { publicKey, privateKey }] of Object.entries(pairs)) {
      const TOKEN_KEY = publicKey.export({ type: 'spki', format: 'pem' }).toString();
      await using server = await startServer({ env: { ...TOKENS, TOKEN_ALGORITHM: algorithm, TOKEN_KEY } });
      const token = await sign({ algorithm, key: privateKey });
      expect([algorithm, (await bearer(server.api, '/v1/stories', token)).status]).toEqual([algorithm, 200]);
      // The public key as if it were a shared secret: the oldest trick against JWT.
      const confused = await sign({ key: new TextEncoder().encode(TOKEN_KEY) });
      expect((await bearer(server.api, '/v1/stories', confused)).status).toBe(401);
    }
    const wrongKind = {
      TOKEN_ALGORITHM: 'RS256',
      TOKEN_KEY: pairs.ES256.publicKey.export({ type: 'spki', format: 'pem' }),
    };
    await expect(
      startServer({ env: { ...TOKENS, ...wrongKind, TOKEN_KEY: wrongKind.TOKEN_KEY.toString() } }),
    ).rejects.toThrow(/^TOKEN_KEY is not valid/);
  });

  it('may come in the URL of what is followed, and nowhere else; keys never', async () => {
    const { api } = await serverForTest({ env: TOKENS });
    await api.createStory({ slug: 'secret-story', visibility: 'private' });
    const token = await sign();
    const follow = '/v1/stories/secret-story/changes';
    expect((await bearer(api, `${follow}?token=${token}`, null)).status).toBe(200);
    expect((await api.request('HEAD', `${follow}?token=${token}`, { key: null })).status).toBe(200);
    expect((await bearer(api, follow, null)).status).toBe(404);
    const refused = [
      `${follow}?token=${ADMIN_KEY}`,
      `${follow}?token=`,
      `${follow}?token=${token}&token=${token}`,
      `/v1/stories/secret-story?token=${token}`,
      `/v1/stories?token=${token}`,
    ];
    for (const path of refused) {
      const answer = await bearer(api, path, null);
      expect([path, answer.status, answer.body.errors?.[0]?.field]).toEqual([path, 400, '?token']);
    }
    const path = `/v1/stories/secret-story/entries?token=${token}`;
    const command = await api.request('POST', path, { key: null, body: { headline: 'H' } });
    expect([command.status, command.body.errors?.[0]?.field]).toEqual([400, '?token']);
  });
});

describe('the log', () => {
  it('has every request and none of the secrets', async () => {
    const lines: string[] = [];
    const logger = createLogger('trace', { write: (line: string) => void lines.push(line) });
    const token = await sign();
    {
      await using server = await startServer({ logger, env: TOKENS });
      const { api } = server;
      await api.createStory({ slug: 'secret-story', visibility: 'private' });
      await api.createKey('editor');
      await api.get(`/v1/stories/secret-story/changes?token=${token}&wait=0`, { key: null });
      await api.get('/sign-in/oidc/callback?code=c0de&state=st4te', { key: null });
      await api.get('/v1/stories', { headers: { cookie: 'session=abc', 'x-request-id': 'from-the-proxy' } });
      await bearer(api, '/v1/stories', `sl_nobodyatall_${'z'.repeat(43)}`);
    }
    const log = lines.join('');
    expect(log).toContain('"/v1/stories/secret-story/changes?token=[redacted]&wait=0"');
    expect(log).toContain('"/sign-in/oidc/callback?[redacted]"');
    expect(log).toContain('"id":"from-the-proxy"');
    for (const secret of [token, 'k'.repeat(43), 'z'.repeat(43), 'session=abc', SECRET, 'sl_', 'c0de', 'st4te']) {
      expect(log).not.toContain(secret);
    }
  });

  it('takes secrets out of what is logged by mistake', () => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
    logger.info({
      authorization: 'S1',
      req: { headers: { authorization: 'S2', cookie: 'S3' } },
      config: { adminKey: 'S4' },
    });
    expect(lines.join('')).not.toMatch(/S\d/);
  });
});

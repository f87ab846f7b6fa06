import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkOf, newPerson, type SignedIn, signedIn } from '../helpers/person.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';
import { badKeys } from '../hostile/bad-keys.js';

const AN_ENTRY = { headline: 'Crews reach the quay' };

let server: TestServer;
let slug: string;
beforeAll(async () => {
  server = await startServer();
  ({ slug } = await server.api.createStory());
});
afterAll(() => server?.close());

interface Asked {
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const ask = async (method: string, path: string, { headers = {}, body }: Asked = {}) => {
  const answer = await server.api.request<{ code?: string }>(method, path, { key: null, headers, body });
  return answer.body.code ?? answer.status;
};
const publish = (headers: Record<string, string>) =>
  ask('POST', `/v1/stories/${slug}/entries`, { headers, body: AN_ENTRY });
const invite = async (memberId: string): Promise<string> => {
  const made = await server.api.request<{ signIn: { url: string } }>('POST', `/v1/members/${memberId}/sign-in`);
  return made.body.signIn.url;
};

describe('a member signs in', () => {
  it('by a link, once, and is the one who does what they do', async () => {
    const made = await server.api.request<{ member: { id: string }; signIn: { url: string; expiresAt: string } }>(
      'POST',
      '/v1/members',
      { body: { name: 'Ines Halloran', role: 'editor' } },
    );
    const { member, signIn } = made.body;
    expect(signIn.url.startsWith(`${server.url}/console/#sign-in=si_`)).toBe(true);
    const person = await signedIn(server, signIn.url);
    const published = await server.api.request('POST', `/v1/stories/${slug}/entries`, {
      key: null,
      headers: person.person,
      body: AN_ENTRY,
    });
    expect(published.body).toMatchObject({
      entry: { createdBy: { name: 'Ines Halloran', memberId: member.id, keyId: expect.any(String) } },
    });
    const who = await server.api.get('/v1/session', { key: null, headers: { cookie: person.cookie } });
    expect(who.body).toEqual({
      member: { id: member.id, name: 'Ines Halloran', role: 'editor' },
      csrf: person.csrf,
    });
    expect(who.headers.get('cache-control')).toBe('no-store');
    const again = { link: linkOf(signIn.url) };
    expect(await ask('POST', '/v1/session', { body: again })).toBe('unauthenticated');
  });

  it('once, though several come with the link at a time', async () => {
    const { memberId } = await newPerson(server, 'editor');
    const link = linkOf(await invite(memberId));
    const tries = await Promise.all([1, 2, 3, 4].map(() => ask('POST', '/v1/session', { body: { link } })));
    expect(tries.toSorted()).toEqual([201, 'unauthenticated', 'unauthenticated', 'unauthenticated']);
  });

  it('by a personal key, and by no key that is nobody’s', async () => {
    const { memberId, person } = await newPerson(server, 'contributor');
    const made = await server.api.request<{ secret: string }>('POST', `/v1/members/${memberId}/keys`, {
      key: null,
      headers: person,
      body: { name: 'Laptop' },
    });
    expect(await ask('POST', '/v1/session', { body: { key: made.body.secret } })).toBe(201);
    expect(await ask('POST', '/v1/session', { body: { key: server.adminKey } })).toBe('no_member');
    expect(await ask('POST', '/v1/session', { body: { key: `${made.body.secret}x` } })).toBe('unauthenticated');
    expect(await ask('POST', '/v1/session', { body: {} })).toBe('invalid_input');
  });

  it('by no key that may less than they do, nor does such a key make one that may more', async () => {
    const { memberId } = await newPerson(server, 'editor');
    const keys = `/v1/members/${memberId}/keys`;
    const keyOf = async (role: string): Promise<string> =>
      (await server.api.request<{ secret: string }>('POST', keys, { body: { name: role, role } })).body.secret;
    for (const role of ['reader', 'contributor']) {
      const key = await keyOf(role);
      expect(await ask('POST', '/v1/session', { body: { key } })).toBe('forbidden');
      const headers = { authorization: `Bearer ${key}` };
      for (const more of [{ name: 'N' }, { name: 'N', role: 'editor' }]) {
        expect(await ask('POST', keys, { headers, body: more })).toBe('forbidden');
      }
    }
    const headers = { authorization: `Bearer ${await keyOf('contributor')}` };
    expect(await ask('POST', keys, { headers, body: { name: 'N', role: 'contributor' } })).toBe(201);
    expect(await ask('POST', keys, { headers, body: { name: 'N', role: 'admin' } })).toBe('forbidden');
    expect(
      await ask('POST', keys, {
        body: { name: 'N', role: 'admin' },
        headers: { authorization: `Bearer ${server.adminKey}` },
      }),
    ).toBe('invalid_input');
  });

  it('with a cookie that no script reads and no other site sends', async () => {
    const { memberId } = await newPerson(server, 'editor');
    const cookieOf = async (at: TestServer, url: string) => {
      const answer = await at.api.request('POST', '/v1/session', { key: null, body: { link: linkOf(url) } });
      return answer.headers.get('set-cookie');
    };
    expect(await cookieOf(server, await invite(memberId))).toMatch(
      /^slugline=ss_\w+; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Strict$/,
    );
    await using secure = await startServer({ env: { PUBLIC_URL: 'https://live.example' } });
    const made = await secure.api.request<{ signIn: { url: string } }>('POST', '/v1/members', {
      body: { name: 'N', role: 'admin' },
    });
    const { url } = made.body.signIn;
    expect(url).toMatch(/^https:\/\/live\.example\/console\/#sign-in=/);
    expect(await cookieOf(secure, url)).toMatch(
      /^__Host-slugline=ss_\w+; Path=\/; .*; HttpOnly; SameSite=Strict; Secure$/,
    );
  });
});

describe('what a browser sends by itself', () => {
  let editor: SignedIn;
  beforeAll(async () => {
    editor = await newPerson(server, 'editor');
  });

  it('changes nothing without the word that our pages alone know', async () => {
    const { cookie, csrf, person } = editor;
    const other = await newPerson(server, 'editor');
    expect(await publish(person)).toBe(201);
    expect(await publish({ cookie })).toBe('csrf_mismatch');
    for (const wrong of ['x', csrf.toUpperCase(), csrf.slice(1), other.csrf]) {
      expect(await publish({ cookie, 'x-csrf-token': wrong })).toBe('csrf_mismatch');
    }
    expect(await ask('DELETE', '/v1/session', { headers: { cookie } })).toBe('csrf_mismatch');
    expect(await ask('POST', '/v1/members', { headers: { cookie }, body: { name: 'N', role: 'admin' } })).toBe(
      'csrf_mismatch',
    );
    // Where it is a key that counts, no page was asked to do it.
    const withKey = { authorization: `Bearer ${server.adminKey}`, cookie };
    expect(await publish(withKey)).toBe(201);
  });

  it('is no hindrance to alerts, which a page of the story asks for as any reader does', async () => {
    const headers = { cookie: editor.cookie };
    const id = 's'.repeat(43);
    expect(await ask('DELETE', `/v1/stories/${slug}/subscriptions/${id}`, { headers })).toBe(204);
  });

  it('counts for nothing from a page of another origin', async () => {
    const { person } = editor;
    const desk = `/v1/stories/${slug}?edition=desk`;
    for (const foreign of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect(await publish({ ...person, ...foreign })).toBe('origin_forbidden');
      expect(await ask('GET', desk, { headers: { ...person, ...foreign } })).toBe('unauthenticated');
      const { memberId } = editor;
      const body = { link: linkOf(await invite(memberId)) };
      expect(await ask('POST', '/v1/session', { headers: { ...foreign }, body })).toBe('origin_forbidden');
    }
    const own = { origin: server.url, 'sec-fetch-site': 'same-origin' };
    expect(await publish({ ...person, ...own })).toBe(201);
    expect(await ask('GET', desk, { headers: { ...person, ...own } })).toBe(200);
  });

  it('is nobody where two cookies differ, where it was changed, and where it has ended', async () => {
    const { cookie } = editor;
    const other = await newPerson(server, 'admin');
    const bad = [`${cookie}; ${other.cookie}`, `${cookie}x`, cookie.toUpperCase(), `slugline=`, `x${cookie}`];
    for (const brought of bad) {
      const headers = { cookie: brought };
      expect([brought, await ask('GET', '/v1/session', { headers })]).toEqual([brought, 'unauthenticated']);
      expect(await ask('GET', `/v1/stories/${slug}`, { headers })).toBe(200);
    }
    expect(await ask('GET', '/v1/session', { headers: { cookie: `a=b; ${cookie}; ${cookie}` } })).toBe(200);
  });

  it('is nobody where it is nearly a session', async () => {
    const [name = '', session = ''] = editor.cookie.split('=');
    const bad = badKeys(session).flatMap(([what, text]) =>
      typeof text === 'string' && /^[\x20-\x7e]*$/.test(text) ? [[what, text] as const] : [],
    );
    // What stands beside a semicolon, or in white space, is another cookie, or none.
    const found = bad.filter(([, text]) => !text.split(';').some((part) => part.trim() === session));
    expect(found.length).toBeGreaterThan(60);
    for (const [what, text] of found) {
      const headers = { cookie: `${name}=${text}` };
      expect([what, await ask('GET', '/v1/session', { headers })]).toEqual([what, 'unauthenticated']);
    }
    const desk = { headers: { authorization: `Bearer ${session}` } };
    expect(await ask('GET', `/v1/stories/${slug}?edition=desk`, desk)).toBe('unauthenticated');
    expect(await ask('POST', '/v1/session', { body: { key: session } })).toBe('unauthenticated');
    expect(await ask('POST', '/v1/session', { body: { link: session } })).toBe('unauthenticated');
  });

  it('opens a socket as that member, from our own pages only', async () => {
    const { cookie } = editor;
    for (const transport of ['websocket', 'polling']) {
      const ways: readonly [Record<string, string>, string][] = [
        [{ cookie, origin: server.url }, 'ok'],
        [{ cookie, origin: 'https://evil.example' }, 'unauthenticated'],
        [{ cookie: `${cookie}x`, origin: server.url }, 'unauthenticated'],
      ];
      for (const [extraHeaders, wanted] of ways) {
        const { ask: join } = await connectSocket(server.url, { transports: [transport], extraHeaders });
        const answer = await join({ slug, edition: 'desk' });
        expect(answer.ok ? 'ok' : answer.error.code, `${transport} ${JSON.stringify(extraHeaders)}`).toBe(wanted);
      }
    }
  });

  it('reads a private story and its page', async () => {
    const { slug: hidden } = await server.api.createStory({ visibility: 'private' });
    const { cookie } = editor;
    for (const path of [`/v1/stories/${hidden}`, `/s/${hidden}`]) {
      expect(await ask('GET', path)).not.toBe(200);
      const answer = await server.api.get(path, { key: null, headers: { cookie } });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get('cache-control')).toMatch(/no-store/);
    }
  });
});

describe('a member signs out', () => {
  it('of this browser, or of all, and of theirs alone', async () => {
    const one = await newPerson(server, 'editor');
    const two = await signedIn(server, await invite(one.memberId));
    const three = await signedIn(server, await invite(one.memberId));
    const unused = linkOf(await invite(one.memberId));
    const other = await newPerson(server, 'editor');
    expect(await ask('DELETE', '/v1/session', { headers: one.person })).toBe(204);
    expect(await publish(one.person)).toBe('unauthenticated');
    expect(await publish(two.person)).toBe(201);
    const left = await server.api.request('DELETE', '/v1/sessions', { key: null, headers: two.person });
    expect([left.status, left.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/^slugline=; .*Max-Age=0/),
    ]);
    expect(await publish(two.person)).toBe('unauthenticated');
    expect(await publish(three.person)).toBe('unauthenticated');
    expect(await ask('POST', '/v1/session', { body: { link: unused } })).toBe('unauthenticated');
    expect(await publish(other.person)).toBe(201);
  });
});

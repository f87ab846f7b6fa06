import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { roleOf } from '../../server/oidc/role-of.js';
import { openStore } from '../../server/store/open-store.js';
import { recorded } from '../helpers/audit-log.js';
import { directoryForTest, serverForTest, startServer, type TestServer } from '../helpers/server.js';
import { type SignInService, startSignInService } from '../helpers/sign-in-service.js';

const HOME = 'https://live.example/news';
const SESSION = '__Host-slugline';
const ATTEMPT = '__Host-slugline-attempt';

/** As much of a browser as signing in takes: it keeps cookies and goes where it is sent, step by step. */
class Browser {
  readonly cookies = new Map<string, string>();
  readonly #server: TestServer;

  constructor(server: TestServer) {
    this.#server = server;
  }

  /** What the server answers at a path, as a proxy in front of it asks that takes the path of its home away. */
  async visit(path: string): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.#server.url}${path}`, { redirect: 'manual', headers: { cookie } });
    for (const text of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      expect(text, text).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=(?:Lax|Strict); Secure$/);
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Goes to the service and is sent back by it. Answers the address to which it is sent back. */
  async toService(): Promise<string> {
    const { headers } = await this.visit('/sign-in/oidc');
    const { headers: back } = await fetch(headers.get('location') ?? '', { redirect: 'manual' });
    const address = back.get('location') ?? '';
    expect(address.startsWith(`${HOME}/sign-in/oidc/callback?`), address).toBe(true);
    return address.slice(HOME.length);
  }

  /** Signs in. Answers where that ends. */
  async signIn(): Promise<string> {
    const { status, headers } = await this.visit(await this.toService());
    expect(status).toBe(303);
    return headers.get('location') ?? '';
  }

  async member(): Promise<{ id: string; name: string; role: string } | undefined> {
    const response = await this.visit('/v1/session');
    return response.status === 200 ? (await response.json()).member : undefined;
  }
}

let service: SignInService;
let server: TestServer;
const settings = () => ({
  PUBLIC_URL: HOME,
  OIDC_ISSUER: service.issuer,
  OIDC_CLIENT_ID: service.clientId,
  OIDC_CLIENT_SECRET: service.clientSecret,
  OIDC_ROLES: 'desk=editor,desk-admins=admin,stringers=contributor',
});
beforeAll(async () => {
  service = await startSignInService();
  server = await startServer({ env: settings() });
});
afterAll(async () => {
  await server?.close();
  await service?.close();
});
beforeEach(() => {
  service.person = { sub: 'person-1', name: 'Ada Lindt', groups: ['desk'] };
  service.tokens = (token) => token;
  service.refuses = false;
  service.keepsCodes = false;
});

const refused = (why: string) => `/news/sign-in/refused?why=${why}`;

describe('signing in by the service of one’s organisation', () => {
  it('makes a member at the first time, who is the same at the next one and in step with the service', async () => {
    const browser = new Browser(server);
    expect(await browser.signIn()).toBe('/news/console/');
    const member = await browser.member();
    expect(member).toMatchObject({ name: 'Ada Lindt', role: 'editor' });
    expect([...browser.cookies.keys()], 'nothing of the attempt is left').toEqual([SESSION]);

    service.person = { sub: 'person-1', name: 'Ada Lindt-Berg', groups: ['readers', 'desk-admins', 'desk'] };
    const other = new Browser(server);
    expect(await other.signIn()).toBe('/news/console/');
    expect(await other.member()).toEqual({ ...member, name: 'Ada Lindt-Berg', role: 'admin' });
    expect(await browser.member(), 'the earlier session is the same member’s').toMatchObject({ role: 'admin' });

    service.person = { sub: 'person-2', name: 'Ada Lindt-Berg', groups: 'stringers' };
    const third = new Browser(server);
    await third.signIn();
    const second = await third.member();
    expect(second).toMatchObject({ role: 'contributor' });
    expect(second?.id).not.toBe(member?.id);

    const { records } = await recorded(server.api, '', 4);
    const made = records.filter(({ objects }) =>
      objects.some(({ type, id }) => type === 'member' && id === member?.id),
    );
    expect(made.map(({ action, by }) => [action, by.name])).toEqual([
      ['member.updated', 'the sign-in service'],
      ['member.created', 'the sign-in service'],
    ]);
  });

  it('says by a page of its own why somebody is not let in', async () => {
    const browser = new Browser(server);
    service.person = { sub: 'person-9', name: 'A reader', groups: ['readers'] };
    expect(await browser.signIn()).toBe(refused('no-role'));
    expect(await browser.member()).toBeUndefined();
    const page = await browser.visit('/sign-in/refused?why=no-role');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('cache-control')).toContain('no-store');
    expect(await page.text()).toContain('You are not a member of this desk');
    const members = await server.api.get<{ members: { name: string }[] }>('/v1/members');
    expect(members.body.members.map(({ name }) => name)).not.toContain('A reader');
    service.refuses = true;
    expect(await browser.signIn()).toBe(refused('denied'));
    expect(await (await browser.visit('/sign-in/refused?why=<script>')).text()).not.toContain('<script>');
  });

  it('lets nobody in who was suspended here, and ends what they have who lost their role there', async () => {
    service.person = { sub: 'person-3', name: 'Cy', groups: ['desk'] };
    const browser = new Browser(server);
    await browser.signIn();
    const { id = '' } = (await browser.member()) ?? {};
    const made = await server.api.request<{ secret: string }>('POST', `/v1/members/${id}/keys`, {
      body: { name: 'Cy’s script' },
    });
    const byKey = async () => (await server.api.get('/v1/stories', { key: made.body.secret })).status;
    expect(await byKey()).toBe(200);
    service.person = { sub: 'person-3', name: 'Cy', groups: [] };
    expect(await new Browser(server).signIn()).toBe(refused('no-role'));
    expect(await browser.member()).toBeUndefined();
    expect(await byKey(), 'their personal key').toBe(401);
    service.person = { sub: 'person-3', name: 'Cy', groups: ['desk'] };
    expect(await browser.signIn()).toBe('/news/console/');
    await server.api.request('PATCH', `/v1/members/${id}`, { body: { status: 'suspended' } });
    expect(await browser.signIn()).toBe(refused('suspended'));
    expect(await browser.member()).toBeUndefined();
  });

  it('believes no token that is not for us, of this attempt, in force and signed by the service', async () => {
    const past = Math.floor(Date.now() / 1_000) - 3_600;
    const wrong: Readonly<Record<string, SignInService['tokens']>> = {
      'another issuer': ({ claims }) => ({ claims: { ...claims, iss: 'https://elsewhere.example' }, signed: 'RS256' }),
      'another audience': ({ claims }) => ({ claims: { ...claims, aud: 'another-desk' }, signed: 'RS256' }),
      'several audiences, authorised for another': ({ claims }) => ({
        claims: { ...claims, aud: [service.clientId, 'another-desk'], azp: 'another-desk' },
        signed: 'RS256',
      }),
      'another nonce': ({ claims }) => ({ claims: { ...claims, nonce: 'n'.repeat(43) }, signed: 'RS256' }),
      'no nonce': ({ claims: { nonce: _, ...claims } }) => ({ claims, signed: 'RS256' }),
      'no subject': ({ claims: { sub: _, ...claims } }) => ({ claims, signed: 'RS256' }),
      'over long ago': ({ claims }) => ({ claims: { ...claims, iat: past, exp: past + 300 }, signed: 'RS256' }),
      'no end': ({ claims: { exp: _, ...claims } }) => ({ claims, signed: 'RS256' }),
      'no signature': ({ claims }) => ({ claims, signed: 'none' }),
      'our own secret for a key': ({ claims }) => ({ claims, signed: 'HS256' }),
      'another key of the same name': ({ claims }) => ({ claims, signed: 'forged' }),
    };
    for (const [what, tokens] of Object.entries(wrong)) {
      service.tokens = tokens;
      const browser = new Browser(server);
      expect(await browser.signIn(), what).toBe(refused('failed'));
      expect(await browser.member(), what).toBeUndefined();
    }
  });

  it('takes what comes back once, in the browser that began, and with what it began with', async () => {
    const browser = new Browser(server);
    const back = await browser.toService();
    const before = service.exchanged();
    const attempt = browser.cookies.get(ATTEMPT) ?? '';
    const where = async (visitor: Browser, path: string) => (await visitor.visit(path)).headers.get('location');

    const stranger = new Browser(server);
    expect(await where(stranger, back), 'a browser that began nothing').toBe(refused('expired'));
    await stranger.toService();
    expect(await where(stranger, back), 'a browser that began another attempt').toBe(refused('failed'));
    expect(service.exchanged(), 'the code was not even shown').toBe(before);

    const invented = back.replace(/code=[^&]*/, 'code=invented');
    expect(await where(browser, invented), 'a code that the service did not give').toBe(refused('failed'));
    browser.cookies.set(ATTEMPT, attempt);
    service.keepsCodes = true;
    expect(await where(browser, back), 'nothing was used up by that').toBe('/news/console/');
    expect(await where(browser, back), 'the same address again').toBe(refused('expired'));
    browser.cookies.set(ATTEMPT, attempt);
    expect(await where(browser, back), 'with the cookie kept').toBe(refused('expired'));

    await browser.toService();
    expect(await where(browser, '/sign-in/oidc/callback?code=a-code'), 'no state').toBe(refused('failed'));
    const [address = ''] = (await browser.toService()).split('&iss=');
    const moved = `${address}&redirect_uri=https://elsewhere.example&next=https://elsewhere.example`;
    expect(await where(browser, moved), 'nothing on the way says where it ends').toBe('/news/console/');
  });

  it('tells who comes back with what nobody vouches for to come later once it was too often', async () => {
    const strict = await serverForTest({ env: { ...settings(), AUTH_FAILURES_PER_ADDRESS: '2' } });
    const browser = new Browser(strict);
    const back = await browser.toService();
    expect((await browser.visit(back.replace('state=', 'state=x'))).headers.get('location')).toBe(refused('failed'));
    service.refuses = true;
    expect(await browser.signIn()).toBe(refused('denied'));
    const { status, headers } = await browser.visit(await browser.toService());
    expect([status, headers.has('retry-after'), headers.get('location')]).toEqual([429, true, null]);
    service.refuses = false;
    expect(await browser.signIn(), 'who is vouched for is let in').toBe('/news/console/');
  });

  it('makes no member where there are as many as there may be, and knows those who are there', async () => {
    const dataDir = await directoryForTest();
    const first = await startServer({ env: settings(), dataDir });
    await new Browser(first).signIn().finally(() => first.close());
    const store = await openStore({ dataDir });
    const at = new Date().toISOString();
    const members = Array.from({ length: 1_999 }, (_, count) => ({
      id: `member${count}x`,
      name: `Member ${count}`,
      role: 'contributor',
      status: 'suspended',
      createdAt: at,
      updatedAt: at,
    }));
    await store.commit({
      stream: '@members',
      at,
      expected: [],
      writes: members.map((member) => ({
        edition: 'desk',
        objectId: member.id,
        version: 1,
        kind: 'entry.published',
        orderKey: `${at}-${member.id}`,
        form: JSON.stringify(member),
      })),
    });
    await store.close();
    const full = await serverForTest({ env: settings(), dataDir });
    expect(await new Browser(full).signIn()).toBe('/news/console/');
    service.person = { sub: 'person-4', name: 'Dee', groups: ['desk'] };
    const browser = new Browser(full);
    expect((await browser.visit(await browser.toService())).status).toBe(409);
    expect(await browser.member()).toBeUndefined();
  });

  it('says that the service is away, and works again when it is back', async () => {
    const gone = await startSignInService();
    const other = await serverForTest({ env: { ...settings(), OIDC_ISSUER: gone.issuer } });
    await gone.close();
    const browser = new Browser(other);
    expect((await browser.visit('/sign-in/oidc')).headers.get('location')).toBe(refused('unreachable'));
    const back = await startSignInService(Number(new URL(gone.issuer).port));
    onTestFinished(() => back.close());
    expect(await browser.signIn()).toBe('/news/console/');
  });

  it('is told of to pages that offer it, and leads to the console where there is none', async () => {
    const answer = await server.api.get<object>('/v1/sign-in', { key: null });
    expect(answer.body).toEqual({ service: { url: `${HOME}/sign-in/oidc` } });
    const plain = await serverForTest();
    expect((await plain.api.get<object>('/v1/sign-in', { key: null })).body).toEqual({});
    for (const path of ['/sign-in/oidc', '/sign-in/oidc/callback?code=c&state=s']) {
      const { status, headers } = await plain.api.get(path, { key: null });
      expect([status, headers.get('location')]).toEqual([303, '/console/']);
    }
  });
});

it('a role is found in a claim by its name or the path to it, and the highest one counts', () => {
  const roles = new Map([
    ['desk', 'editor'],
    ['chiefs', 'admin'],
  ] as const);
  expect(roleOf({ groups: ['x', 'desk', 'chiefs'] }, 'groups', roles)).toBe('admin');
  expect(roleOf({ groups: 'desk' }, 'groups', roles)).toBe('editor');
  expect(roleOf({ 'https://news.example/roles': ['desk'] }, 'https://news.example/roles', roles)).toBe('editor');
  expect(roleOf({ realm_access: { roles: ['desk'] } }, 'realm_access.roles', roles)).toBe('editor');
  for (const held of [undefined, null, 7, {}, [['desk']], 'Desk', ['desk ']]) {
    expect(roleOf({ groups: held }, 'groups', roles)).toBeUndefined();
  }
  expect(roleOf({}, 'constructor.name', roles)).toBeUndefined();
});

import type { Problem } from '@slugline/client/protocol';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../server/logger.js';
import { readerToken, TOKEN_ENV } from '../helpers/reader-token.js';
import { ADMIN_KEY, type Api, serverForTest } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

const N = 4;
const env = { ...TOKEN_ENV, AUTH_FAILURES_PER_ADDRESS: String(N), METRICS_TOKEN: 'a-token-for-the-scraper' };
const SLUG = 'private-story';
const STORY = `/v1/stories/${SLUG}`;
const GUESS = `sl_testadmin_${'x'.repeat(43)}`;
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });

const signIn = (address: string) => ({ key: null, headers: from(address) });

interface Told {
  readonly code: string;
  readonly limit?: string | undefined;
  /** Milliseconds. */
  readonly retryAfter?: number | undefined;
}

const told = ({ headers, body }: { headers: Headers; body: Problem }): Told => {
  const seconds = headers.get('retry-after');
  return { code: body.code, limit: body.limit, retryAfter: seconds === null ? undefined : Number(seconds) * 1_000 };
};

/** Every place where a credential is brought, each answering what the server said of a bad one. */
const doors = (url: string, api: Api): Readonly<Record<string, (address: string) => Promise<Told>>> => ({
  'the Authorization header': async (address) => told(await api.get(STORY, { key: GUESS, headers: from(address) })),
  'an Authorization header of another form': async (address) =>
    told(await api.get(STORY, { key: null, headers: { authorization: 'Basic eA==', ...from(address) } })),
  '?token=': async (address) =>
    told(await api.get(`${STORY}/changes?token=ey.ey.ey`, { key: null, headers: from(address) })),
  'a link to sign in by': async (address) =>
    told(await api.request('POST', '/v1/session', { ...signIn(address), body: { link: GUESS.replace('sl_', 'si_') } })),
  'a key to sign in by': async (address) =>
    told(await api.request('POST', '/v1/session', { ...signIn(address), body: { key: GUESS } })),
  '/metrics': async (address) => told(await api.get('/metrics', { key: GUESS, headers: from(address) })),
  'the handshake of a socket': async (address) => {
    const refused: unknown = await connectSocket(url, { auth: { token: GUESS }, extraHeaders: from(address) }).catch(
      (error: { data: unknown }) => error.data,
    );
    return refusal(refused);
  },
  'a handshake with something else than a text': async (address) => {
    const refused: unknown = await connectSocket(url, { auth: { token: 7 }, extraHeaders: from(address) }).catch(
      (error: { data: unknown }) => error.data,
    );
    return refusal(refused);
  },
  'a join': async (address) => {
    const reader = await connectSocket(url, { extraHeaders: from(address) });
    const answer = await reader.ask({ slug: SLUG, token: GUESS });
    return refusal(answer.ok ? undefined : answer.error);
  },
});

function refusal(error: unknown): Told {
  const { code, limit, retryAfterMs } = error as { code: string; limit?: string; retryAfterMs?: number };
  return { code, limit, retryAfter: retryAfterMs };
}

const DOORS = Object.keys(doors('', {} as Api));

describe('who brings bad credentials', () => {
  it.each(DOORS)('by %s is told to come back later once there were too many', async (name) => {
    const { url, api } = await serverForTest({ env });
    await api.createStory({ slug: SLUG, visibility: 'private' });
    const knock = doors(url, api)[name];
    if (knock === undefined) throw new Error(`there is no door ${name}`);
    for (let failures = 1; failures <= N; failures += 1) {
      expect((await knock('192.0.2.7')).code, `failure ${failures} of ${N}`).toBe('unauthenticated');
    }
    const { code, limit, retryAfter = 0 } = await knock('192.0.2.7');
    expect([code, limit]).toEqual(['too_many_requests', 'auth_failures_per_address']);
    expect(retryAfter >= 1_000 && retryAfter <= 60_000, `asked to wait ${retryAfter} ms`).toBe(true);
    expect((await knock('192.0.2.8')).code).toBe('unauthenticated');
  });

  it('is counted at all doors together, and good credentials from there pass at each', async () => {
    const { url, api } = await serverForTest({ env });
    await api.createStory({ slug: SLUG, visibility: 'private' });
    const office = from('192.0.2.7');
    const knocks = doors(url, api);
    const answers: string[] = [];
    for (const name of DOORS) answers.push((await knocks[name]?.('192.0.2.7'))?.code ?? '');
    const expected = DOORS.map((_, index) => (index < N ? 'unauthenticated' : 'too_many_requests'));
    expect(answers).toEqual(expected);

    const token = await readerToken([SLUG]);
    expect((await api.get(STORY, { headers: office })).status).toBe(200);
    expect((await api.get(STORY, { key: null, headers: office })).status).toBe(404);
    expect((await api.get(`${STORY}/changes?token=${token}`, { key: null, headers: office })).status).toBe(200);
    expect((await api.get('/metrics', { key: env.METRICS_TOKEN, headers: office })).status).toBe(200);
    const reader = await connectSocket(url, { auth: { token: ADMIN_KEY }, extraHeaders: office });
    await reader.join({ slug: SLUG });
    const guest = await connectSocket(url, { extraHeaders: office });
    await guest.join({ slug: SLUG, token });
    // Who brings nothing has not guessed, and is told what is missing.
    expect(told(await api.get('/v1/keys', { key: null, headers: office })).code).toBe('unauthenticated');
  });

  it('is logged with address and key id, a bounded number of times, and without a secret', async () => {
    const lines: string[] = [];
    const logger = createLogger('warn', { write: (line: string) => void lines.push(line) });
    const { url, api } = await serverForTest({ env: { ...env, LOG_LEVEL: 'warn' }, logger });
    await api.createStory({ slug: SLUG, visibility: 'private' });
    const knocks = Object.values(doors(url, api));
    for (const knock of knocks) await knock('192.0.2.7');
    for (let more = 0; more < 20; more += 1) await api.get(STORY, { key: GUESS, headers: from('192.0.2.7') });
    const refused = lines.filter((line) => line.includes('a credential was refused'));
    expect(refused).toHaveLength(N);
    expect(JSON.parse(refused[0] ?? '{}')).toMatchObject({ address: '192.0.2.7', keyId: 'testadmin' });
    for (const secret of ['xxxx', 'ey.ey', env.METRICS_TOKEN, ADMIN_KEY]) expect(lines.join('')).not.toContain(secret);
  });
});

describe('/metrics', () => {
  it('with a token set answers only who brings it', async () => {
    const { api } = await serverForTest({ env: { METRICS_TOKEN: 'a-token-for-the-scraper' } });
    for (const key of [
      null,
      ADMIN_KEY,
      'a-token-for-the-scrape',
      'a-token-for-the-scraper1',
      'A-token-for-the-scraper',
    ]) {
      const answer = await api.get('/metrics', { key });
      expect([key, answer.status, answer.body.code]).toEqual([key, 401, 'unauthenticated']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    const answer = await api.get<string>('/metrics', { key: 'a-token-for-the-scraper' });
    expect(answer.body).toContain('slugline_connections');
    for (const path of ['/healthz', '/readyz']) expect((await api.get(path, { key: null })).status).toBe(200);
  });
});

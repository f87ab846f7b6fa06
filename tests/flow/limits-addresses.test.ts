import type { Problem } from '@slugline/client/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askForWebSocket } from '../helpers/handshake.js';
import { type Api, serverForTest, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

const N = 6;
const env = { REQUESTS_PER_ADDRESS: String(N) };
const SLUG = 'harbour-fire';
const STORY = `/v1/stories/${SLUG}`;

/** A server with a story, made from an address that counts for no test. */
async function serverWithStory(more: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await serverForTest({ env: { ...env, ...more } });
  const headers = from('198.51.100.1');
  await server.api.request('POST', '/v1/stories', { body: { slug: SLUG, headline: 'H' }, headers });
  return server;
}

/** What the proxy in front says, which is believed from this machine's own address. */
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });

const ask = (api: Api, address: string, path = STORY) => api.get<Problem>(path, { key: null, headers: from(address) });

async function askOften(api: Api, address: string, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < times; time += 1) statuses.push((await ask(api, address)).status);
  return statuses;
}

const OK = (times: number) => new Array(times).fill(200);

afterEach(() => {
  vi.useRealTimers();
});

describe('requests from one address', () => {
  it('are let in up to the limit, and the next one is told when to come back', async () => {
    const { api } = await serverWithStory();
    expect(await askOften(api, '192.0.2.7', N - 1)).toEqual(OK(N - 1));
    expect((await ask(api, '192.0.2.7')).status).toBe(200);
    const { status, headers, body } = await ask(api, '192.0.2.7');
    expect([status, body.code, body.limit]).toEqual([429, 'too_many_requests', 'requests_per_address']);
    const seconds = Number(headers.get('retry-after'));
    expect(seconds >= 1 && seconds <= 60, `Retry-After is ${seconds}`).toBe(true);
    expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
  });

  it('do not count for another address, but for all of one IPv6 network', async () => {
    const { api } = await serverWithStory();
    expect(await askOften(api, '192.0.2.7', N + 1)).toEqual([...OK(N), 429]);
    expect(await askOften(api, '192.0.2.8', N)).toEqual(OK(N));
    for (let host = 1; host <= N; host += 1) expect((await ask(api, `2001:db8:0:1::${host}`)).status).toBe(200);
    expect((await ask(api, '2001:db8:0:1:ffff::')).status).toBe(429);
    expect((await ask(api, '2001:db8:0:2::1')).status).toBe(200);
  });

  it('are let in again when the minute is over, however often they were refused', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { api } = await serverWithStory();
    expect(await askOften(api, '192.0.2.7', 3 * N)).toEqual([...OK(N), ...new Array(2 * N).fill(429)]);
    vi.advanceTimersByTime(60_001);
    expect(await askOften(api, '192.0.2.7', N + 1)).toEqual([...OK(N), 429]);
  });

  it('are those of every door but the operator’s', async () => {
    const { api, url } = await serverWithStory();
    const address = '192.0.2.9';
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      for (let time = 0; time < N; time += 1) expect((await ask(api, address, path)).status).toBe(200);
    }
    expect((await ask(api, address, '/v1/stories')).status).toBe(200);
    expect((await ask(api, address, `/s/${SLUG}`)).status).toBe(200);
    expect((await ask(api, address, `${STORY}/changes`)).status).toBe(200);
    expect((await ask(api, address, '/nothing/here')).status).toBe(404);
    const stop = new AbortController();
    const stream = await fetch(`${url}${STORY}/stream`, { headers: from(address), signal: stop.signal });
    expect(stream.status).toBe(200);
    stop.abort();
    expect((await api.request('POST', '/v1/stories', { key: null, headers: from(address) })).status).toBe(401);
    for (const path of [STORY, `/s/${SLUG}`, `${STORY}/changes`, `${STORY}/stream`, '/nothing/here']) {
      expect([path, (await ask(api, address, path)).status]).toEqual([path, 429]);
    }
  });
});

/** What a handshake that is refused is told. */
const handshake = {
  websocket: async (url: string, headers: Record<string, string>) => {
    const { status, headers: told, problem } = await askForWebSocket(url, headers);
    return { status, retryAfter: told['retry-after'], limit: problem?.limit };
  },
  polling: async (url: string, headers: Record<string, string>) => {
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers });
    const { limit }: Problem = await answer.json();
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), limit };
  },
};

describe('sockets from one address', () => {
  const connect = (url: string, address: string, transport: 'websocket' | 'polling' = 'websocket') =>
    connectSocket(url, { transports: [transport], extraHeaders: from(address) });

  it('join up to the limit, and the next join is told when to come back', async () => {
    const { url } = await serverWithStory();
    const [one, other] = [await connect(url, '192.0.2.7'), await connect(url, '192.0.2.7')];
    for (let joins = 2; joins < N; joins += 1) await one.join({ slug: SLUG });
    const refused = await other.ask({ slug: SLUG });
    if (refused.ok) throw new Error('one join too many was answered');
    const { retryAfterMs = 0, ...error } = refused.error;
    expect(error).toEqual({
      code: 'too_many_requests',
      message: `More than ${N} requests from this address in a minute.`,
      retryable: true,
      limit: 'requests_per_address',
    });
    expect(retryAfterMs >= 1_000 && retryAfterMs <= 60_000, `retryAfterMs is ${retryAfterMs}`).toBe(true);
    // It goes on hearing what it follows.
    expect(one.disconnects).toEqual([]);
    const elsewhere = await connect(url, '192.0.2.8');
    await elsewhere.join({ slug: SLUG });
  });

  it.each(['websocket', 'polling'] as const)('connect by %s up to the limit', async (transport) => {
    const { url, api } = await serverWithStory();
    for (let time = 0; time < N; time += 1) await connect(url, '192.0.2.7', transport);
    await expect(connect(url, '192.0.2.7', transport)).rejects.toThrow();
    const { status, retryAfter, limit } = await handshake[transport](url, from('192.0.2.7'));
    expect([status, limit]).toEqual([429, 'requests_per_address']);
    expect(Number(retryAfter) >= 1 && Number(retryAfter) <= 60, `Retry-After is ${retryAfter}`).toBe(true);
    expect((await ask(api, '192.0.2.7')).status).toBe(429);
    await connect(url, '192.0.2.8', transport);
  });
});

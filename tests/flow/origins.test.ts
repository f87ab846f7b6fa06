import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askForWebSocket } from '../helpers/handshake.js';
import { startServer, type TestServer } from '../helpers/server.js';

const SLUG = 'harbour-fire';
const ALLOWED = ['https://news.example', 'https://app.example:8443', 'http://localhost:8080'];

/** What a door answered: its status, the code of its problem, and who may read the answer. */
interface Answered {
  readonly status: number;
  readonly code?: string | undefined;
  readonly mayRead: string | undefined;
}

type Door = (url: string, headers: Record<string, string>) => Promise<Answered>;

const byFetch =
  (method: string, path: string): Door =>
  async (url, headers) => {
    const stop = new AbortController();
    const answer = await fetch(`${url}${path}`, { method, headers, signal: stop.signal });
    const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
    const code = isProblem ? (await answer.json()).code : undefined;
    stop.abort();
    return { status: answer.status, code, mayRead: answer.headers.get('access-control-allow-origin') ?? undefined };
  };

/** Each door with what it answers to those who may. */
const DOORS: Readonly<Record<string, [Door, number]>> = {
  'an upgrade to a WebSocket': [
    async (url, headers) => {
      const { status, problem } = await askForWebSocket(url, headers);
      // Browsers let every page open WebSockets: only the status keeps one out.
      return { status, code: problem?.code, mayRead: headers.Origin };
    },
    101,
  ],
  'a session of polls': [byFetch('GET', '/socket.io/?EIO=4&transport=polling'), 200],
  'a stream': [byFetch('GET', `/v1/stories/${SLUG}/stream`), 200],
  'a long poll': [byFetch('GET', `/v1/stories/${SLUG}/changes`), 200],
  'a snapshot': [byFetch('GET', `/v1/stories/${SLUG}`), 200],
  'a command': [byFetch('POST', `/v1/stories/${SLUG}/entries`), 401],
  'a preflight': [byFetch('OPTIONS', `/v1/stories/${SLUG}/entries`), 204],
};

let named: TestServer;
let open: TestServer;
beforeAll(async () => {
  named = await startServer({ env: { ALLOWED_ORIGINS: ALLOWED.join(',') } });
  open = await startServer();
  for (const { api } of [named, open]) await api.createStory({ slug: SLUG });
});
afterAll(() => Promise.all([named.close(), open.close()]));

describe.each(Object.entries(DOORS))('%s', (_name, [door, welcome]) => {
  it.each(ALLOWED)('is open to pages of %s, which is named', async (Origin) => {
    expect(await door(named.url, { Origin })).toEqual({ status: welcome, code: codeOf(welcome), mayRead: Origin });
  });

  it('is open to its own pages, and to what is no page', async () => {
    expect((await door(named.url, { Origin: new URL(named.url).origin })).status).toBe(welcome);
    expect((await door(named.url, {})).status).toBe(welcome);
  });

  it.each([
    ['another site', 'https://evil.example'],
    ['a name that begins alike', 'https://news.example.evil.example'],
    ['a name that ends alike', 'https://evil-news.example'],
    ['another scheme', 'http://news.example'],
    ['another port', 'https://news.example:8443'],
    ['the usual port of an origin that is named with one', 'https://app.example'],
    ['the usual port written out', 'https://news.example:443'],
    ['another case', 'https://News.Example'],
    ['a path', 'https://news.example/'],
    ['a list', 'https://news.example, https://evil.example'],
    ['a page without an origin', 'null'],
    ['nothing', ''],
    ['no origin at all', 'news.example'],
  ])('is closed to %s', async (_what, Origin) => {
    expect(await door(named.url, { Origin })).toMatchObject({ status: 403, code: 'origin_forbidden' });
  });

  it.each(['https://any.example', 'null'])('is open to %s where no origins are named', async (Origin) => {
    const { status, mayRead } = await door(open.url, { Origin });
    expect(status).toBe(welcome);
    expect(['*', Origin]).toContain(mayRead);
  });
});

it('is got round by no script: a session of polls gives its answers as text alone', async () => {
  const door = byFetch('GET', '/socket.io/?EIO=4&transport=polling&j=0');
  for (const { url } of [named, open])
    expect(await door(url, {})).toMatchObject({ status: 400, code: 'invalid_input' });
});

function codeOf(status: number): string | undefined {
  return status === 401 ? 'unauthenticated' : undefined;
}

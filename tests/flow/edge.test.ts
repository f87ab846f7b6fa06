import { request } from 'node:http';
import { connect } from '@slugline/client';
import type { CatchUp, Snapshot } from '@slugline/client/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../server/logger.js';
import { type Edge, startEdge } from '../helpers/edge.js';
import { openStream } from '../helpers/event-stream.js';
import { startInstance } from '../helpers/instance.js';
import { reaches } from '../helpers/reaches.js';
import { readerToken, TOKEN_ENV } from '../helpers/reader-token.js';
import { redisForTest } from '../helpers/redis-for-test.js';
import { type Api, createApi, serverForTest } from '../helpers/server.js';

/** The configuration of `examples/nginx-edge`, before two real instances. */
interface Site {
  readonly edge: Edge;
  readonly api: Api;
  readonly urls: readonly string[];
  /** How often the instances were asked for URLs like this. */
  asked(url: RegExp): Promise<number>;
  /** What the instances logged. */
  logged(): string;
}

async function startSite(): Promise<Site> {
  const redis = await redisForTest();
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  const start = () => serverForTest({ logger, env: { REDIS_URL: redis.url, ...TOKEN_ENV } });
  const urls = (await Promise.all([start(), start()])).map(({ url }) => url);
  const edge = await startEdge(urls);
  return {
    edge,
    api: createApi(edge.url),
    urls,
    asked: async (wanted) => (await edge.asked()).filter((one) => wanted.test(one.url)).length,
    logged: () => lines.join(''),
  };
}

/** A bare GET, with headers that `fetch` would not send. */
function get(url: string, headers: Readonly<Record<string, string>>): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** Polls that wait at the instances. */
async function waitingPolls(urls: readonly string[]): Promise<number> {
  const figures = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  return figures
    .map((text) => Number(/^slugline_connections\{transport="poll"\} (\d+)$/m.exec(text)?.[1] ?? 0))
    .reduce((sum, count) => sum + count, 0);
}

/** Stretches of two seconds that have begun or gone on since then: the edge asks once in each. */
function stretchesSince(moment: number): number {
  return Math.ceil((performance.now() - moment) / 2_000) + 1;
}

describe('an edge that collapses pollers', () => {
  it('asks once for all who ask the same, in whatever spelling, whether news come or none', async () => {
    const { edge, api, asked, urls } = await startSite();
    await api.createStory({ slug: 'ferry' });
    const { body } = await api.get<Snapshot>('/v1/stories/ferry', { key: null });
    const { epoch, seq } = body.position;
    const spellings = [
      `since=${epoch}:${seq}&wait=10`,
      `wait=10&since=${epoch}%3A${seq}`,
      `since=${epoch}%3a${seq}&wait=10&limit=30`,
      `limit=030&wait=10&since=${epoch}:${seq}`,
    ];
    let since = performance.now();
    const waiting = Array.from({ length: 60 }, async (_, at) => {
      const answer = await fetch(`${edge.url}/v1/stories/ferry/changes?${spellings[at % spellings.length]}`);
      return { status: answer.status, catchUp: (await answer.json()) as CatchUp };
    });
    await expect.poll(() => waitingPolls(urls)).toBeGreaterThan(0);
    await api.publish('ferry', { headline: 'A tug has come' });

    for (const { status, catchUp } of await Promise.all(waiting)) {
      expect(status).toBe(200);
      expect(catchUp.position.seq).toBe(seq + 1);
      expect(catchUp.entries).toMatchObject([{ headline: 'A tug has come' }]);
    }
    const forNews = await asked(/\/changes\?/);
    expect(forNews).toBeLessThanOrEqual(stretchesSince(since));

    const url = `${edge.url}/v1/stories/ferry/changes?since=${epoch}:${seq + 1}&wait=1`;
    since = performance.now();
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all(Array.from({ length: 40 }, () => fetch(url).then((answer) => answer.json())));
      for (const answer of answers) expect(answer).toMatchObject({ reset: false, entries: [] });
    }
    // Nobody is let through for having waited in vain.
    expect((await asked(/\/changes\?/)) - forNews).toBeLessThanOrEqual(stretchesSince(since));
    expect(edge.said()).toBe('');
  });

  it('makes pages and snapshots one request a second, whatever a link to them carries, and keeps no error', async () => {
    const { edge, api, asked } = await startSite();
    const snapshot = `${edge.url}/v1/stories/ferry`;
    expect((await fetch(snapshot)).status).toBe(404);
    expect((await fetch(`${edge.url}/s/ferry`)).status).toBe(404);
    await api.createStory({ slug: 'ferry' });
    const before = (await edge.asked()).length;
    const began = Date.now();
    const sources = ['', '?utm_source=a', '?utm_source=b&utm_medium=c', '?fbclid=d'];
    const pages = Array.from({ length: 40 }, (_, at) => fetch(`${edge.url}/s/ferry${sources[at % 4]}`));
    const snapshots = Array.from({ length: 40 }, () => fetch(snapshot));
    for (const answer of await Promise.all([...pages, ...snapshots])) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toMatch(/^public, max-age=[12]$/);
    }
    const seconds = Math.ceil((Date.now() - began) / 1_000) + 1;
    expect((await edge.asked()).length - before).toBeLessThanOrEqual(2 * seconds);
    expect(await asked(/^\/s\/ferry/)).toBeGreaterThan(1);

    // Who holds what it has, and who wants the head alone, are answered out of the cache, too.
    const etag = (await fetch(snapshot)).headers.get('etag') ?? '';
    expect((await fetch(snapshot, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    const head = await fetch(snapshot, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);

    // Figures are for those who ask an instance.
    expect((await fetch(`${edge.url}/metrics`)).status).toBe(404);
    expect((await fetch(`${edge.url}/readyz`)).status).toBe(200);
  });

  it('makes the front page one request a second and language, however readers ask for one', async () => {
    const { edge, asked } = await startSite();
    const german = ['de', 'de-AT,de;q=0.9,en;q=0.8', 'pl, de-CH;q=0.7, uk;q=0.5', 'DE-de'].map((wanted) => [
      '/',
      wanted,
    ]);
    const named = ['/?lang=de', '/?lang=de-DE&utm_source=a', '/?utm_source=b&lang=de'].map((path) => [path, 'ar']);
    const english = ['', 'xx', 'sdef,fresh', '*'].map((wanted) => ['/', wanted]).concat([['/?lang=xx', 'de']]);
    const began = performance.now();
    const titles = await Promise.all(
      [...german, ...named, ...english, ...german, ...named].map(async ([path, wanted = '']) => {
        const answer = await fetch(edge.url + path, { headers: { 'accept-language': wanted } });
        expect(answer.headers.get('vary')).toMatch(/\bAccept-Language\b/);
        return /<h1>([^<]*)/.exec(await answer.text())?.[1];
      }),
    );
    const seconds = Math.ceil((performance.now() - began) / 1_000) + 1;
    const inGerman = [...german, ...named].map(() => 'Liveticker');
    expect(titles).toEqual([...inGerman, ...english.map(() => 'Live coverage'), ...inGerman]);
    // `DE` is another spelling, which browsers do not have.
    expect(await asked(/^\//)).toBeLessThanOrEqual(3 * seconds);
  });
});

describe('an edge that keeps what is public', () => {
  it('keeps nothing for others that was answered to a credential, and refuses a bad one all the same', async () => {
    const { edge, api } = await startSite();
    await api.createStory({ slug: 'sealed', visibility: 'private' });
    await api.createStory({ slug: 'open' });
    await api.publish('open', { headline: 'For all', edNote: 'For the desk' });
    const token = await readerToken(['sealed']);
    const status = async (path: string, authorization?: string) =>
      (await fetch(edge.url + path, authorization === undefined ? {} : { headers: { authorization } })).status;

    // Often enough for some of them to be in one second, for which answers are kept.
    for (let time = 0; time < 5; time += 1) {
      for (const path of ['/v1/stories/sealed', '/v1/stories/sealed/changes', '/s/sealed']) {
        expect([
          path,
          (await fetch(edge.url + path, { headers: { authorization: `Bearer ${token}` } })).status,
        ]).toEqual([path, 200]);
        expect([path, await status(path)]).toEqual([path, 404]);
      }
      expect(await status(`/v1/stories/sealed/changes?token=${token}`)).toBe(200);
      expect(await status('/v1/stories/sealed/changes')).toBe(404);
      expect((await api.get('/v1/stories/open?edition=desk')).status).toBe(200);
      expect(await status('/v1/stories/open?edition=desk')).toBe(401);
      expect(await status('/v1/stories/open')).toBe(200);
      // A text that nginx by itself takes for none.
      expect(await status('/v1/stories/open', '0')).toBe(401);
    }
    // A token in an address is in no log.
    expect((await edge.asked()).map(({ url }) => url).join()).toContain('token=[redacted]');
    expect((await edge.asked()).map(({ url }) => url).join()).not.toContain(token);
  });

  it('lets no reader choose what the others get', async () => {
    const { edge, api, logged } = await startSite();
    await api.createStory({ slug: 'ferry' });
    const evil = 'evil.example';
    for (const path of ['/s/ferry', '/', '/feed.rss', '/s/ferry/feed.json', '/v1/stories/ferry']) {
      expect((await get(edge.url + path, { host: evil })).status, path).toBe(421);
      const forged = {
        forwarded: `host=${evil};proto=https`,
        'x-forwarded-host': evil,
        'x-forwarded-proto': 'gopher',
        'x-forwarded-port': '666',
        'x-forwarded-for': '203.0.113.66',
        'x-request-id': 'chosen-by-me',
        'x-original-url': `/${evil}`,
        'x-http-method-override': 'DELETE',
      };
      for (const headers of [forged, {}]) {
        const { text } = await get(edge.url + path, headers);
        expect(text, path).not.toMatch(/evil\.example|gopher|:666/);
      }
    }
    const ids = await Promise.all([1, 2, 3].map(() => fetch(`${edge.url}/v1/stories/ferry`)));
    expect(new Set(ids.map(({ headers }) => headers.get('x-request-id'))).size).toBe(3);
    expect(logged()).toContain('"remoteAddress":"127.0.0.1"');
    expect(logged()).not.toMatch(/203\.0\.113\.66|chosen-by-me/);
  });
});

describe('an edge before two instances', () => {
  it('brings changes by sockets, streams and polls, each as it comes', async () => {
    const { edge, api } = await startSite();
    await api.createStory({ slug: 'ferry' });
    const readers = (['socket', 'sse', 'poll'] as const).flatMap((transport) =>
      [1, 2].map((number) => {
        const connection = connect(edge.url, { transports: [transport] });
        onTestFinished(() => connection.close());
        return { name: `${transport} ${number}`, story: connection.story('ferry') };
      }),
    );
    await Promise.all(
      readers.map(({ name, story }) => reaches(story, `${name} to be live`, (s) => s.status === 'live')),
    );
    const stream = await openStream(`${edge.url}/v1/stories/ferry/stream`);
    await stream.received(1);
    for (const number of [1, 2, 3]) {
      await api.publish('ferry', { headline: `Entry ${number}` });
      await stream.received(1 + number);
      const has = `Entry ${number}`;
      await Promise.all(
        readers.map(({ name, story }) => reaches(story, `${name} to have ${has}`, (s) => s.entries.length === number)),
      );
    }
    for (const { story } of readers) expect(story.status).toBe('live');
  });

  it('goes on with the other one when one is gone, and when one stops', async () => {
    const redis = await redisForTest();
    const start = () => startInstance({ env: { REDIS_URL: redis.url, DRAIN_MS: '60000' } });
    const [first, second] = await Promise.all([start(), start()]);
    const edge = await startEdge([first.url, second.url]);
    const api = createApi(edge.url);
    await api.createStory({ slug: 'ferry' });
    // It waits for this reader, lets nobody else in, and answers what else it is asked.
    await (await openStream(`${first.url}/v1/stories/ferry/stream`)).received(1);
    process.kill(first.pid, 'SIGTERM');
    await expect.poll(() => fetch(`${first.url}/readyz`).then(({ status }) => status)).toBe(503);
    const streams = await Promise.all(
      Array.from({ length: 6 }, () => openStream(`${edge.url}/v1/stories/ferry/stream`)),
    );
    for (const stream of streams) {
      expect(stream.status).toBe(200);
      await stream.received(1);
    }
    await first.kill9();
    for (let limit = 1; limit <= 10; limit += 1) {
      expect((await fetch(`${edge.url}/v1/stories/ferry?limit=${limit}`)).status).toBe(200);
      await api.publish('ferry', { headline: `Entry ${limit}` });
    }
    for (const stream of streams) await stream.received(11);
    expect((await second.api.get<Snapshot>('/v1/stories/ferry')).body.entries).toHaveLength(10);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CatchUp } from '../../client-sdk/protocol/index.js';
import { readerToken, TOKEN_ENV } from '../helpers/reader-token.js';
import { serverForTest, startServer, type TestServer } from '../helpers/server.js';

describe('following a story by plain GET', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ env: TOKEN_ENV });
  });
  afterAll(() => server.close());

  const changes = (slug: string, query = '') => `${server.url}/v1/stories/${slug}/changes${query}`;
  const metric = async (pattern: RegExp) => pattern.exec((await server.api.get<string>('/metrics')).body)?.[1];
  const waiting = () => metric(/slugline_connections\{transport="poll"\} (\d+)/);

  async function read(
    url: string,
    init: RequestInit = {},
  ): Promise<{ response: Response; answer: CatchUp; text: string }> {
    const response = await fetch(url, init);
    const text = await response.text();
    return { response, text, answer: JSON.parse(text) };
  }

  async function waitingIs(count: number): Promise<void> {
    for (let tries = 0; (await waiting()) !== String(count); tries += 1) {
      if (tries > 200) throw new Error(`in vain for ${count} polls to wait; there are ${await waiting()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const positionOf = async (slug: string) => {
    const { epoch, seq } = (await read(changes(slug))).answer.position;
    return { epoch, seq, text: `${epoch}:${seq}` };
  };

  it('answers at once what changed since a position, and everything without one', async () => {
    const { slug } = await server.api.createStory();
    const start = await positionOf(slug);
    const first = await server.api.publish(slug);
    await server.api.publish(slug);
    await server.api.request('POST', `/v1/stories/${slug}/entries/${first.id}/withdrawal`, {
      body: { status: 'canceled' },
    });
    const { response, answer } = await read(changes(slug, `?since=${start.text}`));
    expect(answer).toMatchObject({ reset: false, position: { epoch: start.epoch, seq: 4 } });
    expect(answer.story).toBeUndefined();
    expect(answer.entries.map(({ status }) => status)).toEqual(['usable', 'canceled']);
    expect(response.headers.get('etag')).toBe(`"${start.epoch}:4"`);
    expect(response.headers.get('cache-control')).toBe('public, max-age=1');
    expect(response.headers.get('vary')).toContain('Authorization');
    const all = (await read(changes(slug, '?limit=1'))).answer;
    expect(all).toMatchObject({ reset: true, story: { slug }, position: { seq: 4 } });
    expect(all.entries).toHaveLength(1);
    expect(all.older).toBeDefined();
    expect((await read(changes(slug, '?since=other:3'))).answer).toMatchObject({ reset: true });
  });

  it('says nothing changed in an answer that a browser may not keep, so that nobody asks it in circles', async () => {
    const { slug } = await server.api.createStory();
    const { text } = await positionOf(slug);
    const { response, answer } = await read(changes(slug, `?since=${text}`));
    expect(answer).toMatchObject({ reset: false, entries: [], position: { seq: 1 } });
    expect(response.headers.get('cache-control')).toBe('public, max-age=0, s-maxage=1');
    const again = await fetch(changes(slug, `?since=${text}`), {
      headers: { 'if-none-match': response.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  it('holds on until something changes, and answers all who wait with the same bytes', async () => {
    const { slug } = await server.api.createStory();
    const { text } = await positionOf(slug);
    const url = changes(slug, `?since=${text}&wait=20`);
    const polls = Array.from({ length: 40 }, () => read(url));
    await waitingIs(40);
    const { id } = await server.api.publish(slug);
    const answers = await Promise.all(polls);
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers[0]?.answer).toMatchObject({ reset: false, position: { seq: 2 }, entries: [{ id }] });
    expect((await read(url)).text, 'the same to who comes later').toBe(answers[0]?.text);
    await waitingIs(0);
  });

  it('answers with the same position when the time is up', async () => {
    const { slug } = await server.api.createStory();
    const { text, epoch } = await positionOf(slug);
    const began = performance.now();
    const { answer } = await read(changes(slug, `?since=${text}&wait=1`));
    const took = performance.now() - began;
    expect(answer).toEqual({ position: { epoch, seq: 1 }, reset: false, entries: [] });
    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(3_000);
  });

  it('forgets those who went away', async () => {
    const { slug } = await server.api.createStory();
    const { text } = await positionOf(slug);
    const abort = new AbortController();
    const poll = fetch(changes(slug, `?since=${text}&wait=25`), { signal: abort.signal });
    await waitingIs(1);
    abort.abort();
    await expect(poll).rejects.toThrow();
    await waitingIs(0);
  });

  it('refuses what is not of the form by naming the parameter', async () => {
    const { slug } = await server.api.createStory();
    const bad: [string, string][] = [
      [changes(slug, '?since=yesterday'), '?since'],
      [changes(slug, '?since=a:-1'), '?since'],
      [changes(slug, '?wait=26'), '?wait'],
      [changes(slug, '?wait=-1'), '?wait'],
      [changes(slug, '?wait=soon'), '?wait'],
      [changes(slug, '?limit=0'), '?limit'],
      [changes(slug, '?edition=draft'), '?edition'],
      [`${server.url}/v1/breaking/changes?limit=5`, '?limit'],
    ];
    for (const [url, field] of bad) {
      const { response, answer } = await read(url);
      expect(response.status, url).toBe(400);
      expect(answer, url).toMatchObject({ code: 'invalid_input', errors: [{ field }] });
    }
    expect((await fetch(changes('no-such-story'))).status).toBe(404);
    expect((await fetch(changes(slug), { method: 'DELETE' })).status).toBe(405);
  });

  it('keeps answers for those with a credential out of caches', async () => {
    const { slug } = await server.api.createStory({ visibility: 'private' });
    const token = await readerToken([slug]);
    expect((await fetch(changes(slug))).status).toBe(404);
    const byHeader = await read(changes(slug), { headers: { authorization: `Bearer ${token}` } });
    expect(byHeader.response.headers.get('cache-control')).toBe('private, no-store');
    const byUrl = await read(changes(slug, `?token=${token}`));
    expect(byUrl.answer).toMatchObject({ story: { slug } });
    expect(byUrl.response.headers.get('cache-control')).toBe('private, no-store');
    const desk = await server.api.get<CatchUp>(`/v1/stories/${slug}/changes?edition=desk`);
    expect(desk.body).toMatchObject({ story: { createdBy: { keyId: expect.any(String) } } });
    expect(desk.headers.get('cache-control')).toBe('private, no-store');
  });

  it('refuses a poll whose story becomes private, or whose token runs out, while it waits', async () => {
    const { slug } = await server.api.createStory();
    const { text } = await positionOf(slug);
    const poll = fetch(changes(slug, `?since=${text}&wait=20`));
    await waitingIs(1);
    await server.api.request('PATCH', `/v1/stories/${slug}`, { body: { visibility: 'private' } });
    expect((await poll).status).toBe(404);

    const token = await readerToken([slug], 2);
    const { position } = (await read(changes(slug, `?token=${token}`))).answer;
    const since = `${position.epoch}:${position.seq}`;
    const late = await fetch(changes(slug, `?since=${since}&wait=20&token=${token}`));
    expect(late.status).toBe(401);
  });

  it('answers those who wait when the server closes', async () => {
    const own = await serverForTest();
    const { slug } = await own.api.createStory();
    const url = `${own.url}/v1/stories/${slug}/changes`;
    const { position } = (await read(url)).answer;
    const poll = read(`${url}?since=${position.epoch}:${position.seq}&wait=25`);
    for (;;) {
      const metrics = (await own.api.get<string>('/metrics')).body;
      if (metrics.includes('slugline_connections{transport="poll"} 1')) break;
    }
    await own.close();
    expect((await poll).answer).toEqual({ position, reset: false, entries: [] });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CatchUp, Change } from '../../client-sdk/protocol/index.js';
import { eventually } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { directoryForTest, serverForTest, startServer, type TestServer } from '../helpers/server.js';
import { followed, reaches, slowReaders } from '../helpers/slow-readers.js';
import { StallingStream } from '../helpers/stalling-reader.js';

describe('following a story by server-sent events', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const at = (slug: string, query = '') => `${server.url}/v1/stories/${slug}/stream${query}`;

  it('opens with a reset that carries the snapshot, and goes on with each change', async () => {
    const { slug } = await server.api.createStory();
    const first = await server.api.publish(slug);
    const stream = await openStream(at(slug));
    await stream.received(1);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers.get('cache-control')).toBe('no-store');
    expect(stream.headers.get('x-accel-buffering')).toBe('no');
    const second = await server.api.publish(slug, { headline: 'Lines\nand “quotes” 🔥' });
    const third = await server.api.publish(slug);
    await stream.received(3);
    const epoch = stream.events[0]?.id.split(':')[0];
    expect(stream.events).toMatchObject([
      {
        id: `${epoch}:2`,
        event: 'reset',
        data: { reset: true, position: { epoch, seq: 2 }, story: { slug }, entries: [{ id: first.id }] },
      },
      { id: `${epoch}:3`, event: 'change', data: { epoch, seq: 3, kind: 'entry.published', entry: { id: second.id } } },
      { id: `${epoch}:4`, event: 'change', data: { epoch, seq: 4, entry: { id: third.id } } },
    ]);
    // Anything but these lines would be read differently by some client.
    const framing = /^retry: \d{4}\n\n(id: [\w-]+:\d+\nevent: (reset|change)\ndata: .*\n\n)+$/;
    expect(stream.text()).toMatch(framing);
  });

  it('resumes with net changes that say what they follow', async () => {
    const { slug } = await server.api.createStory();
    const a = await server.api.publish(slug);
    const b = await server.api.publish(slug);
    const { body } = await server.api.get<{ position: { epoch: string } }>(`/v1/stories/${slug}`);
    const { epoch } = body.position;
    const edit = (id: string, headline: string) =>
      server.api.request('PATCH', `/v1/stories/${slug}/entries/${id}`, { body: { headline } });
    await edit(a.id, 'Once');
    await edit(b.id, 'Once');
    await edit(a.id, 'Twice');
    await server.api.request('PATCH', `/v1/stories/${slug}`, { body: { kicker: 'Live' } });

    const stream = await openStream(at(slug, `?since=${epoch}:2`));
    await stream.received(3);
    await server.api.publish(slug);
    await stream.received(4);
    const told = stream.events.map(({ id, event, data }) => {
      const { seq, after, through } = data as Change;
      return [id, event, seq, after, through];
    });
    expect(told).toEqual([
      [`${epoch}:5-7`, 'change', 5, 2, 7],
      [`${epoch}:6-7`, 'change', 6, undefined, 7],
      [`${epoch}:7`, 'change', 7, undefined, undefined],
      [`${epoch}:8`, 'change', 8, undefined, undefined],
    ]);
    expect(stream.events[0]?.data).toMatchObject({ kind: 'entry.updated', entry: { id: b.id, headline: 'Once' } });
    expect(stream.events[2]?.data).toMatchObject({ story: { kicker: 'Live' } });
  });

  it('starts where Last-Event-ID says, whatever the URL says', async () => {
    const { slug } = await server.api.createStory();
    for (let count = 0; count < 4; count += 1) await server.api.publish(slug);
    const stream = await openStream(at(slug));
    await stream.received(1);
    stream.close();
    const last = stream.events[0]?.id ?? '';
    const entry = await server.api.publish(slug);
    const resumed = await openStream(at(slug, `?since=${last.replace(/\d+$/, '1')}`), { 'last-event-id': last });
    await resumed.received(1);
    expect(resumed.events).toMatchObject([{ event: 'change', data: { seq: 6, entry: { id: entry.id } } }]);
    const none = await openStream(at(slug), { 'last-event-id': resumed.events[0]?.id ?? '' });
    await server.api.publish(slug);
    await none.received(1);
    expect(none.events).toMatchObject([{ event: 'change', data: { seq: 7 } }]);
  });

  it('resets who comes from another epoch', async () => {
    const { slug } = await server.api.createStory();
    const stream = await openStream(at(slug, '?since=another:7&limit=1'));
    await stream.received(1);
    expect(stream.events).toMatchObject([{ event: 'reset', data: { reset: true, position: { seq: 1 } } }]);
  });

  it('has no hole between what it starts with and what comes live', async () => {
    const { slug } = await server.api.createStory();
    let publishing = true;
    const writer = (async () => {
      while (publishing) await server.api.publish(slug);
    })();
    const streams = [];
    for (let count = 0; count < 20; count += 1) streams.push(await openStream(at(slug)));
    for (const stream of streams) await stream.received(6);
    publishing = false;
    await writer;
    for (const { events } of streams) {
      const seqs = events.map(({ data }) => {
        const { seq, position } = data as Partial<Change & CatchUp>;
        return seq ?? position?.seq ?? 0;
      });
      expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    }
  });

  it('refuses before the first byte, as a problem', async () => {
    const { slug } = await server.api.createStory();
    const bad: [string, Record<string, string>, number, string, string?][] = [
      [at(slug, '?since=yesterday'), {}, 400, 'invalid_input', '?since'],
      [at(slug, '?since=a:1&since=a:2'), {}, 400, 'invalid_input', '?since'],
      [at(slug, '?limit=1000'), {}, 400, 'invalid_input', '?limit'],
      [at(slug, '?surprise=1'), {}, 400, 'invalid_input', '?surprise'],
      [at(slug), { 'last-event-id': 'yesterday' }, 400, 'invalid_input', 'Last-Event-ID'],
      [at('no-such-story'), {}, 404, 'story_not_found'],
      [at('Not_A_Slug'), {}, 400, 'invalid_input', 'slug'],
      [at('@keys'), {}, 400, 'invalid_input', 'slug'],
      [at(slug, '?edition=desk'), {}, 401, 'unauthenticated'],
      [`${server.url}/v1/breaking/stream?edition=desk`, {}, 400, 'invalid_input', '?edition'],
    ];
    for (const [url, headers, status, code, field] of bad) {
      const response = await fetch(url, { headers });
      expect(response.status, url).toBe(status);
      expect(response.headers.get('content-type'), url).toMatch(/^application\/problem\+json/);
      const problem: unknown = await response.json();
      expect(problem, url).toMatchObject(field === undefined ? { code } : { code, errors: [{ field }] });
    }
    const wrong = await fetch(at(slug), { method: 'POST' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(at(slug), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });

  it('takes no large start on a slow link for falling behind', { timeout: 60_000 }, async () => {
    const own = await serverForTest();
    const { slug } = await own.api.createStory();
    const body = Array.from({ length: 5 }, () => ({ type: 'paragraph', content: [{ text: 'x'.repeat(20_000) }] }));
    for (let batch = 0; batch < 10; batch += 1) {
      await Promise.all(Array.from({ length: 10 }, () => own.api.publish(slug, { body })));
    }
    const slow = new StallingStream(own.server.port, slug, '?limit=100');
    slow.stall();
    const good = await openStream(`${own.url}/v1/stories/${slug}/stream?limit=1`);
    await own.api.publish(slug, { body });
    await good.received(2);
    slow.drain();
    await reaches(slow, slug, 102);
    expect(followed(slow, slug).entries.size).toBeGreaterThanOrEqual(100);
    for (const outcome of ['behind', 'closed'] as const) expect(await slowReaders(own.api, 'sse', outcome)).toBe(0);
  });

  it('ends when the server closes, and goes on at its successor from the last id', async () => {
    const dataDir = await directoryForTest();
    const first = await serverForTest({ dataDir });
    const { slug } = await first.api.createStory();
    const stream = await openStream(`${first.url}/v1/stories/${slug}/stream`);
    await stream.received(1);
    await first.close();
    await eventually('the end of the stream', () => stream.hasEnded());
    const second = await serverForTest({ dataDir });
    const { id } = await second.api.publish(slug);
    const resumed = await openStream(`${second.url}/v1/stories/${slug}/stream`, {
      'last-event-id': stream.events[0]?.id ?? '',
    });
    await resumed.received(1);
    expect(resumed.events).toMatchObject([{ event: 'change', data: { seq: 2, entry: { id } } }]);
  });
});

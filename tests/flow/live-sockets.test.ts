import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JoinAnswer, LIMITS } from '../../client-sdk/protocol/index.js';
import { eventually } from '../contract/store-harness.js';
import { type Api, serverForTest, startServer, type TestServer } from '../helpers/server.js';
import { connectSocket, entryIds, linkOf, type SocketReader } from '../helpers/socket-reader.js';

const seqs = ({ changes }: SocketReader) => changes.map(({ change }) => change.seq);
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** A body of about this many bytes as JSON. */
const bodyOf = (bytes: number) =>
  Array.from({ length: Math.ceil(bytes / 20_000) }, () => ({
    type: 'paragraph',
    content: [{ text: 'x'.repeat(Math.min(bytes, LIMITS.blockText)) }],
  }));

const storyPath = (slug: string, rest = '') => `/v1/stories/${slug}${rest}`;
const withdraw = (api: Api, slug: string, id: string) =>
  api.request('POST', storyPath(slug, `/entries/${id}/withdrawal`), { body: { status: 'canceled' } });

describe('following a story over Socket.IO', () => {
  let server: TestServer;
  let api: Api;
  beforeAll(async () => {
    server = await startServer();
    api = server.api;
  });
  afterAll(() => server.close());

  it('tells at the handshake how long a silence may last', async () => {
    const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    const { pingInterval, pingTimeout } = JSON.parse((await answer.text()).slice(1));
    expect(pingInterval).toBe(LIMITS.heartbeatSeconds * 1000);
    expect(pingInterval + pingTimeout).toBe(LIMITS.silenceSeconds * 1000);
  });

  it('answers a join with the newest page, then sends each change with seq + 1', async () => {
    const { slug } = await api.createStory();
    const first = await api.publish(slug, { headline: 'First' });
    const reader = await connectSocket(server.url);
    const joined = await reader.join({ slug });
    expect(joined).toMatchObject({ ok: true, reset: true, position: { seq: 2 }, audience: 1, story: { slug } });
    expect(entryIds(joined)).toEqual([first.id]);
    await api.publish(slug, { headline: 'Second – “ünïcode” 🔥' });
    await api.publish(slug, { headline: 'Third' });
    await reader.received(2);
    expect(reader.changes.map(({ slug: of, change }) => [of, change.seq, change.kind, change.after])).toEqual([
      [slug, 3, 'entry.published', undefined],
      [slug, 4, 'entry.published', undefined],
    ]);
    expect(reader.changes[0]?.change.entry).toMatchObject({ headline: 'Second – “ünïcode” 🔥' });
    expect(reader.changes[0]?.change.epoch).toBe(joined.position.epoch);
  });

  it('resumes from a position with net changes, and with nothing when nothing was missed', async () => {
    const { slug } = await api.createStory();
    const wrong = await api.publish(slug, { headline: 'Wrong name' });
    const reader = await connectSocket(server.url);
    const { position } = await reader.join({ slug });
    reader.socket.emit('story:leave', { slug });
    await withdraw(api, slug, wrong.id);
    const kept = await api.publish(slug, { headline: 'Kept' });
    const resumed = await reader.join({ slug, position });
    expect(resumed).toMatchObject({ reset: false, position: { seq: 4 } });
    expect(resumed.story).toBeUndefined();
    expect(entryIds(resumed)).toEqual([wrong.id, kept.id]);
    expect(JSON.stringify(resumed)).not.toContain('Wrong name');
    expect(await reader.join({ slug, position: resumed.position })).toMatchObject({ reset: false, entries: [] });
    expect(await reader.join({ slug, position: { epoch: 'other', seq: 4 } })).toMatchObject({ reset: true });
    expect((await reader.join({ slug, limit: 1 })).older).toBeDefined();
    expect(reader.changes).toEqual([]);
  });

  it('subscribes once however often a story is joined, and not at all once left', async () => {
    const { slug } = await api.createStory();
    const reader = await connectSocket(server.url);
    const other = await connectSocket(server.url);
    await Promise.all([reader.join({ slug }), reader.join({ slug }), reader.join({ slug })]);
    expect((await other.join({ slug })).audience).toBe(2);
    await api.publish(slug);
    await reader.received(1);
    reader.socket.emit('story:leave', { slug });
    reader.socket.emit('story:leave', { slug: 'never-joined' });
    reader.socket.emit('story:leave', 'nonsense');
    await reader.refusal({ slug: 'no-such-story' });
    await api.publish(slug);
    await other.received(2);
    await reader.refusal({ slug: 'no-such-story' });
    expect(seqs(reader)).toEqual([2]);
  });

  it('keeps every frame in order, large and small, among answers of joins', { timeout: 30_000 }, async () => {
    // Who is behind is answered first and told what it missed afterwards; this one is not to be.
    const own = await serverForTest({ env: { SLOW_READER_BYTES: '16777216' } });
    const { api } = own;
    const { slug } = await api.createStory();
    await Promise.all(Array.from({ length: 10 }, () => api.publish(slug, { body: bodyOf(60_000) })));
    const reader = await connectSocket(own.url);
    const { position } = await reader.join({ slug });
    const sizes = [1, 60, 20_000, 100, 64_000, 66_000, 100_000];
    let publishing = true;
    const answers: Promise<void>[] = [];
    const joins = (async () => {
      while (publishing) {
        answers.push(
          // A fresh start may be ahead of what was announced by then: what it has comes once more, or came already.
          reader
            .join({ slug, limit: 3 })
            .then((answer) => expect(answer.position.seq).toBeGreaterThanOrEqual(position.seq)),
        );
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let count = 0; count < 20; count += 1) {
        await api.publish(slug, { body: bodyOf(sizes[(count + writer) % sizes.length] ?? 1) });
      }
    });
    await Promise.all(writers);
    publishing = false;
    await joins;
    await reader.received(80);
    await Promise.all(answers);
    expect(seqs(reader)).toEqual(from(position.seq + 1, position.seq + 80));
  });

  it.each([['polling'], ['websocket', 'polling'], ['polling', 'websocket']])(
    'loses nothing over %s first, before, during and after an upgrade',
    { timeout: 30_000 },
    async (...transports) => {
      const { slug } = await api.createStory();
      const reader = await connectSocket(server.url, { transports });
      const { position } = await reader.join({ slug });
      for (let count = 0; count < 30; count += 1) {
        await Promise.all([api.publish(slug), api.publish(slug)]);
      }
      await reader.received(60);
      expect(seqs(reader)).toEqual(from(position.seq + 1, position.seq + 60));
      const expected = transports.includes('websocket') ? 'websocket' : 'polling';
      expect(reader.socket.io.engine.transport.name).toBe(expected);
    },
  );

  it('sends what is committed between entering the room and the answer by one of the two ways', async () => {
    const { slug } = await api.createStory();
    let publishing = true;
    let published = 0;
    const writer = (async () => {
      while (publishing) {
        await api.publish(slug);
        published += 1;
      }
    })();
    for (let round = 0; round < 15; round += 1) {
      const reader = await connectSocket(server.url);
      const { position, entries } = await reader.join({ slug, limit: 200 });
      const seen = published;
      await eventually('more news', () => published > seen + 3);
      await reader.received(2);
      const live = seqs(reader).filter((seq) => seq > position.seq);
      expect(live).toEqual(from(position.seq + 1, position.seq + live.length));
      expect(entries.length).toBe(Math.min(position.seq - 1, 200));
      reader.socket.close();
    }
    publishing = false;
    await writer;
  });

  it('answers what is not of the form by naming the field, and goes on', async () => {
    const { slug } = await api.createStory();
    const reader = await connectSocket(server.url);
    const bad: [unknown, string][] = [
      [undefined, 'request'],
      [null, 'request'],
      ['text', 'request'],
      [[], 'request'],
      [{}, 'slug'],
      [{ slug: 7 }, 'slug'],
      [{ slug: '@keys' }, 'slug'],
      [{ slug: '../etc' }, 'slug'],
      [{ slug: 'x'.repeat(81) }, 'slug'],
      [{ slug, limit: 0 }, 'limit'],
      [{ slug, limit: 201 }, 'limit'],
      [{ slug, limit: 1.5 }, 'limit'],
      [{ slug, position: 'a:1' }, 'position'],
      [{ slug, position: { epoch: 'a b', seq: 1 } }, 'position'],
      [{ slug, position: { epoch: 'a', seq: -1 } }, 'position.seq'],
      [{ slug, position: { epoch: 'a', seq: 1, more: 1 } }, 'position.more'],
      [{ slug, edition: 'draft' }, 'edition'],
      [{ slug, token: 1 }, 'token'],
      [{ slug, surprise: true }, 'surprise'],
      [{ slug, __proto__: { token: 'x' }, constructor: 1 }, 'constructor'],
    ];
    for (const [request, field] of bad) {
      const answer = await reader.ask(request);
      if (answer.ok) throw new Error(`${JSON.stringify(request)} was taken`);
      expect(answer.error, JSON.stringify(request)).toMatchObject({ code: 'invalid_input', retryable: false });
      expect(answer.error.message, JSON.stringify(request)).toContain(`${field} `);
    }
    for (const sent of [[], [{ slug }, 'more'], [{ slug }, {}, []]]) {
      const answer: JoinAnswer = await reader.socket.timeout(5_000).emitWithAck('story:join', ...sent);
      expect(answer, `${sent.length} arguments`).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
    }
    expect(await reader.refusal({ slug: 'no-such-story' })).toBe('story_not_found');
    reader.socket.emit('story:join', { slug });
    reader.socket.emit('story:join', 'nonsense');
    reader.socket.emit('story:join');
    reader.socket.emit('story:join', { slug }, 'no function');
    reader.socket.emit('story:join', { slug: Buffer.from('binary') });
    await reader.join({ slug });
    await api.publish(slug);
    await reader.received(1);
    expect(reader.disconnects).toEqual([]);
  });

  it('cuts off a message that is larger than allowed, and nobody else', async () => {
    const { slug } = await api.createStory();
    const good = await connectSocket(server.url);
    await good.join({ slug });
    const reader = await connectSocket(server.url);
    reader.socket.emit('story:join', { slug, token: 'x'.repeat(LIMITS.socketMessageBytes) });
    await eventually('the end of the connection', () => reader.disconnects.length === 1);
    await api.publish(slug);
    await good.received(1);
  });

  it('lets one socket follow 50 stories and no more', { timeout: 30_000 }, async () => {
    const slugs: string[] = [];
    for (let count = 0; count <= LIMITS.joinsPerSocket; count += 1) slugs.push((await api.createStory()).slug);
    const [first = '', ...others] = slugs;
    const last = others.pop() ?? '';
    const reader = await connectSocket(server.url);
    await reader.join({ slug: first });
    await Promise.all(others.map((slug) => reader.join({ slug })));
    expect(await reader.refusal({ slug: last })).toBe('too_many_joins');
    await reader.join({ slug: first });
    reader.socket.emit('story:leave', { slug: first });
    await reader.join({ slug: last });
    await Promise.all([last, ...others].map((slug) => api.publish(slug)));
    await api.publish(first);
    await reader.received(50);
    expect(new Set(reader.changes.map(({ slug }) => slug))).toEqual(new Set([last, ...others]));
  });

  it('does not take a large answer on a slow link for falling behind', { timeout: 30_000 }, async () => {
    const { slug } = await api.createStory();
    await Promise.all(Array.from({ length: 100 }, () => api.publish(slug, { body: bodyOf(100_000) })));
    const reader = await connectSocket(server.url);
    await reader.refusal({ slug: 'no-such-story' });
    const link = linkOf(reader);
    link.pause();
    const answers = Promise.all([reader.join({ slug, limit: 100 }), reader.join({ slug, limit: 100 })]);
    const other = await connectSocket(server.url);
    const { audience } = await other.join({ slug, limit: 1 });
    expect(audience).toBe(2);
    for (let count = 0; count < 5; count += 1) await api.publish(slug);
    await other.received(5);
    link.resume();
    expect((await answers).map(({ entries }) => entries.length)).toEqual([100, 100]);
    await reader.received(5);
    expect(seqs(reader)).toEqual(from(102, 106));
    expect(reader.disconnects).toEqual([]);
  });

  it('does not pile up refusals for a reader who only asks', { timeout: 30_000 }, async () => {
    const { slug } = await api.createStory();
    await Promise.all(Array.from({ length: 30 }, () => api.publish(slug, { body: bodyOf(100_000) })));
    const asker = await connectSocket(server.url);
    await asker.join({ slug, limit: 1 });
    linkOf(asker).pause();
    // More than the kernel takes for a stalled reader.
    for (let count = 0; count < 30; count += 1) asker.socket.emit('story:join', { slug, limit: 30 }, () => undefined);
    const other = await connectSocket(server.url);
    // It goes on asking: what came all at once may be refused before anything waits.
    const audience = async () => {
      for (let count = 0; count < 100; count += 1) asker.socket.emit('story:join', 'nonsense', () => undefined);
      return (await other.join({ slug, limit: 1 })).audience;
    };
    await expect.poll(audience, { message: 'the asker to be cut off', timeout: 10_000 }).toBe(1);
    linkOf(asker).resume();
    await eventually('the end of the connection', () => asker.disconnects.length === 1);
  });

  it('counts who is connected and what was sent', async () => {
    const own = await serverForTest();
    const metrics = async () => (await own.api.get<string>('/metrics')).body;
    const { slug } = await own.api.createStory();
    const reader = await connectSocket(own.url);
    await reader.join({ slug });
    await own.api.publish(slug);
    await reader.received(1);
    expect(await metrics()).toMatch(/slugline_connections\{transport="websocket"\} 1/);
    expect(await metrics()).toMatch(/slugline_deliveries_total\{transport="websocket"\} 1/);
    expect(await metrics()).toMatch(/slugline_joins_total\{result="reset"\} 1/);
    expect(await metrics()).toMatch(/slugline_fan_out_seconds_count\{door="socket"\} 1/);
    reader.socket.close();
    const deadline = Date.now() + 5_000;
    while (!/slugline_connections\{transport="websocket"\} 0/.test(await metrics())) {
      if (Date.now() > deadline) throw new Error('the connection was counted for 5 s after its end');
    }
  });
});

describe('the gateway', () => {
  it('sends everybody away when it closes, and closes without waiting for them', async () => {
    const server = await serverForTest();
    const { slug } = await server.api.createStory();
    const stalled = await connectSocket(server.url);
    const readers = [await connectSocket(server.url), await connectSocket(server.url, { transports: ['polling'] })];
    const goaways: unknown[] = [];
    for (const reader of [stalled, ...readers]) await reader.join({ slug });
    readers[0]?.socket.on('server:goaway', (goaway) => goaways.push(goaway));
    linkOf(stalled).pause();
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(3_000);
    await eventually('the reader to be told', () => goaways.length === 1);
    expect(goaways).toEqual([{ reconnectWithinMs: 5_000 }]);
    await eventually('both to be disconnected', () => readers.every(({ disconnects }) => disconnects.length > 0));
  });

  it('takes pages of the allowed origins, its own pages, and what is no page', async () => {
    const server = await serverForTest({ env: { ALLOWED_ORIGINS: 'https://news.example' } });
    const own = new URL(server.url).origin;
    for (const transports of [['websocket'], ['polling']]) {
      for (const origin of ['https://news.example', own, undefined]) {
        const extraHeaders = origin === undefined ? {} : { origin };
        await connectSocket(server.url, { transports, extraHeaders });
      }
      for (const origin of ['https://evil.example', 'https://news.example.evil.example', 'null']) {
        await expect(connectSocket(server.url, { transports, extraHeaders: { origin } })).rejects.toThrow();
      }
    }
  });
});

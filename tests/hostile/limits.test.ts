import type { DeskEntry, EntryPage, JoinAnswer, Problem, Snapshot, StoryReceipt } from '@slugline/client/protocol';
import { LIMITS } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { commitOf, entryWrite } from '../contract/store-harness.js';
import { storeForTest } from '../helpers/live-parts.js';
import { type Api, serverForTest, startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';
import { RawWebSocket } from './frames/raw-websocket.js';
import { textFrame } from './frames/websocket-frames.js';
import { type CommandName, FIELD_CASES, type LimitName } from './limits-of-fields.js';

const ENTRIES = (slug: string) => `/v1/stories/${slug}/entries`;

/** What a request comes to: `ok`, or the code with the field that it is about. */
const outcomeOf = ({ status, body }: { readonly status: number; readonly body: Problem }): string =>
  status < 400 ? 'ok' : [body.code, body.errors?.[0]?.field].filter(Boolean).join(' ');

/** Limits that a test below is about. */
const met = new Set<LimitName>();

/** A test of one limit at one door, below it, at it and above it. */
function limit(name: LimitName, door: string, run: (sizes: readonly number[]) => Promise<void>): void {
  met.add(name);
  it(`${name} at ${door}`, async () => {
    const most = LIMITS[name];
    await run([most - 1, most, most + 1]);
  });
}

describe('each limit lets in what is at it, and not what is above', { timeout: 60_000 }, () => {
  let server: TestServer;
  let api: Api;
  let slug: string;
  beforeAll(async () => {
    server = await startServer();
    api = server.api;
    slug = (await api.createStory()).slug;
  });
  afterAll(async () => {
    await server.close();
    expect(
      Object.keys(LIMITS).filter((name) => !met.has(name as LimitName)),
      'limits without a test',
    ).toEqual([]);
  });

  let made = 0;
  async function command(name: CommandName, body: object): Promise<string> {
    made += 1;
    const entry = async () => `${ENTRIES(slug)}/${(await api.publish(slug)).id}`;
    const send = async (method: string, path: string, fields: object) =>
      outcomeOf(await api.request(method, path, { body: fields }));
    switch (name) {
      case 'create':
        return send('POST', '/v1/stories', { slug: `made-${made}`, headline: 'H', ...body });
      case 'patch':
        return send('PATCH', `/v1/stories/${slug}`, body);
      case 'publish':
        return send('POST', ENTRIES(slug), { headline: 'H', ...body });
      case 'edit':
        return send('PATCH', await entry(), body);
      case 'correct':
        return send('POST', `${await entry()}/corrections`, body);
      case 'withdraw':
        return send('POST', `${await entry()}/withdrawal`, body);
      case 'key':
        return send('POST', '/v1/keys', body);
    }
  }

  for (const { limit: name, command: of, field, body } of FIELD_CASES) {
    limit(name, `${of}: ${field}`, async (sizes) => {
      const outcomes: string[] = [];
      for (const size of sizes) outcomes.push(await command(of, body(size)));
      expect(outcomes).toEqual(['ok', 'ok', `invalid_input ${field}`]);
    });
  }

  limit('slug', 'paths, joins', async ([, at = 0, above = 0]) => {
    const socket = await connectSocket(server.url);
    expect(outcomeOf(await api.get(`/v1/stories/${'y'.repeat(at)}`))).toBe('story_not_found');
    expect(outcomeOf(await api.get(`/v1/stories/${'y'.repeat(above)}`))).toBe('invalid_input slug');
    expect(await socket.refusal({ slug: 'y'.repeat(at) })).toBe('story_not_found');
    expect(await socket.refusal({ slug: 'y'.repeat(above) })).toBe('invalid_input');
  });

  limit('tag', '?tag', async (sizes) => {
    const asked = sizes.map((size) => api.get(`${ENTRIES(slug)}?tag=${'t'.repeat(size)}`));
    expect((await Promise.all(asked)).map(outcomeOf)).toEqual(['ok', 'ok', 'invalid_input ?tag']);
  });

  limit('idempotencyKey', 'Idempotency-Key', async (sizes) => {
    const outcomes: string[] = [];
    for (const size of sizes) {
      const headers = { 'idempotency-key': 'k'.repeat(size) };
      outcomes.push(outcomeOf(await api.request('POST', ENTRIES(slug), { body: { headline: 'H' }, headers })));
    }
    expect(outcomes).toEqual(['ok', 'ok', 'invalid_input Idempotency-Key']);
  });

  limit('pinned', 'pins', async (sizes) => {
    const own = (await api.createStory()).slug;
    const outcomes: string[] = [];
    for (let pins = 1; pins <= Math.max(...sizes); pins += 1) {
      const { id } = await api.publish(own);
      outcomes.push(outcomeOf(await api.request('PUT', `/v1/stories/${own}/pins/${id}`)));
    }
    expect(sizes.map((size) => outcomes[size - 1])).toEqual(['ok', 'ok', 'too_many_pins']);
  });

  limit('corrections', 'corrections: the newest are kept', async (sizes) => {
    const { id } = await api.publish(slug);
    const kept: number[] = [];
    for (let count = 1; count <= Math.max(...sizes); count += 1) {
      const path = `${ENTRIES(slug)}/${id}/corrections`;
      const { body } = await api.request<{ entry: DeskEntry }>('POST', path, { body: { text: `Number ${count}` } });
      kept[count] = body.entry.corrections.length;
      expect(body.entry.corrections[0]?.text).toBe(`Number ${count}`);
    }
    expect(sizes.map((size) => kept[size])).toEqual([sizes[0], sizes[1], sizes[1]]);
  });

  limit('entryBytes', 'publish', async (sizes) => {
    const body = (fill: number) => {
      const blocks = Array.from({ length: 8 }, (_, at) => 'x'.repeat(at < 7 ? 16_000 : fill));
      return { body: blocks.map((text) => ({ type: 'paragraph', content: [{ text }] })) };
    };
    const { id } = await api.publish(slug, { headline: 'H', ...body(1) });
    const { body: read } = await api.get<{ entry: DeskEntry }>(`${ENTRIES(slug)}/${id}?edition=desk`);
    const rest = Buffer.byteLength(JSON.stringify(read.entry)) - 1;
    const outcomes: string[] = [];
    for (const size of sizes) outcomes.push(await command('publish', body(size - rest)));
    expect(outcomes).toEqual(['ok', 'ok', 'entry_too_large']);
  });

  limit('objectBytes', 'the store', async (sizes) => {
    const store = await storeForTest();
    const outcomes: string[] = [];
    for (const size of sizes) {
      const form = JSON.stringify({ text: 'x'.repeat(size - '{"text":""}'.length) });
      const commit = store.commit(commitOf('flood', [entryWrite('desk', `e${size}`, { form })]));
      outcomes.push(
        await commit.then(
          () => 'ok',
          (error: { code: string }) => error.code,
        ),
      );
    }
    expect(outcomes).toEqual(['ok', 'ok', 'entry_too_large']);
  });

  limit('objectBytes', 'headers: the largest that its fields allow is below it', async ([, at = 0]) => {
    const words = (size: number) => '€'.repeat(size);
    const address = (size: number) => `https://a.example/${words(size - 'https://a.example/'.length)}`;
    const rendition = { url: address(LIMITS.url), width: 65_535, height: 65_535 };
    const receipt = await api.request<StoryReceipt>('POST', '/v1/stories', {
      body: {
        slug: 'z'.repeat(LIMITS.slug),
        headline: words(LIMITS.headline),
        standfirst: words(LIMITS.standfirst),
        kicker: words(LIMITS.kicker),
        picture: {
          ...rendition,
          caption: words(LIMITS.caption),
          creditLine: words(LIMITS.name),
          altText: words(LIMITS.altText),
          renditions: Array.from({ length: LIMITS.renditions }, () => rendition),
        },
        keyPoints: Array.from({ length: LIMITS.keyPoints }, () => ({
          text: words(LIMITS.keyPoint),
          entryId: 'e'.repeat(64),
        })),
        coverageEnd: '2031-01-01T00:00:00Z',
      },
    });
    expect(receipt.status).toBe(201);
    expect(Buffer.byteLength(JSON.stringify(receipt.body.story))).toBeLessThan(at - LIMITS.pinned * 67);
  });

  limit('requestBytes', 'a body', async (sizes) => {
    const outcomes: string[] = [];
    for (const size of sizes) {
      const body = '{"headline":"H"}'.padEnd(size, ' ');
      outcomes.push(outcomeOf(await api.request('POST', ENTRIES(slug), { body })));
    }
    expect(outcomes).toEqual(['ok', 'ok', 'body_too_large']);
  });

  limit('nesting', 'a body', async (sizes) => {
    const outcomes: string[] = [];
    for (const size of sizes) {
      const body = `{"x":${'['.repeat(size - 1)}${']'.repeat(size - 1)}}`;
      const { errors } = (await api.request('POST', ENTRIES(slug), { body })).body;
      outcomes.push(errors?.[0]?.message.includes('nested deeper') ? 'too deep' : 'read');
    }
    expect(outcomes).toEqual(['read', 'read', 'too deep']);
  });

  limit('socketMessageBytes', 'WebSocket and long polling', async (sizes) => {
    const packet = '42900["story:join",{"slug":"no-such-story"}]';
    const outcomes: string[] = [];
    for (const size of sizes) {
      const link = new RawWebSocket(server.url);
      await link.hears('0{"sid"');
      link.send(textFrame('40'));
      await link.hears('40{"sid"');
      link.send(textFrame(packet.padEnd(size, ' ')));
      outcomes.push(await link.hears('43900['));
      if (!link.isClosed) await link.end('end');
    }
    expect(outcomes).toEqual(['heard', 'heard', 'closed']);

    const statuses: number[] = [];
    for (const size of sizes) {
      const path = `${server.url}/socket.io/?EIO=4&transport=polling`;
      const { sid }: { sid: string } = JSON.parse((await (await fetch(path)).text()).slice(1));
      const post = (body: string) =>
        fetch(`${path}&sid=${sid}`, { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
      await post('40');
      statuses.push((await post(packet.padEnd(size, ' '))).status);
    }
    expect(statuses).toEqual([200, 200, 413]);
  });

  limit('pageDefault', 'a snapshot and a page', async (sizes) => {
    const own = (await api.createStory()).slug;
    const shown: [number, number, boolean][] = [];
    for (let count = 1; count <= Math.max(...sizes); count += 1) {
      await api.publish(own);
      if (!sizes.includes(count)) continue;
      const { body: snapshot } = await api.get<Snapshot>(`/v1/stories/${own}`);
      const { body: page } = await api.get<EntryPage>(ENTRIES(own));
      shown.push([snapshot.entries.length, page.entries.length, snapshot.older !== undefined]);
    }
    const [below = 0, at = 0] = sizes;
    expect(shown).toEqual([
      [below, below, false],
      [at, at, false],
      [at, at, true],
    ]);
  });

  limit('pageMax', 'everything that takes ?limit, and joins', async (sizes) => {
    const socket = await connectSocket(server.url);
    const paths = ['/v1/stories', `/v1/stories/${slug}`, ENTRIES(slug), `/v1/stories/${slug}/changes`];
    for (const path of paths) {
      const answers = await Promise.all(sizes.map((size) => api.get(`${path}?limit=${size}`)));
      expect([path, ...answers.map(outcomeOf)]).toEqual([path, 'ok', 'ok', 'invalid_input ?limit']);
    }
    const joins: JoinAnswer[] = await Promise.all(sizes.map((size) => socket.ask({ slug, limit: size })));
    expect(joins.map((answer) => answer.ok)).toEqual([true, true, false]);
  });

  limit('netChanges', 'a catch-up', async (sizes) => {
    const own = (await api.createStory()).slug;
    for (let count = 0; count < Math.max(...sizes) / 50; count += 1) {
      await Promise.all(Array.from({ length: 50 }, () => api.publish(own)));
    }
    const { position } = (await api.get<Snapshot>(`/v1/stories/${own}?limit=1`)).body;
    const resets: boolean[] = [];
    for (const size of sizes) {
      const since = `${position.epoch}:${position.seq - size}`;
      resets.push((await api.get<{ reset: boolean }>(`/v1/stories/${own}/changes?since=${since}`)).body.reset);
    }
    expect(resets).toEqual([false, false, true]);
  });

  limit('waitSeconds', '?wait', async (sizes) => {
    const answers = await Promise.all(sizes.map((size) => api.get(`/v1/stories/${slug}/changes?wait=${size}`)));
    expect(answers.map(outcomeOf)).toEqual(['ok', 'ok', 'invalid_input ?wait']);
  });

  limit('breaking', 'breaking news', async (sizes) => {
    const { api: alone } = await serverForTest();
    const own = (await alone.createStory()).slug;
    const shown: number[] = [];
    for (let count = 1; count <= Math.max(...sizes); count += 1) {
      const { id } = await alone.publish(own, { breaking: true });
      const { entries } = await vi.waitUntil(
        async () => {
          const { body } = await alone.get<EntryPage>('/v1/breaking');
          return body.entries[0]?.id === id && body;
        },
        { timeout: 10_000, interval: 5 },
      );
      shown[count] = entries.length;
    }
    expect(sizes.map((size) => shown[size])).toEqual([sizes[0], sizes[1], sizes[1]]);
  });

  limit('joinsPerSocket', 'joins', async (sizes) => {
    const socket = await connectSocket(server.url);
    const outcomes: string[] = [];
    for (let count = 1; count <= Math.max(...sizes); count += 1) {
      const answer = await socket.ask({ slug: (await api.createStory()).slug });
      outcomes.push(answer.ok ? 'ok' : answer.error.code);
    }
    expect(sizes.map((size) => outcomes[size - 1])).toEqual(['ok', 'ok', 'too_many_joins']);
  });

  limit('idempotencyHours', 'a retried command', async (sizes) => {
    const { api: alone } = await serverForTest();
    const own = (await alone.createStory()).slug;
    const start = Date.now();
    onTestFinished(() => void vi.useRealTimers());
    const outcomes: string[] = [];
    for (const hours of sizes) {
      const send = () =>
        alone.request('POST', ENTRIES(own), { body: { headline: 'H' }, headers: { 'idempotency-key': `k${hours}` } });
      vi.useFakeTimers({ toFake: ['Date'], now: start });
      await send();
      // To the end of the hour, which at the limit is the last moment before it.
      vi.setSystemTime(start + hours * 3_600_000 - 1_000);
      outcomes.push((await send()).headers.get('idempotency-replayed') ?? 'done anew');
    }
    expect(outcomes).toEqual(['true', 'true', 'done anew']);
  });

  limit('heartbeatSeconds', 'what a handshake announces', async ([, at = 0]) => {
    expect((await announced(server.url)).pingInterval).toBe(at * 1_000);
  });

  limit('silenceSeconds', 'what a handshake announces', async ([, at = 0]) => {
    const { pingInterval, pingTimeout } = await announced(server.url);
    expect(pingInterval + pingTimeout).toBe(at * 1_000);
  });

  limit('idleSeconds', 'a socket that follows nothing', async (sizes) => {
    const { url } = await serverForTest();
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    // The clock moves by hand from here on; the server looks at it every two seconds of the real one.
    vi.advanceTimersByTime(1_000);
    const looks = () => new Promise((resolve) => setTimeout(resolve, 2_500));
    const socket = await connectSocket(url);
    await looks();
    const outcomes: string[] = [];
    let passed = 0;
    for (const seconds of sizes) {
      vi.advanceTimersByTime((seconds - passed) * 1_000);
      passed = seconds;
      await looks();
      outcomes.push(socket.disconnects.length === 0 ? 'open' : 'closed');
    }
    expect(outcomes).toEqual(['open', 'closed', 'closed']);
  });

  it('and no limit is without such a test', () => {
    expect([...met].sort()).toEqual(Object.keys(LIMITS).sort());
  });
});

async function announced(url: string): Promise<{ readonly pingInterval: number; readonly pingTimeout: number }> {
  const text = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text();
  return JSON.parse(text.slice(1));
}

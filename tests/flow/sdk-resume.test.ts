import { connect, type LiveStory, type ResumeStorage } from '@slugline/client';
import type { PublicEntry, Snapshot, Story } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { reaches } from '../helpers/reaches.js';
import { relayForTest } from '../helpers/relay.js';
import { directoryForTest, startServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

type Reader = LiveStory<Story, PublicEntry>;

const isLive = ({ status }: Reader) => status === 'live';

interface TestStorage extends ResumeStorage {
  readonly kept: Map<string, string>;
}

/** Like `localStorage`, or like React Native's: the same with promises. */
function storageOf(kind: 'sync' | 'async'): TestStorage {
  const kept = new Map<string, string>();
  const sync = {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  if (kind === 'sync') return sync;
  return {
    kept,
    getItem: async (key) => sync.getItem(key),
    setItem: async (key, value) => sync.setItem(key, value),
    removeItem: async (key) => sync.removeItem(key),
  };
}

describe.each(['sync', 'async'] as const)('with a storage that is %s', (kind) => {
  test('a reload shows at once what was there, and goes on from it', async () => {
    const storage = storageOf(kind);
    const { slug } = await server.api.createStory();
    for (let at = 0; at < 5; at += 1) await server.api.publish(slug, { headline: `Entry ${at}` });
    const before = connect(server.url, { transports: ['socket'], storage }).story(slug, { limit: 3 });
    await reaches(before, 'the story to be live', isLive);
    await before.loadOlder();
    expect(before.entries).toHaveLength(5);
    await server.api.publish(slug, { headline: 'Live' });
    await reaches(before, 'a live entry', ({ entries }) => entries.length === 6);
    before.close();

    await server.api.publish(slug, { headline: 'Missed' });
    const connection = connect(server.url, { transports: ['socket'], storage });
    onTestFinished(() => connection.close());
    const after = connection.story(slug, { limit: 3 });
    const causes: string[] = [];
    const shown: number[] = [];
    after.on('change', ({ cause }) => {
      causes.push(cause);
      shown.push(after.entries.length);
    });
    await reaches(after, 'the story to be live', isLive);
    // What was kept is the first page with what came above it; older pages are loaded again when wanted.
    expect(causes).toEqual(['reset', 'catch-up']);
    expect(shown).toEqual([4, 5]);
    expect(after.hasOlder).toBe(true);
    await after.loadOlder();
    expect(after.entries).toHaveLength(7);
    expect(after.hasOlder).toBe(false);
  });
});

describe('a storage that is no good', () => {
  test.each([
    ['throws', { getItem: fail, setItem: fail, removeItem: fail }],
    ['rejects', { getItem: reject, setItem: reject, removeItem: reject }],
  ])('%s: the story goes on without it', async (_what, storage: ResumeStorage) => {
    const { slug } = await server.api.createStory();
    const connection = connect(server.url, { transports: ['poll'], storage });
    onTestFinished(() => connection.close());
    const story = connection.story(slug);
    const codes: string[] = [];
    story.on('error', ({ code }) => codes.push(code));
    await reaches(story, 'the story to be live', isLive);
    expect(codes).toEqual(['storage_failed']);
  });

  test.each([
    ['no JSON', '{'],
    ['something else', '{"reset":true,"entries":7}'],
    ['a list', '[]'],
    ['nothing', 'null'],
  ])('holds %s: the story begins afresh', async (_what, text) => {
    const storage = storageOf('sync');
    const { slug } = await server.api.createStory();
    await server.api.publish(slug);
    storage.kept.set(`slugline:${server.url}:public:${slug}`, text);
    const connection = connect(server.url, { transports: ['poll'], storage });
    onTestFinished(() => connection.close());
    const story = connection.story(slug);
    await reaches(story, 'the story to be live', isLive);
    expect(story.entries).toHaveLength(1);
  });
});

test('a text that is withdrawn leaves the storage with it', async () => {
  const storage = storageOf('sync');
  const { slug } = await server.api.createStory();
  const { id } = await server.api.publish(slug, { headline: 'A rumour' });
  const connection = connect(server.url, { transports: ['socket'], storage });
  onTestFinished(() => connection.close());
  const story = connection.story(slug);
  const kept = () => [...storage.kept.values()].join();
  await expect.poll(kept, { message: 'the entry to be kept' }).toContain('A rumour');
  // Within the second in which writes are gathered: a page that is closed then must not have it still.
  const body = { status: 'canceled' };
  await server.api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { body });
  await reaches(story, 'the withdrawal', ({ entries }) => entries[0]?.status === 'canceled');
  expect(kept()).not.toContain('A rumour');
});

test('a story longer than is kept is not kept, rather than with a hole', async () => {
  const storage = storageOf('sync');
  const { slug } = await server.api.createStory();
  const connection = connect(server.url, { transports: ['socket'], storage });
  onTestFinished(() => connection.close());
  const story = connection.story(slug);
  await reaches(story, 'the story to be live', isLive);
  const body = [{ type: 'paragraph', content: [{ text: 'x'.repeat(18_000) }] }];
  for (let at = 0; at < 30; at += 1) await server.api.publish(slug, { body });
  await reaches(story, 'all entries', ({ entries }) => entries.length === 30);
  story.close();
  expect(storage.kept.size).toBe(0);
});

test('a snapshot that came with the page is shown at once, and not fetched again', async () => {
  const { slug } = await server.api.createStory();
  for (let at = 0; at < 4; at += 1) await server.api.publish(slug, { headline: `Entry ${at}` });
  const { body: initial } = await server.api.get<Snapshot>(`/v1/stories/${slug}?limit=2`);
  await server.api.publish(slug, { headline: 'Since the page was made' });
  const relay = await relayForTest(server.url);
  for (const transport of ['socket', 'sse', 'poll'] as const) {
    relay.requests.length = 0;
    const connection = connect(relay.url, { transports: [transport] });
    onTestFinished(() => connection.close());
    const story = connection.story(slug, { initial });
    expect(story.entries).toEqual(initial.entries);
    expect(story.story).toEqual(initial.story);
    expect(story.hasOlder).toBe(true);
    expect(story.status).toBe('connecting');
    const causes: string[] = [];
    story.on('change', ({ cause }) => causes.push(cause));
    await reaches(story, 'what came since', ({ entries }) => entries.length === 3);
    expect(causes).toEqual([transport === 'sse' ? 'live' : 'catch-up']);
    expect(relay.requests).not.toContain(`GET /v1/stories/${slug}`);
    await story.loadOlder();
    expect(story.entries).toHaveLength(5);
    connection.close();
  }
});

test('a page that hands over nonsense is told, and the story is fetched', async () => {
  const { slug } = await server.api.createStory();
  const connection = connect(server.url, { transports: ['poll'] });
  onTestFinished(() => connection.close());
  const initial: Snapshot = JSON.parse('{"entries":{}}');
  const story = connection.story(slug, { initial });
  const codes: string[] = [];
  story.on('error', ({ code }) => codes.push(code));
  await reaches(story, 'the story to be live', isLive);
  expect(codes).toEqual(['malformed']);
});

test('a server that restarts finds its readers again, each where it was', async () => {
  const dataDir = await directoryForTest();
  let own = await startServer({ dataDir });
  const { port } = own.server;
  const { slug } = await own.api.createStory();
  const readers = (['socket', 'sse', 'poll'] as const).map((transport) => {
    const backoff = { minMs: 50, maxMs: 200 };
    const connection = connect(own.url, { transports: [transport], backoff, random: () => 0.05 });
    onTestFinished(() => connection.close());
    const story = connection.story(slug);
    const causes: string[] = [];
    story.on('change', ({ cause }) => causes.push(cause));
    return { story, causes };
  });
  for (const { story } of readers) await reaches(story, 'the story to be live', isLive);
  await own.close();
  for (const { story } of readers) await reaches(story, 'the server to be missed', ({ status }) => status !== 'live');
  own = await startServer({ dataDir, env: { PORT: String(port) } });
  onTestFinished(() => own.close());
  await own.api.publish(slug, { headline: 'After' });
  for (const { story, causes } of readers) {
    await reaches(story, 'the entry after the restart', ({ entries }) => entries.length === 1);
    expect(causes[0]).toBe('reset');
    expect(causes.slice(1), 'resumed, not begun anew').not.toContain('reset');
  }
});

test('one socket carries all stories, and closes with the last', async () => {
  const relay = await relayForTest(server.url);
  const connection = connect(relay.url, { transports: ['socket'] });
  onTestFinished(() => connection.close());
  const slugs = [(await server.api.createStory()).slug, (await server.api.createStory()).slug];
  const stories = [...slugs, ...slugs].map((slug) => connection.story(slug));
  for (const story of stories) await reaches(story, 'the story to be live', isLive);
  expect(relay.sockets()).toBe(1);
  const [first, second, third, fourth] = stories;
  first?.close();
  second?.close();
  await server.api.publish(slugs[0] ?? '');
  await reaches(third as Reader, 'a second reader of a closed story', ({ entries }) => entries.length === 1);
  expect(first?.entries).toEqual([]);
  third?.close();
  expect(relay.sockets()).toBe(1);
  fourth?.close();
  await expect.poll(() => relay.open(), { message: 'the socket to close' }).toBe(0);
  const again = connection.story(slugs[0] ?? '');
  await reaches(again, 'a story followed after all were closed', isLive);
});

function fail(): never {
  throw new Error('no room');
}

function reject(): Promise<never> {
  return Promise.reject(new Error('no room'));
}

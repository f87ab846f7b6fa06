import { connect, type LiveStory, type ResumeStorage, type StoryOptions } from '@slugline/client';
import type { EntryPage, PublicEntry, Story } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { reaches } from '../helpers/reaches.js';
import { type Relay, relayForTest } from '../helpers/relay.js';
import { startServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

type Reader = LiveStory<Story, PublicEntry>;

const isLive = ({ status }: Reader) => status === 'live';
const idsOf = (story: Reader) => story.entries.map(({ id }) => id);

/** A story of so many entries; their ids are newest first, as they are shown. */
async function storyOf(count: number): Promise<{ slug: string; ids: string[] }> {
  const { slug } = await server.api.createStory();
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) ids.unshift((await server.api.publish(slug, { headline: `Entry ${at}` })).id);
  return { slug, ids };
}

interface FollowOptions extends StoryOptions<Story, PublicEntry> {
  readonly url?: string;
  readonly storage?: ResumeStorage;
}

function open(slug: string, { url = server.url, storage, ...options }: FollowOptions = {}): Reader {
  const connection = connect(url, { transports: ['socket'], ...(storage === undefined ? {} : { storage }) });
  onTestFinished(() => connection.close());
  return connection.story(slug, options);
}

async function follow(slug: string, options: FollowOptions = {}): Promise<Reader> {
  const story = open(slug, options);
  await reaches(story, 'the story to be live', isLive);
  return story;
}

const command = (method: string, slug: string, id: string | undefined, what: string, body?: unknown) =>
  server.api.request(method, `/v1/stories/${slug}/entries/${id}${what}`, body === undefined ? {} : { body });

const withdraw = (slug: string, id: string | undefined) =>
  command('POST', slug, id, '/withdrawal', { status: 'canceled' });

/** Each page that is asked for is first answered as it was at this moment, as by a cache. */
async function keepPages(relay: Relay, path: string): Promise<{ readonly asked: string[] }> {
  const old = JSON.stringify((await server.api.get(path)).body);
  const asked: string[] = [];
  relay.onBody = (wanted, body) => {
    if (!wanted.includes('/entries')) return body;
    asked.push(wanted);
    return asked.length === 1 ? old : body;
  };
  return { asked };
}

describe('a story that is trimmed', () => {
  test('lets go of its oldest entries, and has them again when they are wanted', async () => {
    const { slug, ids } = await storyOf(9);
    const story = await follow(slug, { limit: 4 });
    await story.loadOlder();
    await story.loadOlder();
    expect(idsOf(story)).toEqual(ids);
    expect(story.hasOlder).toBe(false);

    const log: string[] = [];
    story.on('change', ({ cause, entries }) => log.push(`${cause} ${entries.length}`));
    const seen: unknown[] = [];
    story.subscribe(() => seen.push(story.getSnapshot()));
    const kept = story.entries.slice(0, 3);
    story.trim(3);
    expect(story.entries).toEqual(kept);
    expect(story.entries[2]).toBe(kept[2]);
    expect(story.hasOlder).toBe(true);
    expect(seen).toEqual([story.getSnapshot()]);
    story.trim(3);
    story.trim(50);
    expect(log).toEqual(['trim 0']);

    await story.loadOlder();
    expect(idsOf(story)).toEqual(ids.slice(0, 7));
    await story.loadOlder();
    expect(idsOf(story)).toEqual(ids);
    expect(story.hasOlder).toBe(false);
  });

  test('brings back what became of them meanwhile, and tells of it as it happens', async () => {
    const { slug, ids } = await storyOf(6);
    const story = await follow(slug);
    story.trim(2);
    const told: string[] = [];
    story.on('entry', ({ entry, previous }) => told.push(`${entry.id} ${entry.status} ${previous?.version}`));
    await withdraw(slug, ids[3]);
    await command('PATCH', slug, ids[2], '', { headline: 'Edited out of sight' });
    const newest = await server.api.publish(slug, { headline: 'New' });
    await reaches(story, 'the new entry', ({ entries }) => entries.length === 3);
    expect(told).toEqual([
      `${ids[3]} canceled undefined`,
      `${ids[2]} usable undefined`,
      `${newest.id} usable undefined`,
    ]);
    expect(idsOf(story)).toEqual([newest.id, ids[0], ids[1]]);
    await story.loadOlder();
    expect(idsOf(story)).toEqual([newest.id, ...ids]);
    expect(story.entries[3]).toMatchObject({ headline: 'Edited out of sight' });
    expect(story.entries[4]).toMatchObject({ status: 'canceled' });
  });

  test('takes none of them from a cache that is older than what it let go of', async () => {
    const relay = await relayForTest(server.url);
    const { slug, ids } = await storyOf(4);
    const story = await follow(slug, { url: relay.url });
    const cursor = encodeURIComponent(`${story.entries[1]?.publishedAt}~${ids[1]}`);
    const { asked } = await keepPages(relay, `/v1/stories/${slug}/entries?before=${cursor}`);
    await withdraw(slug, ids[2]);
    await reaches(story, 'the withdrawal', ({ entries }) => entries[2]?.status === 'canceled');
    // What it lets go of was withdrawn, and no change will come to say so again.
    story.trim(2);
    await story.loadOlder();
    expect(asked).toHaveLength(2);
    expect(story.entries.map(({ status }) => status)).toEqual(['usable', 'usable', 'canceled', 'usable']);
  });

  test('is resumed from where it was trimmed, without a hole', async () => {
    const kept = new Map<string, string>();
    const storage: ResumeStorage = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    };
    for (const limit of [30, 5]) {
      const { slug, ids } = await storyOf(8);
      const before = await follow(slug, { limit, storage });
      before.trim(3);
      await server.api.publish(slug, { headline: 'New' });
      await reaches(before, 'a new entry', ({ entries }) => entries.length === 4);
      before.close();
      const after = open(slug, { limit, storage });
      const causes: string[] = [];
      after.on('change', ({ cause }) => causes.push(cause));
      await reaches(after, 'the story to be live', isLive);
      expect(causes[0], 'shown from the storage').toBe('reset');
      expect(idsOf(after).slice(1)).toEqual(ids.slice(0, 3));
      while (after.hasOlder) await after.loadOlder();
      expect(idsOf(after).slice(1)).toEqual(ids);
    }
  });

  test('keeps at least one entry, and is told when the number is none', async () => {
    const { slug } = await storyOf(2);
    const story = await follow(slug);
    for (const most of [0, -1, 1.5, Number.NaN]) expect(() => story.trim(most)).toThrow(TypeError);
    story.trim(1);
    expect(story.entries).toHaveLength(1);
  });

  test('is not the list of breaking news, which is bounded anyway', async () => {
    const { slug } = await server.api.createStory();
    for (let at = 0; at < 2; at += 1) await server.api.publish(slug, { headline: `Alert ${at}`, breaking: true });
    const connection = connect(server.url, { transports: ['socket'] });
    onTestFinished(() => connection.close());
    const breaking = connection.breaking();
    await reaches(breaking, 'the alerts', ({ entries }) => entries.length >= 2);
    const before = breaking.entries;
    breaking.trim(1);
    expect(breaking.entries).toBe(before);
  });
});

describe('one entry by its id', () => {
  test('is the one that is held, or is asked for and not added', async () => {
    const relay = await relayForTest(server.url);
    const { slug, ids } = await storyOf(5);
    const story = await follow(slug, { url: relay.url, limit: 2 });
    relay.requests.length = 0;
    expect(await story.load(ids[0] ?? '')).toBe(story.entries[0]);
    expect(relay.requests).toEqual([]);
    expect(await story.load(ids[4] ?? '')).toMatchObject({ id: ids[4], headline: 'Entry 0' });
    expect(relay.requests).toEqual([`GET /v1/stories/${slug}/entries/${ids[4]}`]);
    expect(idsOf(story)).toEqual(ids.slice(0, 2));

    await withdraw(slug, ids[4]);
    await reaches(story, 'the withdrawal', ({ position }) => position?.seq === 7);
    expect(await story.load(ids[4] ?? '')).toMatchObject({ id: ids[4], status: 'canceled' });
  });

  test('is undefined where there is none', async () => {
    const { slug } = await storyOf(1);
    const story = await follow(slug);
    expect(await story.load('no-such-entry')).toBeUndefined();
    for (const bad of ['', '../..', 'a/b', 'x'.repeat(65), 'ä']) expect(await story.load(bad)).toBeUndefined();
    const connection = connect(server.url, { transports: ['socket'] });
    onTestFinished(() => connection.close());
    expect(await connection.breaking().load('no-such-entry')).toBeUndefined();
  });

  test('waits for the first snapshot, and is none where that never comes', async () => {
    const { slug, ids } = await storyOf(3);
    const early = open(slug, { limit: 1 });
    expect(early.position).toBeUndefined();
    expect(await early.load(ids[2] ?? '')).toMatchObject({ id: ids[2] });
    expect(early.position).toBeDefined();

    const refused = open('no-such-story').load('any');
    expect(await refused).toBeUndefined();
    const closed = open(slug);
    const loaded = closed.load(ids[2] ?? '');
    closed.close();
    expect(await loaded).toBeUndefined();
  });

  test('does not come out of a cache in a form that was withdrawn since', async () => {
    const relay = await relayForTest(server.url);
    const { slug, ids } = await storyOf(3);
    const story = await follow(slug, { url: relay.url, limit: 1 });
    const { asked } = await keepPages(relay, `/v1/stories/${slug}/entries/${ids[2]}`);
    await withdraw(slug, ids[2]);
    await reaches(story, 'the withdrawal', ({ position }) => position?.seq === 5);
    expect(await story.load(ids[2] ?? '')).toMatchObject({ id: ids[2], status: 'canceled' });
    expect(asked).toHaveLength(2);
  });

  test('is told to be out of reach where nothing gets through, with an error like all others', async () => {
    const relay = await relayForTest(server.url);
    const { slug, ids } = await storyOf(2);
    const story = await follow(slug, { url: relay.url, limit: 1 });
    relay.blocked.add('page');
    await expect(story.load(ids[1] ?? '')).rejects.toMatchObject({ name: 'LiveError', code: 'unreachable' });
    await expect(story.loadOlder()).rejects.toMatchObject({ name: 'LiveError', code: 'unreachable' });
    relay.blocked.clear();
    expect(await story.load(ids[1] ?? '')).toMatchObject({ id: ids[1] });
  });
});

test('a page may be asked for below any entry that one holds', async () => {
  const { slug, ids } = await storyOf(5);
  const { body } = await server.api.get<EntryPage>(`/v1/stories/${slug}/entries`);
  for (const [at, { publishedAt, id }] of body.entries.entries()) {
    const before = encodeURIComponent(`${publishedAt}~${id}`);
    const below = await server.api.get<EntryPage>(`/v1/stories/${slug}/entries?before=${before}`);
    expect(below.body.entries.map((entry) => entry.id)).toEqual(ids.slice(at + 1));
  }
});

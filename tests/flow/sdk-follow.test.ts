import { connect, type EntryChange, type LiveStory } from '@slugline/client';
import type { PublicEntry, Story } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { reaches } from '../helpers/reaches.js';
import { startServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

type Reader = LiveStory<Story, PublicEntry>;

const headlines = (story: Reader) =>
  story.entries.map((entry) => (entry.status === 'usable' ? entry.headline : entry.status));
const isLive = ({ status }: Reader) => status === 'live';

describe.each(['socket', 'sse', 'poll'] as const)('over %s', (transport) => {
  async function follow(slug: string): Promise<Reader> {
    const connection = connect(server.url, { transports: [transport] });
    onTestFinished(() => connection.close());
    const story = connection.story(slug);
    await reaches(story, 'the story to be live', isLive);
    return story;
  }

  test('a story arrives whole, and everything that happens to it after', async () => {
    const { api } = server;
    const { slug } = await api.createStory({ headline: 'Bridge closed' });
    const first = await api.publish(slug, { headline: 'First' });
    const story = await follow(slug);
    expect(story.transport).toBe(transport);
    expect(story.story?.headline).toBe('Bridge closed');
    expect(headlines(story)).toEqual(['First']);

    const second = await api.publish(slug, { headline: 'Second', breaking: true });
    await reaches(story, 'a new entry', () => headlines(story).includes('Second'));
    expect(headlines(story)).toEqual(['Second', 'First']);

    const path = `/v1/stories/${slug}/entries`;
    await api.request('PATCH', `${path}/${first.id}`, {
      body: { headline: 'First, edited' },
      headers: { 'if-match': `"${first.version}"` },
    });
    await reaches(story, 'an edit', () => headlines(story).includes('First, edited'));
    expect(headlines(story)).toEqual(['Second', 'First, edited']);

    await api.request('POST', `${path}/${first.id}/corrections`, { body: { text: 'It was Tuesday.' } });
    await reaches(story, 'a correction', () => {
      const entry = story.entries.find(({ id }) => id === first.id);
      return entry?.status === 'usable' && entry.corrections[0]?.text === 'It was Tuesday.';
    });

    await api.request('PUT', `/v1/stories/${slug}/pins/${second.id}`);
    await reaches(story, 'a pin', () => story.story?.pinned[0] === second.id);

    await api.request('POST', `${path}/${second.id}/withdrawal`, { body: { status: 'canceled' } });
    await reaches(story, 'a withdrawal', () => headlines(story).includes('canceled'));
    expect(JSON.stringify(story.entries)).not.toContain('Second');

    await api.request('PATCH', `/v1/stories/${slug}`, { body: { headline: 'Bridge open' } });
    await reaches(story, 'a new headline', () => story.story?.headline === 'Bridge open');
  });

  test('older pages join on below, and what changed there comes with them', async () => {
    const { api } = server;
    const { slug } = await api.createStory();
    const ids: string[] = [];
    for (let at = 0; at < 7; at += 1) ids.unshift((await api.publish(slug, { headline: `Entry ${at}` })).id);
    const connection = connect(server.url, { transports: [transport] });
    onTestFinished(() => connection.close());
    const story = connection.story(slug, { limit: 3 });
    await reaches(story, 'the story to be live', isLive);
    expect(story.entries.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect(story.hasOlder).toBe(true);

    const changed: EntryChange<PublicEntry>[] = [];
    story.on('entry', (change) => changed.push(change));
    const oldest = ids.at(-1);
    await api.request('POST', `/v1/stories/${slug}/entries/${oldest}/withdrawal`, { body: { status: 'canceled' } });
    await reaches(story, 'the withdrawal of an entry that is not loaded', () => changed.length > 0);
    expect(changed[0]?.entry).toMatchObject({ id: oldest, status: 'canceled' });
    expect(story.entries).toHaveLength(3);

    await Promise.all([story.loadOlder(), story.loadOlder()]);
    expect(
      story.entries.map(({ id }) => id),
      'two calls at once load one page',
    ).toEqual(ids.slice(0, 6));
    await story.loadOlder();
    expect(story.entries.map(({ id }) => id)).toEqual(ids);
    expect(story.entries.at(-1)?.status).toBe('canceled');
    expect(story.hasOlder).toBe(false);
    await story.loadOlder();
  });
});

describe('what a page is told', () => {
  async function follow(slug: string): Promise<Reader> {
    const connection = connect(server.url, { transports: ['socket'] });
    onTestFinished(() => connection.close());
    return connection.story(slug);
  }

  test('a snapshot stays the same object until something in it changes, and so does each entry', async () => {
    const { api } = server;
    const { slug } = await api.createStory();
    await api.publish(slug, { headline: 'First' });
    const story = await follow(slug);
    await reaches(story, 'the story to be live', isLive);
    const before = story.getSnapshot();
    expect(story.getSnapshot()).toBe(before);
    let calls = 0;
    const unsubscribe = story.subscribe(() => {
      calls += 1;
    });
    await api.publish(slug, { headline: 'Second' });
    await reaches(story, 'a new entry', ({ entries }) => entries.length === 2);
    const after = story.getSnapshot();
    expect(after).not.toBe(before);
    expect(before.entries).toHaveLength(1);
    expect(after.entries[1]).toBe(before.entries[0]);
    expect(after.story).toBe(before.story);
    expect(calls).toBe(1);
    unsubscribe();
    await api.publish(slug, { headline: 'Third' });
    await reaches(story, 'one more entry', ({ entries }) => entries.length === 3);
    expect(calls).toBe(1);
  });

  test('events say what happened, once each and in order', async () => {
    const { api } = server;
    const { slug } = await api.createStory();
    await api.publish(slug, { headline: 'Before', breaking: true });
    const story = await follow(slug);
    const log: string[] = [];
    story.on('status', (status) => log.push(`status ${status}`));
    story.on('reset', ({ entries }) => log.push(`reset ${entries.length}`));
    story.on('breaking', (entry) => log.push(`breaking ${entry.id}`));
    story.on('entry', ({ entry, previous, kind }) => log.push(`${kind} ${entry.id} ${previous?.version}`));
    story.on('change', ({ cause, position, kind }) => log.push(`${cause} ${kind} ${position.seq}`));
    await reaches(story, 'the story to be live', isLive);
    const entry = await api.publish(slug, { headline: 'New' });
    const path = `/v1/stories/${slug}/entries/${entry.id}`;
    await api.request('PATCH', path, { body: { breaking: true }, headers: { 'if-match': '"1"' } });
    await api.request('PATCH', path, { body: { headline: 'Newer' }, headers: { 'if-match': '"2"' } });
    await reaches(story, 'the last edit', ({ position }) => position?.seq === 5);
    story.close();
    expect(log).toEqual([
      'reset 1',
      'reset undefined 2',
      'status live',
      `entry.published ${entry.id} undefined`,
      'live entry.published 3',
      `entry.updated ${entry.id} 1`,
      `breaking ${entry.id}`,
      'live entry.updated 4',
      `entry.updated ${entry.id} 2`,
      'live entry.updated 5',
      'status closed',
    ]);
  });

  test('a listener that throws spoils nothing for the others', async () => {
    const { api } = server;
    const { slug } = await api.createStory();
    const story = await follow(slug);
    const told: unknown[] = [];
    const oops = new Error('oops');
    story.on('change', () => {
      throw oops;
    });
    story.on('error', ({ code, cause }) => told.push({ code, cause }));
    let changes = 0;
    story.on('change', () => {
      changes += 1;
    });
    await reaches(story, 'the story to be live', isLive);
    await api.publish(slug);
    await reaches(story, 'an entry', ({ entries }) => entries.length === 1);
    expect(changes).toBe(2);
    expect(told).toEqual([
      { code: 'listener_failed', cause: oops },
      { code: 'listener_failed', cause: oops },
    ]);
  });

  test('a story closed by its own listener is told nothing more', async () => {
    const { api } = server;
    const { slug } = await api.createStory();
    await api.publish(slug);
    const story = await follow(slug);
    const log: string[] = [];
    story.on('status', (status) => log.push(status));
    story.on('change', () => log.push('change'));
    const closed = new Promise<void>((resolve) => {
      story.on('reset', () => {
        story.close();
        resolve();
      });
    });
    await closed;
    await api.publish(slug);
    expect(log).toEqual(['closed']);
    expect(story.entries).toHaveLength(1);
  });

  test('what cannot be followed is told at once', () => {
    expect(() => connect('live.example.org')).toThrow(TypeError);
    expect(() => connect(server.url, { transports: [] })).toThrow(TypeError);
    expect(() => connect(server.url, { transports: JSON.parse('["carrier-pigeon"]') })).toThrow(TypeError);
    expect(() => connect(server.url).story('Not a slug')).toThrow(TypeError);
  });
});

import { connect, type LiveError, type LiveStory, type ResumeStorage } from '@slugline/client';
import type { Story } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { reaches } from '../helpers/reaches.js';
import { startServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const isLive = ({ status }: { status: string }) => status === 'live';
const isRefused = ({ status }: { status: string }) => status === 'refused';

function open(options: Parameters<typeof connect>[1]) {
  const connection = connect(server.url, options);
  onTestFinished(() => connection.close());
  return connection;
}

function errorsOf<S, E>(story: LiveStory<S, E>): LiveError[] {
  const errors: LiveError[] = [];
  story.on('error', (error) => errors.push(error));
  return errors;
}

describe.each(['socket', 'sse', 'poll'] as const)('over %s', (transport) => {
  const transports = [transport];

  test('a story that is not there, or not for this reader, is refused once and for all', async () => {
    const { slug } = await server.api.createStory({ visibility: 'private' });
    for (const wanted of [slug, 'no-such-story']) {
      let requests = 0;
      const counted: typeof fetch = (...request) => {
        requests += 1;
        return fetch(...request);
      };
      const story = open({ transports, fetch: counted, backoff: { minMs: 1, maxMs: 1 } }).story(wanted);
      const errors = errorsOf(story);
      await reaches(story, `${wanted} to be refused`, isRefused);
      expect(errors.map(({ code, retryable }) => ({ code, retryable }))).toEqual([
        { code: 'story_not_found', retryable: false },
      ]);
      expect(errors[0]).toBeInstanceOf(Error);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(requests).toBeLessThanOrEqual(1);
    }
  });

  test('a private story is there for who brings a key', async () => {
    const { slug } = await server.api.createStory({ visibility: 'private', headline: 'For few' });
    await server.api.publish(slug);
    const story = open({ transports, token: await server.api.createKey('reader') }).story(slug);
    await reaches(story, 'the story to be live', isLive);
    expect(story.story?.headline).toBe('For few');
    await server.api.publish(slug);
    await reaches(story, 'an entry', ({ entries }) => entries.length === 2);
  });

  test('a token that was refused is renewed once', async () => {
    const { slug } = await server.api.createStory({ visibility: 'private' });
    const key = await server.api.createKey('reader');
    let calls = 0;
    const story = open({
      transports,
      token: async () => {
        calls += 1;
        return calls === 1 ? `sl_outdated0_${'x'.repeat(43)}` : key;
      },
    }).story(slug);
    const errors = errorsOf(story);
    await reaches(story, 'the story to be live', isLive);
    expect(calls).toBe(2);
    expect(errors).toEqual([]);
  });

  test('a key revoked in the middle of a story is replaced by a fresh one, and nothing is missed', async () => {
    const { slug } = await server.api.createStory({ visibility: 'private' });
    const keys = [await server.api.createKey('reader'), await server.api.createKey('reader')];
    const [first] = keys;
    const story = open({ transports, token: () => keys.shift(), backoff: { minMs: 10, maxMs: 50 } }).story(slug);
    const errors = errorsOf(story);
    await reaches(story, 'the story to be live', isLive);
    const { status } = await server.api.request('DELETE', `/v1/keys/${first?.split('_')[1]}`);
    expect(status).toBe(204);
    await server.api.publish(slug);
    await reaches(story, 'an entry', ({ entries }) => entries.length === 1);
    await expect.poll(() => keys, { message: 'the fresh key to be taken', timeout: 5_000 }).toEqual([]);
    await reaches(story, 'the story to be live again', isLive);
    expect(errors.filter(({ code }) => code !== 'unreachable')).toEqual([]);
  });

  test('a token that is refused again is the end of it', async () => {
    const { slug } = await server.api.createStory();
    let calls = 0;
    const story = open({
      transports,
      token: () => {
        calls += 1;
        return `sl_outdated0_${'x'.repeat(43)}`;
      },
    }).story(slug);
    const errors = errorsOf(story);
    await reaches(story, 'the story to be refused', isRefused);
    expect(calls).toBe(2);
    expect(errors.map(({ code }) => code)).toEqual(['unauthenticated']);
  });

  test('a token function that fails is asked again', async () => {
    const { slug } = await server.api.createStory();
    let calls = 0;
    const story = open({
      transports,
      backoff: { minMs: 10 },
      token: () => {
        calls += 1;
        if (calls === 1) throw new Error('no session yet');
        return undefined;
      },
    }).story(slug);
    const errors = errorsOf(story);
    await reaches(story, 'the story to be live', isLive);
    expect(errors.map(({ code }) => code)).toEqual(['token_failed']);
  });

  test('a reader whose story turns private is put out, and what was kept of it is forgotten', async () => {
    const { slug } = await server.api.createStory();
    await server.api.publish(slug);
    const kept = new Map<string, string>();
    const storage: ResumeStorage = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    };
    const story = open({ transports, storage, backoff: { minMs: 10 } }).story(slug);
    await reaches(story, 'the story to be live', isLive);
    await expect.poll(() => kept.size, { message: 'the story to be kept', timeout: 5_000 }).toBe(1);
    await server.api.request('PATCH', `/v1/stories/${slug}`, { body: { visibility: 'private' } });
    await reaches(story, 'the story to be refused', isRefused);
    expect(kept.size).toBe(0);
  });

  test('the desk edition carries what readers never see, for those who may', async () => {
    const { slug } = await server.api.createStory();
    await server.api.publish(slug, { edNote: 'Check the name' });
    const desk = open({ transports, edition: 'desk', token: await server.api.createKey('contributor') });
    const story = connect(server.url, { transports, edition: 'desk', token: server.adminKey }).story(slug);
    onTestFinished(() => story.close());
    await reaches(story, 'the desk story to be live', isLive);
    expect(story.entries[0]?.edNote).toBe('Check the name');
    expect(story.story?.createdBy.keyId).toBeTypeOf('string');
    await server.api.publish(slug, { edNote: 'Second note' });
    await reaches(story, 'a desk change', ({ entries }) => entries[0]?.edNote === 'Second note');

    const other = desk.story(slug);
    await reaches(other, 'a contributor to be live', isLive);
    const reader = open({ transports, edition: 'desk', token: await server.api.createKey('reader') }).story(slug);
    const errors = errorsOf(reader);
    await reaches(reader, 'a reader to be refused', isRefused);
    expect(errors.map(({ code }) => code)).toEqual(['forbidden']);
    const public_ = open({ transports }).story(slug);
    await reaches(public_, 'a public reader to be live', isLive);
    expect(JSON.stringify(public_.getSnapshot())).not.toContain('note');
  });
});

test('stories of one connection may be refused one by one', async () => {
  const connection = open({ transports: ['socket'] });
  const { slug } = await server.api.createStory();
  const here = connection.story(slug);
  const gone: LiveStory<Story, unknown> = connection.story('no-such-story');
  await reaches(gone, 'the missing one to be refused', isRefused);
  await reaches(here, 'the other to be live', isLive);
  await server.api.publish(slug);
  await reaches(here, 'an entry', ({ entries }) => entries.length === 1);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeskStory } from '../../client-sdk/protocol/index.js';
import { eventually } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { readerToken, TOKEN_ENV } from '../helpers/reader-token.js';
import { type Api, startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

interface Credentials {
  readonly nobody: undefined;
  readonly reader: string;
  readonly contributor: string;
  readonly token: string;
  readonly otherToken: string;
  readonly expiredToken: string;
  readonly madeUp: string;
}

/** How each of the doors answers someone who wants to follow: 'ok' or an error's code. */
type Door = (slug: string, edition: string, credential: string | undefined) => Promise<string>;

describe('who may follow a story', () => {
  let server: TestServer;
  let api: Api;
  let secret: DeskStory;
  let open: DeskStory;
  let who: Credentials;
  let doors: Readonly<Record<string, Door>>;

  beforeAll(async () => {
    server = await startServer({ env: TOKEN_ENV });
    api = server.api;
    secret = await api.createStory({ visibility: 'private', headline: 'Not for everyone' });
    open = await api.createStory();
    who = {
      nobody: undefined,
      reader: await api.createKey('reader'),
      contributor: await api.createKey('contributor'),
      token: await readerToken([secret.slug]),
      otherToken: await readerToken(['another-story']),
      expiredToken: await readerToken([secret.slug], -60),
      madeUp: `sl_madeup00_${'x'.repeat(43)}`,
    };
    const overHttp =
      (door: string): Door =>
      async (slug, edition, credential) => {
        const response = await fetch(`${server.url}/v1/stories/${slug}/${door}?edition=${edition}`, {
          headers: credential === undefined ? {} : { authorization: `Bearer ${credential}` },
        });
        if (response.ok) {
          await response.body?.cancel();
          return 'ok';
        }
        const problem: { code: string } = JSON.parse(await response.text());
        return problem.code;
      };
    doors = {
      stream: overHttp('stream'),
      changes: overHttp('changes'),
      'join with a token of its own': async (slug, edition, token) => {
        const socket = await connectSocket(server.url);
        const answer = await socket.ask({ slug, edition, ...(token === undefined ? {} : { token }) });
        socket.socket.close();
        return answer.ok ? 'ok' : answer.error.code;
      },
      'join of a socket with a token': async (slug, edition, token) => {
        try {
          const socket = await connectSocket(server.url, { auth: token === undefined ? {} : { token } });
          const answer = await socket.ask({ slug, edition });
          socket.socket.close();
          return answer.ok ? 'ok' : answer.error.code;
        } catch (error) {
          return String(Reflect.get(Object(Reflect.get(Object(error), 'data')), 'code'));
        }
      },
    };
  });
  afterAll(() => server.close());

  it('is the same at every door', { timeout: 30_000 }, async () => {
    const expected: [keyof Credentials, string, string, string, string][] = [
      // who, open public, open desk, secret public, secret desk
      ['nobody', 'ok', 'unauthenticated', 'story_not_found', 'unauthenticated'],
      ['reader', 'ok', 'forbidden', 'ok', 'forbidden'],
      ['contributor', 'ok', 'ok', 'ok', 'ok'],
      ['token', 'ok', 'forbidden', 'ok', 'forbidden'],
      ['otherToken', 'ok', 'forbidden', 'story_not_found', 'forbidden'],
      ['expiredToken', 'unauthenticated', 'unauthenticated', 'unauthenticated', 'unauthenticated'],
      ['madeUp', 'unauthenticated', 'unauthenticated', 'unauthenticated', 'unauthenticated'],
    ];
    for (const [name, door] of Object.entries(doors)) {
      for (const [caller, ...answers] of expected) {
        const credential = who[caller];
        const got = [
          await door(open.slug, 'public', credential),
          await door(open.slug, 'desk', credential),
          await door(secret.slug, 'public', credential),
          await door(secret.slug, 'desk', credential),
        ];
        expect(got, `${caller} at ${name}`).toEqual(answers);
      }
      // A made-up slug and a private story cannot be told apart by those who may read neither.
      expect(await door('no-such-story', 'public', undefined), name).toBe('story_not_found');
      expect(await door('no-such-story', 'desk', undefined), name).toBe('unauthenticated');
      expect(await door('no-such-story', 'desk', who.reader), name).toBe('forbidden');
    }
  });

  it('gives the desk its own edition, and a socket one edition of a story at a time', async () => {
    const { slug } = await api.createStory();
    const desk = await connectSocket(server.url, { auth: { token: who.contributor } });
    const joined = await desk.join({ slug, edition: 'desk' });
    expect(joined.story).toMatchObject({ createdBy: { name: expect.any(String) } });
    await api.publish(slug, { edNote: 'for the desk only' });
    await desk.received(1);
    expect(desk.changes[0]?.change.entry).toMatchObject({ edNote: 'for the desk only' });
    const reader = await connectSocket(server.url);
    expect(JSON.stringify(await reader.join({ slug }))).not.toContain('for the desk only');

    await desk.join({ slug });
    await api.publish(slug, { edNote: 'for the desk only' });
    await reader.received(1);
    await desk.received(2);
    expect(desk.changes[1]?.change).toEqual(reader.changes[0]?.change);
    await api.publish(slug);
    await reader.received(2);
    await desk.received(3);
    expect(desk.changes).toHaveLength(3);
    expect(await desk.refusal({ slug: '@breaking', edition: 'desk' })).toBe('invalid_input');
  });

  it('puts out those who may no longer read before the change that shuts them out is sent', async () => {
    const { slug } = await api.createStory();
    const stranger = await connectSocket(server.url);
    const insider = await connectSocket(server.url, { auth: { token: who.reader } });
    await Promise.all([stranger.join({ slug }), insider.join({ slug })]);
    const stream = await openStream(`${server.url}/v1/stories/${slug}/stream`);
    const kept = await openStream(`${server.url}/v1/stories/${slug}/stream`, {
      authorization: `Bearer ${who.reader}`,
    });
    await stream.received(1);
    await kept.received(1);
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { visibility: 'private', headline: 'Now a secret' } });
    await api.publish(slug, { headline: 'Another secret' });
    await insider.received(2);
    await kept.received(3);
    await eventually('the stranger to be told', () => stranger.resets.length === 1);
    await eventually('the stream to end', () => stream.hasEnded());
    expect(stranger.changes).toEqual([]);
    expect(stream.text()).not.toContain('secret');
    expect(insider.resets).toEqual([]);
    expect(await stranger.refusal({ slug })).toBe('story_not_found');

    await api.request('PATCH', `/v1/stories/${slug}`, { body: { visibility: 'public' } });
    expect((await stranger.join({ slug })).reset).toBe(true);
    await api.publish(slug);
    await stranger.received(1);
  });

  it('ends with the key: desk and private stories are left, and the socket is disconnected', async () => {
    const answer = await api.request<{ key: { id: string }; secret: string }>('POST', '/v1/keys', {
      body: { name: 'leaving', role: 'contributor' },
    });
    const { key, secret: token } = answer.body;
    const { slug } = await api.createStory();
    const whole = await connectSocket(server.url, { auth: { token } });
    await whole.join({ slug, edition: 'desk' });
    const partly = await connectSocket(server.url);
    await partly.join({ slug: open.slug });
    await partly.join({ slug, edition: 'desk', token });
    const stream = await openStream(`${server.url}/v1/stories/${slug}/stream?edition=desk`, {
      authorization: `Bearer ${token}`,
    });
    await stream.received(1);
    expect((await api.request('DELETE', `/v1/keys/${key.id}`)).status).toBe(204);
    await eventually('the socket to be disconnected', () => whole.disconnects.length === 1);
    await eventually('the desk story to be left', () => partly.resets.length === 1);
    await eventually('the stream to end', () => stream.hasEnded());
    await api.publish(slug, { edNote: 'after the end' });
    await api.publish(open.slug);
    await partly.received(1);
    expect(partly.changes.map((change) => change.slug)).toEqual([open.slug]);
    expect(whole.changes).toEqual([]);
    expect(await partly.refusal({ slug, edition: 'desk', token })).toBe('unauthenticated');
  });
});

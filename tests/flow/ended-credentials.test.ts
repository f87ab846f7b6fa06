import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { newPerson, type SignedIn } from '../helpers/person.js';
import { readerToken, TOKEN_ENV } from '../helpers/reader-token.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { type Api, serverForTest, startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

/** Milliseconds from the end of a credential to the end of all that was opened with it. */
const WITHIN = 5_000;

/** Something that stays open, and how one sees that it was ended for want of a credential. */
interface Held {
  readonly name: string;
  readonly hasEnded: () => boolean;
}

interface Followed {
  readonly slug: string;
  readonly edition: 'public' | 'desk';
}

const pathOf = ({ slug, edition }: Followed, door: string): string =>
  slug === '@breaking' ? `/v1/breaking/${door}` : `/v1/stories/${slug}/${door}?edition=${edition}`;

/** What is brought to a handshake, and to a request. */
interface Brought {
  readonly socket: Partial<SocketOptions & ManagerOptions>;
  readonly headers: Record<string, string>;
  /** What a join may bring by itself; a browser brings its session to the handshake alone. */
  readonly token?: string;
  /** What a poll is told whose credential ended. */
  readonly status: number;
}

const byToken = (token: string): Brought => ({
  socket: { auth: { token } },
  headers: { authorization: `Bearer ${token}` },
  token,
  status: 401,
});
const bySession = ({ cookie }: SignedIn): Brought => ({
  socket: { extraHeaders: { cookie } },
  headers: { cookie },
  status: 401,
});

/** Comes in by every door that stays open. */
async function holdAllDoors(url: string, followed: Followed, brought: Brought): Promise<readonly Held[]> {
  const what = `${followed.slug} ${followed.edition}`;
  const { headers, token } = brought;
  const sockets = await Promise.all(
    (['websocket', 'polling'] as const).map(async (transport) => {
      const socket = await connectSocket(url, { transports: [transport], ...brought.socket });
      await socket.join(followed);
      return { name: `${transport} of ${what}`, hasEnded: () => socket.disconnects.length > 0 };
    }),
  );
  const strangers = token === undefined ? [] : [await connectSocket(url)];
  for (const stranger of strangers) await stranger.join({ ...followed, ...(token !== undefined && { token }) });
  const stream = await openStream(`${url}${pathOf(followed, 'stream')}`, headers);
  await stream.received(1);
  const since = stream.events[0]?.id ?? '';
  const asked = `${url}${pathOf(followed, 'changes')}`;
  const poll = { status: 0 };
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const request = { headers, signal: abort.signal };
  void fetch(`${asked}${asked.includes('?') ? '&' : '?'}since=${since}&wait=25`, request).then(
    ({ status }) => {
      poll.status = status;
    },
    () => undefined,
  );
  return [
    ...sockets,
    ...strangers.map(({ resets }) => ({
      name: `a join of ${what} by a token of its own`,
      hasEnded: () => resets.includes(followed.slug),
    })),
    { name: `a stream of ${what}`, hasEnded: stream.hasEnded },
    { name: `a poll of ${what}`, hasEnded: () => poll.status === brought.status },
  ];
}

/** Waits until the server knows of the polls: they are on their way when `fetch` returns. */
const pollsWait = async (api: Api, count: number): Promise<void> => {
  await expect
    .poll(async () => (await api.get<string>('/metrics')).body, { message: `${count} polls to wait` })
    .toContain(`slugline_connections{transport="poll"} ${count}`);
};

/** The stream of breaking news is there a moment after its first entry. */
async function untilBreaking(api: Api): Promise<void> {
  const deadline = Date.now() + WITHIN;
  while ((await api.get<{ entries: object[] }>('/v1/breaking')).body.entries.length === 0) {
    if (Date.now() > deadline) throw new Error('the entry did not get among the breaking ones');
  }
}

async function expectAllEnded(held: readonly Held[], withinMs: number): Promise<void> {
  const open = () => held.filter(({ hasEnded }) => !hasEnded()).map(({ name }) => name);
  await eventually('all doors to close', () => open().length === 0, withinMs).catch((error: Error) => {
    throw new Error(`${error.message}; still open: ${open().join(', ')}`);
  });
}

describe('what was opened with a credential ends with it', { timeout: 30_000 }, () => {
  let redis: RedisServer;
  let one: TestServer;
  let other: TestServer;
  let followed: readonly Followed[];
  beforeAll(async () => {
    redis = await startRedis();
    const env = { ...TOKEN_ENV, REDIS_URL: redis.url };
    [one, other] = [await startServer({ env }), await startServer({ env })];
    const { slug: open } = await one.api.createStory();
    const { slug: closed } = await one.api.createStory({ visibility: 'private' });
    await one.api.publish(open, { breaking: true });
    followed = [
      { slug: open, edition: 'public' },
      { slug: closed, edition: 'public' },
      { slug: '@breaking', edition: 'public' },
    ];
    await untilBreaking(one.api);
  });
  afterAll(async () => {
    await other?.close();
    await one?.close();
    await redis?.stop();
  });

  it.each(['the same instance', 'another instance'])('when a key is revoked on %s', async (where) => {
    const made = await one.api.request<{ key: { id: string }; secret: string }>('POST', '/v1/keys', {
      body: { name: 'leaving', role: 'contributor' },
    });
    const { key, secret } = made.body;
    const all = [...followed, { slug: followed[0]?.slug ?? '', edition: 'desk' as const }];
    const held = (await Promise.all(all.map((story) => holdAllDoors(one.url, story, byToken(secret))))).flat();
    await pollsWait(one.api, all.length);
    const revoking = where === 'the same instance' ? one : other;
    expect((await revoking.api.request('DELETE', `/v1/keys/${key.id}`)).status).toBe(204);
    await expectAllEnded(held, WITHIN);
  });

  it.each([
    ['signs out', 'DELETE', () => '/v1/session', undefined],
    ['signs out everywhere', 'DELETE', () => '/v1/sessions', undefined],
    ['is suspended', 'PATCH', (id: string) => `/v1/members/${id}`, { status: 'suspended' }],
    ['is given another role', 'PATCH', (id: string) => `/v1/members/${id}`, { role: 'editor' }],
  ] as const)('when a member who signed in %s on another instance', async (_what, method, path, body) => {
    const member = await newPerson(one, 'contributor');
    const all = [...followed, { slug: followed[0]?.slug ?? '', edition: 'desk' as const }];
    const held = (await Promise.all(all.map((story) => holdAllDoors(one.url, story, bySession(member))))).flat();
    await pollsWait(one.api, all.length);
    const asked = body === undefined ? { key: null, headers: member.person } : { body };
    expect((await other.api.request(method, path(member.memberId), asked)).status).toBeLessThan(300);
    await expectAllEnded(held, WITHIN);
  });

  it.each([
    ['is suspended', { status: 'suspended' }],
    ['is given a lesser role', { role: 'contributor' }],
  ])('when the member whose personal key it is %s', async (_what, body) => {
    const { memberId } = await newPerson(one, 'editor');
    const made = await one.api.request<{ secret: string }>('POST', `/v1/members/${memberId}/keys`, {
      body: { name: 'Laptop' },
    });
    const desk = { slug: followed[0]?.slug ?? '', edition: 'desk' as const };
    const held = await holdAllDoors(one.url, desk, byToken(made.body.secret));
    await pollsWait(one.api, 1);
    expect((await other.api.request('PATCH', `/v1/members/${memberId}`, { body })).status).toBe(200);
    await expectAllEnded(held, WITHIN);
  });

  it('when a desk is restricted to others, of its desk edition', async () => {
    const editor = await newPerson(one, 'editor');
    const { memberId } = await newPerson(one, 'editor');
    const { slug } = await one.api.createStory();
    const desk = { slug, edition: 'desk' as const };
    const socket = await connectSocket(one.url, { extraHeaders: { cookie: editor.cookie } });
    await socket.join(desk);
    const doors = await holdAllDoors(one.url, desk, { ...bySession(editor), status: 403 });
    await pollsWait(one.api, 1);
    expect((await other.api.request('PATCH', `/v1/stories/${slug}`, { body: { members: [memberId] } })).status).toBe(
      200,
    );
    // A socket stays, and is told that this story is no longer for it.
    const streamAndPoll = doors.filter(({ name }) => !/websocket|polling/.test(name));
    await expectAllEnded(streamAndPoll, WITHIN);
    await eventually('the socket to be put out of the story', () => socket.resets.includes(slug), WITHIN);
    expect(await socket.refusal(desk)).toBe('story_restricted');
    expect((await socket.join({ slug })).ok).toBe(true);
  });

  it('when a token runs out', async () => {
    const stories = followed.map(({ slug }) => slug).filter((slug) => slug !== '@breaking');
    const token = await readerToken(stories, 3);
    const ends = (Math.floor(Date.now() / 1_000) + 3) * 1_000;
    const held = (await Promise.all(followed.map((story) => holdAllDoors(one.url, story, byToken(token))))).flat();
    expect(held.filter(({ hasEnded }) => hasEnded())).toEqual([]);
    await expectAllEnded(held, ends - Date.now() + WITHIN);
  });

  it('and by no door it opens anew from the moment on at which it runs out', async () => {
    const { api, url } = await serverForTest({ env: TOKEN_ENV });
    const { slug } = await api.createStory({ visibility: 'private' });
    const late = await readerToken([slug], -1);
    for (const path of [`/v1/stories/${slug}`, pathOf({ slug, edition: 'public' }, 'changes')]) {
      const answer = await api.get(path, { key: late });
      expect([path, answer.status, answer.body.code]).toEqual([path, 401, 'unauthenticated']);
    }
    const socket = await connectSocket(url);
    expect(await socket.refusal({ slug, token: late })).toBe('unauthenticated');
    await expect(connectSocket(url, { auth: { token: late } })).rejects.toMatchObject({
      data: { code: 'unauthenticated' },
    });
  });

  it('though its holder neither reads nor answers', async () => {
    const key = await one.api.createKey('reader');
    const { port } = new URL(one.url);
    const link = connectTcp(Number(port), '127.0.0.1');
    onTestFinished(() => {
      link.destroy();
    });
    const heard: Buffer[] = [];
    link.on('data', (chunk) => heard.push(chunk));
    link.on('error', () => undefined);
    link.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n',
    );
    await eventually('the handshake', () => String(Buffer.concat(heard)).includes('"sid"'));
    // Masked with zeros, which a server has to take like any other mask.
    const connect = Buffer.from(`40${JSON.stringify({ token: key })}`);
    link.write(Buffer.concat([Buffer.from([0x81, 0x80 | connect.length, 0, 0, 0, 0]), connect]));
    await eventually('the socket to connect', () => String(Buffer.concat(heard)).includes('40{"sid"'));
    const closed = once(link, 'close');
    expect((await one.api.request('DELETE', `/v1/keys/${key.split('_')[1]}`)).status).toBe(204);
    await closed;
  });
});

import { connect, type LiveError, type LiveStory, type TransportName } from '@slugline/client';
import type { PublicEntry, Story } from '@slugline/client/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStream } from '../helpers/event-stream.js';
import { reaches } from '../helpers/reaches.js';
import { serverForTest, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

type Reader = LiveStory<Story, PublicEntry>;

interface Follower {
  readonly story: Reader;
  readonly errors: LiveError[];
  readonly statuses: string[];
  /** `seq` of each step taken. */
  readonly seqs: number[];
  close(): void;
}

const ALL: readonly TransportName[] = ['socket', 'sse', 'poll'];

/** A reader whose moments are all early, so that a test need not wait as long as readers may. */
function follow(server: TestServer, slug: string, transports: readonly TransportName[] = ALL): Follower {
  const backoff = { minMs: 20, maxMs: 200, climbAfterMs: 100 };
  const connection = connect(server.url, { transports, backoff, random: () => 0.01 });
  onTestFinished(() => connection.close());
  const story = connection.story(slug);
  const errors: LiveError[] = [];
  const statuses: string[] = [];
  const seqs: number[] = [];
  story.on('error', (error) => errors.push(error));
  story.on('status', (status) => statuses.push(status));
  story.on('change', ({ position }) => seqs.push(position.seq));
  return { story, errors, statuses, seqs, close: () => connection.close() };
}

const isOn = (name: TransportName) => (story: Reader) => story.status === 'live' && story.transport === name;

/** Publishes without a pause until it is told to stop. */
function publishing(server: TestServer, slug: string): () => Promise<number> {
  let isOver = false;
  const done = (async () => {
    let last = 0;
    while (!isOver) {
      const { body } = await server.api.request<{ position: { seq: number } }>('POST', `/v1/stories/${slug}/entries`, {
        body: { headline: 'News' },
      });
      last = body.position.seq;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return last;
  })();
  const stop = () => {
    isOver = true;
    return done;
  };
  onTestFinished(() => void stop());
  return stop;
}

/** Took every step that there was from its first page on, in order; a catch-up may take several at once. */
async function isWhole({ story, seqs }: Follower, server: TestServer, last: number): Promise<void> {
  await reaches(story, `change ${last}`, ({ position }) => position?.seq === last);
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  const { body } = await server.api.get<{ entries: PublicEntry[] }>(`/v1/stories/${story.slug}?limit=200`);
  expect(story.entries.slice(0, 200)).toEqual(body.entries);
}

const figure = async (server: TestServer, name: string): Promise<number> => {
  const { body } = await server.api.get<string>('/metrics');
  const line = body.split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
};
const refusals = (server: TestServer) => figure(server, 'slugline_rejections_total{code="too_many_connections"}');

describe('above the high-water mark', () => {
  test.each(['socket', 'sse'] as const)(
    'a reader who came over %s is sent on to polling, and is back when there is room, without a lost change',
    async (transport) => {
      const server = await serverForTest({ env: { POLL_ABOVE: '1' } });
      const { slug } = await server.api.createStory();
      const first = follow(server, slug, [transport, 'poll']);
      await reaches(first.story, 'the first reader to be live', isOn(transport));
      const stop = publishing(server, slug);
      const second = follow(server, slug, [transport, 'poll']);
      await reaches(second.story, 'the second reader to poll', isOn('poll'));
      expect(await figure(server, 'slugline_goaways_total{reason="crowd"}')).toBeGreaterThan(0);
      expect(first.story.transport, 'who was there before stays').toBe(transport);
      first.close();
      await expect
        .poll(() => figure(server, `slugline_connections{transport="${transport === 'sse' ? 'sse' : 'websocket'}"}`), {
          message: 'the second reader to be back, alone',
        })
        .toBe(1);
      await reaches(second.story, `a ${transport} again`, isOn(transport));
      await isWhole(second, server, await stop());
      expect(second.errors).toEqual([]);
      expect(second.statuses, 'it was live all the time').toEqual(['live']);
    },
  );

  test('a reader who cannot poll stays where it is', async () => {
    const server = await serverForTest({ env: { POLL_ABOVE: '1' } });
    const { slug } = await server.api.createStory();
    const first = follow(server, slug, ['socket']);
    await reaches(first.story, 'the first reader to be live', isOn('socket'));
    const second = follow(server, slug, ['socket', 'sse']);
    await reaches(second.story, 'the second reader to be live', isOn('socket'));
    // The moment that it would pick to go is 100 ms away.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await isWhole(second, server, 1);
    expect(await figure(server, 'slugline_connections{transport="websocket"}')).toBe(2);
    expect(await figure(server, 'slugline_goaways_total{reason="crowd"}')).toBe(1);
    expect(second.statuses).toEqual(['live']);
  });

  test('who reads without the SDK is told at the beginning and served as before', async () => {
    const server = await serverForTest({ env: { POLL_ABOVE: '1' } });
    const { slug } = await server.api.createStory();
    const socket = await connectSocket(server.url);
    await socket.join({ slug });
    const stream = await openStream(`${server.url}/v1/stories/${slug}/stream`);
    await stream.received(2);
    expect(stream.events[1]).toEqual({ id: '', event: 'goaway', data: { reconnectWithinMs: 10_000, use: 'poll' } });
    const other = await connectSocket(server.url);
    await other.join({ slug });
    expect(other.goaways).toEqual([{ reconnectWithinMs: 10_000, use: 'poll' }]);
    await server.api.publish(slug);
    await stream.received(3);
    await other.received(1);
  });
});

describe('without a free place', () => {
  test('a reader goes to the next door at once, knocks nowhere twice, and comes in when there is room', async () => {
    const server = await serverForTest({ env: { MAX_CONNECTIONS: '2' } });
    const { slug } = await server.api.createStory();
    const first = follow(server, slug);
    await reaches(first.story, 'the first reader to be live', isOn('socket'));
    const silent = await connectSocket(server.url);
    const stop = publishing(server, slug);
    const second = follow(server, slug);
    await reaches(second.story, 'the second reader to poll', isOn('poll'));
    expect(second.errors.map(({ code }) => code)).toEqual(['too_many_connections', 'too_many_connections']);
    // One for its WebSocket, one for its session of polls, one for its stream.
    expect(await refusals(server)).toBe(3);
    silent.socket.close();
    await reaches(second.story, 'the place that became free', isOn('sse'));
    // Changing over takes a second place for a moment.
    first.close();
    await reaches(second.story, 'another place', isOn('socket'));
    await isWhole(second, server, await stop());
    expect(second.statuses).toEqual(['live']);
  });

  test('a reader who has no other door waits before it', async () => {
    const server = await serverForTest({ env: { MAX_CONNECTIONS: '1' } });
    const { slug } = await server.api.createStory();
    const first = follow(server, slug);
    await reaches(first.story, 'the first reader to be live', isOn('socket'));
    const second = follow(server, slug, ['socket']);
    await expect.poll(() => second.errors.length, { message: 'to be refused' }).toBe(1);
    const [error] = second.errors;
    expect(error).toMatchObject({ code: 'too_many_connections', retryable: true });
    expect(error?.retryAfterMs, 'as the server asked').toBeGreaterThanOrEqual(5_000);
    first.close();
    await reaches(second.story, 'a place to be free', isOn('socket'), 18_000);
    expect(second.errors).toHaveLength(1);
  });

  test('to wait in, a reader asks plainly and stays up to date', { timeout: 40_000 }, async () => {
    const server = await serverForTest({ env: { MAX_CONNECTIONS: '1' } });
    const { slug } = await server.api.createStory();
    const first = follow(server, slug, ['poll']);
    await reaches(first.story, 'the first reader to be live', isOn('poll'));
    await expect
      .poll(() => figure(server, 'slugline_connections{transport="poll"}'), { message: 'it to wait' })
      .toBe(1);
    const second = follow(server, slug, ['poll']);
    await reaches(second.story, 'the second reader to be live', isOn('poll'));
    await expect.poll(() => refusals(server), { message: 'its wait to be refused' }).toBe(1);
    await server.api.publish(slug);
    await reaches(first.story, 'the entry', ({ entries }) => entries.length === 1);
    await reaches(second.story, 'the entry', ({ entries }) => entries.length === 1, 20_000);
    expect(second.statuses).toEqual(['live']);
    expect(second.errors).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import { RawHttp } from '../helpers/raw-links.js';
import {
  followed,
  LARGE_BODY,
  metric,
  positionOf,
  publishOn,
  publishUntilBehind,
  reaches,
  readInBeats,
  slowReaders,
  slowServer,
} from '../helpers/slow-readers.js';
import { connectSocket } from '../helpers/socket-reader.js';
import { StallingPolls, StallingWebSocket } from '../helpers/stalling-reader.js';

const textOf = (reader: StallingWebSocket) => JSON.stringify(reader.received);

describe('a socket that is behind', { timeout: 40_000 }, () => {
  /** A server with two stories, and a socket that follows the first and does not read any more. */
  async function behindInOneOfTwo() {
    const server = await slowServer();
    const { api } = server;
    const [{ slug: first }, { slug: second }] = await Promise.all([api.createStory(), api.createStory()]);
    const reader = new StallingWebSocket(server.server.port);
    await reader.connected;
    reader.join({ slug: first });
    await reaches(reader, first, 1);
    const witness = await connectSocket(server.url);
    const othersIn = async (slug: string) => ((await witness.join({ slug, limit: 1 })).audience ?? 0) - 1;
    const stall = async () => {
      reader.stall();
      await publishUntilBehind(api, first, 'socket');
    };
    return { server, api, first, second, reader, stall, othersIn };
  }

  it('lacks nothing of the other stories that it follows', async () => {
    const { api, first, second, reader, stall } = await behindInOneOfTwo();
    reader.join({ slug: second });
    await reaches(reader, second, 1);
    await api.publish(second);
    await stall();
    await api.publish(second, { headline: 'While it was behind' });
    await api.publish(first);
    reader.drain();
    await reaches(reader, second, 3);
    await reaches(reader, first, (await positionOf(api, first)).seq);
    await expect.poll(() => slowReaders(api, 'socket', 'caught_up')).toBe(1);
    await Promise.all([api.publish(first), api.publish(second)]);
    await reaches(reader, second, 4);
    await reaches(reader, first, (await positionOf(api, first)).seq);
    for (const slug of [first, second]) expect(followed(reader, slug)).toMatchObject({ gaps: [], dropped: 0 });
    expect(textOf(reader)).toContain('While it was behind');
  });

  it('is sent nothing more of a story that it has left, and the rest', async () => {
    const { api, first, second, reader, stall, othersIn } = await behindInOneOfTwo();
    reader.join({ slug: second });
    await reaches(reader, second, 1);
    await stall();
    reader.leave(first);
    await expect.poll(() => othersIn(first), { message: 'it to be out of the room' }).toBe(0);
    const left = (await positionOf(api, first)).seq;
    await api.publish(first, { headline: 'After it left' });
    await api.publish(second, { headline: 'While it was behind' });
    reader.drain();
    await reaches(reader, second, 2);
    await expect.poll(() => slowReaders(api, 'socket', 'caught_up')).toBe(1);
    expect(followed(reader, first).position?.seq).toBeLessThanOrEqual(left);
    expect(followed(reader, first).gaps).toEqual([]);
    expect(textOf(reader)).not.toContain('After it left');
  });

  it('is answered when it joins a story, and has no hole in it', async () => {
    const { api, first, second, reader, stall, othersIn } = await behindInOneOfTwo();
    await stall();
    await api.publish(second);
    reader.join({ slug: second });
    await expect.poll(() => othersIn(second), { message: 'it to be in the room' }).toBe(1);
    const publishing = publishOn(api, [first, second]);
    await readInBeats(reader);
    await expect.poll(() => slowReaders(api, 'socket', 'caught_up')).toBe(1);
    await publishing.stop();
    await reaches(reader, second, (await positionOf(api, second)).seq);
    await reaches(reader, first, (await positionOf(api, first)).seq);
    for (const slug of [first, second]) expect(followed(reader, slug)).toMatchObject({ gaps: [], starts: 1 });
  });

  it('may join again what it follows', async () => {
    const { api, first, reader, stall } = await behindInOneOfTwo();
    const start = followed(reader, first).position;
    if (start === undefined) throw new Error('the reader has no position');
    await stall();
    reader.join({ slug: first, position: start });
    await api.publish(first);
    reader.drain();
    const answers = () => reader.received.filter(({ what }) => what === 'answer').length;
    await eventually('the second answer', () => answers() === 2, 10_000);
    await expect.poll(() => slowReaders(api, 'socket', 'caught_up')).toBe(1);
    await api.publish(first);
    await reaches(reader, first, (await positionOf(api, first)).seq);
    expect(followed(reader, first)).toMatchObject({ gaps: [], dropped: 0, position: await positionOf(api, first) });
  });

  it('is told to go away like all others when the server closes, which does not wait for it', async () => {
    const { server, reader, stall } = await behindInOneOfTwo();
    await stall();
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(3_000);
    reader.drain();
    await eventually('the end of the connection', () => reader.isOver);
    expect(followed(reader, 'first').gaps).toEqual([]);
  });
});

describe('an answer that waits for a slow link', { timeout: 40_000 }, () => {
  /** A socket with an answer of 12 MB on its way, and more joins than can be answered before that is taken. */
  async function withAnswersWaiting() {
    const server = await slowServer();
    const { api } = server;
    const { slug: large } = await api.createStory();
    for (let batch = 0; batch < 12; batch += 1) {
      await Promise.all(Array.from({ length: 10 }, () => api.publish(large, { body: LARGE_BODY })));
    }
    const { slug } = await api.createStory();
    const entry = await api.publish(slug, { headline: 'Not for everyone' });
    // Has the large answer made, so that the reader's is on its way once it is in the room.
    const witness = await connectSocket(server.url);
    await witness.join({ slug: large, limit: 200 });
    const reader = new StallingWebSocket(server.server.port);
    await reader.connected;
    reader.stall();
    reader.join({ slug: large, limit: 200 });
    const othersIn = async (of: string) => ((await witness.join({ slug: of, limit: 1 })).audience ?? 0) - 1;
    await expect.poll(() => othersIn(large), { message: 'it to be in the first room' }).toBe(1);
    reader.join({ slug });
    await expect.poll(() => othersIn(slug), { message: 'it to be in the second room' }).toBe(1);
    return { api, slug, entry, reader };
  }

  it('is made when it can be sent: what is withdrawn meanwhile is not in it', async () => {
    const { api, slug, entry, reader } = await withAnswersWaiting();
    const path = `/v1/stories/${slug}/entries/${entry.id}/withdrawal`;
    expect((await api.request('POST', path, { body: { status: 'canceled' } })).status).toBe(201);
    reader.drain();
    await reaches(reader, slug, 3);
    await eventually('the answer', () => reader.received.filter(({ what }) => what === 'answer').length === 2);
    expect(followed(reader, slug).entries.get(entry.id)).toMatchObject({ status: 'canceled' });
    expect(textOf(reader)).not.toContain('Not for everyone');
  });

  it('is a refusal when the story is hidden meanwhile', async () => {
    const { api, slug, reader } = await withAnswersWaiting();
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { visibility: 'private' } });
    reader.drain();
    const refused = () => reader.received.some((one) => one.what === 'refusal' && one.code === 'story_not_found');
    await eventually('the refusal', refused, 10_000);
    expect(textOf(reader)).not.toContain('Not for everyone');
  });
});

describe('a long-polling session', { timeout: 40_000 }, () => {
  it('is told what it missed over a WebSocket to which it changes while it is behind', async () => {
    const server = await slowServer();
    const { api } = server;
    const { slug } = await api.createStory();
    const reader = new StallingPolls(server.server.port);
    await reader.connected;
    reader.join({ slug });
    await reaches(reader, slug, 1);
    reader.pausePolling();
    await publishUntilBehind(api, slug, 'socket');
    await reader.upgrade(server.server.port);
    await reaches(reader, slug, (await positionOf(api, slug)).seq);
    await expect.poll(() => slowReaders(api, 'socket', 'caught_up')).toBe(1);
    await api.publish(slug);
    await reaches(reader, slug, (await positionOf(api, slug)).seq);
    expect(followed(reader, slug)).toMatchObject({ gaps: [], dropped: 0 });
    expect(await metric(api, 'connections{transport="polling"}')).toBe(0);
    expect(await metric(api, 'connections{transport="websocket"}')).toBe(1);
  });

  /** A session with an answer under way that it does not take, larger than what the kernel takes for it. */
  async function withAnswerUntaken(env: Record<string, string> = {}) {
    const server = await slowServer({ SLOW_READER_BYTES: '16777216', ...env });
    const { api } = server;
    const { slug } = await api.createStory();
    const reader = new StallingPolls(server.server.port);
    await reader.connected;
    reader.join({ slug });
    await reaches(reader, slug, 1);
    // The poll under way is answered with the first change, which is still read.
    reader.pausePolling();
    await api.publish(slug);
    await reaches(reader, slug, 2);
    for (let batch = 0; batch < 14; batch += 1) {
      await Promise.all(Array.from({ length: 10 }, () => api.publish(slug, { body: LARGE_BODY })));
    }
    expect(await slowReaders(api, 'socket', 'behind')).toBe(0);
    reader.stall();
    reader.resumePolling();
    return { server, api, slug, reader };
  }

  it('is behind by the answer that it does not take, and disconnected after its time', async () => {
    const { api, slug, reader } = await withAnswerUntaken({ SLOW_READER_MS: '1000' });
    // Not enough by itself.
    for (let batch = 0; batch < 12; batch += 1) {
      await Promise.all(Array.from({ length: 10 }, () => api.publish(slug, { body: LARGE_BODY })));
    }
    await api.publish(slug);
    await expect.poll(() => slowReaders(api, 'socket', 'closed'), { message: 'it to be disconnected' }).toBe(1);
    reader.drain();
    await eventually('the end of the connection', () => reader.isOver);
    expect(followed(reader, slug).gaps).toEqual([]);
  });

  it('ends when it polls again before it has taken the last answer', async () => {
    const { server, api, reader } = await withAnswerUntaken();
    await expect.poll(() => metric(api, 'connections{transport="polling"}')).toBe(1);
    const again = new RawHttp(server.server.port);
    const { status } = await again.request('GET', `/socket.io/?EIO=4&transport=polling&sid=${reader.sid}`);
    again.close();
    expect(status).toBe(400);
    await expect.poll(() => metric(api, 'connections{transport="polling"}')).toBe(0);
    reader.drain();
    await eventually('the end of the connection', () => reader.isOver);
  });
});

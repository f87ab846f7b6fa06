import type { Audience } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { audienceSchema } from '../../server/contract/wire-schemas.js';
import { openStream } from '../helpers/event-stream.js';
import type { RedisServer } from '../helpers/redis-server.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';
import { startTwoInstances } from '../helpers/two-instances.js';

let redis: RedisServer;
let first: TestServer;
let second: TestServer;
let close: (() => Promise<void>) | undefined;
beforeAll(async () => {
  ({ redis, first, second, close } = await startTwoInstances());
});
afterAll(() => close?.());

async function audienceAt({ api }: TestServer, slug: string): Promise<Audience> {
  const { body } = await api.get<Audience>(`/v1/stories/${slug}/audience`);
  return audienceSchema.parse(body);
}

async function expectReaders(server: TestServer, slug: string, readers: number): Promise<void> {
  const message = `${readers} readers to be told of`;
  await expect.poll(async () => (await audienceAt(server, slug)).readers, { timeout: 8_000, message }).toBe(readers);
}

/** A poll that waits until the test is over. */
function poll(url: string, slug: string, since: string): void {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  fetch(`${url}/v1/stories/${slug}/changes?since=${since}&wait=25`, { signal: abort.signal }).catch(() => undefined);
}

describe('the audience of a story', () => {
  it('is counted over all instances and ways, and each of them tells the same', async () => {
    const { slug } = await first.api.createStory();
    for (const { url } of [first, second]) {
      for (let count = 1; count <= 2; count += 1) await (await connectSocket(url)).join({ slug });
      await (await openStream(`${url}/v1/stories/${slug}/stream`)).received(1);
    }
    const { body } = await first.api.get<{ position: { epoch: string; seq: number } }>(`/v1/stories/${slug}`);
    poll(second.url, slug, `${body.position.epoch}:${body.position.seq}`);
    // The desk is no reader.
    const desk = await connectSocket(first.url, { auth: { token: first.adminKey } });
    await desk.join({ slug, edition: 'desk' });
    for (const server of [first, second]) {
      await expectReaders(server, slug, 7);
      const { byTransport, byInstance } = await audienceAt(server, slug);
      expect(byTransport).toEqual({ socket: 4, sse: 2, poll: 1 });
      expect(byInstance.map(({ readers }) => readers)).toEqual([4, 3]);
    }
  });

  it('tells how many each version of an entry reached, newest first', async () => {
    const { slug } = await first.api.createStory();
    const reader = await connectSocket(first.url);
    await reader.join({ slug });
    const other = await connectSocket(second.url);
    await other.join({ slug });
    await (await openStream(`${second.url}/v1/stories/${slug}/stream`)).received(1);
    const { id } = await first.api.publish(slug, { headline: 'One' });
    await second.api.request('PATCH', `/v1/stories/${slug}/entries/${id}`, { body: { headline: 'Two' } });
    await Promise.all([reader.received(2), other.received(2)]);
    const reached = async () => (await audienceAt(first, slug)).entries.map((entry) => entry.reached);
    await expect.poll(reached, { timeout: 8_000, message: 'both versions to have reached all' }).toEqual([3, 3]);
    const { entries } = await audienceAt(first, slug);
    expect(entries.map(({ entryId, version }) => [entryId, version])).toEqual([
      [id, 2],
      [id, 1],
    ]);
  });

  it('loses an instance that is gone, and keeps what it had reached', async () => {
    const third = await startServer({ env: { REDIS_URL: redis.url } });
    const { slug } = await first.api.createStory();
    const reader = await connectSocket(third.url);
    await reader.join({ slug });
    await first.api.publish(slug);
    await reader.received(1);
    await expectReaders(first, slug, 1);
    reader.socket.close();
    await third.close();
    await expectReaders(first, slug, 0);
    expect((await audienceAt(first, slug)).entries).toMatchObject([{ reached: 1 }]);
  });

  it('is for the desk, and of stories that are there', async () => {
    const { slug } = await first.api.createStory();
    const at = `/v1/stories/${slug}/audience`;
    const statuses = async (key: string | null) => (await first.api.get(at, { key })).status;
    expect(await statuses(null)).toBe(401);
    expect(await statuses(await first.api.createKey('reader'))).toBe(403);
    expect(await statuses(await first.api.createKey('contributor'))).toBe(200);
    expect((await first.api.get('/v1/stories/no-such-story/audience')).body.code).toBe('story_not_found');
    expect((await first.api.get(`${at}?surprise=1`)).body.code).toBe('invalid_input');
  });
});

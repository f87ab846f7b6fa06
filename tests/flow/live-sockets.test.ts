import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../helpers/server.js';
import { connectSocket, entryIds } from '../helpers/socket-reader.js';

describe('following a story over Socket.IO', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  it('answers a join with the newest page, then sends each change with seq + 1', async () => {
    const { slug } = await server.api.createStory();
    const first = await server.api.publish(slug, { headline: 'First' });
    const reader = await connectSocket(server.url);
    const joined = await reader.join({ slug });
    expect(joined).toMatchObject({ ok: true, reset: true, position: { seq: 2 }, audience: 1, story: { slug } });
    expect(entryIds(joined)).toEqual([first.id]);
    await server.api.publish(slug, { headline: 'Second – “ünïcode” 🔥' });
    await server.api.publish(slug, { headline: 'Third' });
    await reader.received(2);
    expect(reader.changes.map(({ slug: of, change }) => [of, change.seq, change.kind, change.after])).toEqual([
      [slug, 3, 'entry.published', undefined],
      [slug, 4, 'entry.published', undefined],
    ]);
    expect(reader.changes[0]?.change.entry).toMatchObject({ headline: 'Second – “ünïcode” 🔥' });
    expect(reader.changes[0]?.change.epoch).toBe(joined.position.epoch);
  });
});

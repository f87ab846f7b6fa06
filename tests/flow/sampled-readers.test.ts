import { connect } from '@slugline/client';
import type { Audience, EntryReach, Joined } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { reaches } from '../helpers/reaches.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { connectSocket, type SocketReader } from '../helpers/socket-reader.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { TRUST_PROXY: 'loopback' } });
});
afterAll(() => server?.close());

async function entriesOf(slug: string): Promise<readonly EntryReach[]> {
  const { body } = await server.api.get<Audience>(`/v1/stories/${slug}/audience`);
  return body.entries;
}

async function expectNewest(slug: string, message: string, expected: Partial<EntryReach>): Promise<void> {
  await expect.poll(async () => (await entriesOf(slug))[0], { message, timeout: 5_000 }).toMatchObject(expected);
}

/** A socket of its own address that follows, and how its join was answered. */
async function follower(slug: string, address = '198.51.100.1'): Promise<SocketReader & { readonly joined: Joined }> {
  const reader = await connectSocket(server.url, { extraHeaders: { 'x-forwarded-for': address } });
  return { ...reader, joined: await reader.join({ slug }) };
}

describe('sampled readers', () => {
  it('confirm with the SDK what they applied, by which the time to the screen is known', async () => {
    const { slug } = await server.api.createStory();
    for (let count = 1; count <= 3; count += 1) {
      const story = connect(server.url, { transports: ['socket'] }).story(slug);
      onTestFinished(() => story.close());
      await reaches(story, 'a reader to be live', ({ status }) => status === 'live');
    }
    const { id } = await server.api.publish(slug);
    await expectNewest(slug, 'all three to confirm', { entryId: id, version: 1, reached: 3, asked: 3, confirmed: 3 });
    const [{ p50Ms = 0, p95Ms = 0 } = {}] = await entriesOf(slug);
    expect(p50Ms).toBeGreaterThan(0);
    expect(p95Ms).toBeGreaterThanOrEqual(p50Ms);
    // The withdrawal is confirmed like any change.
    await server.api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { body: { status: 'canceled' } });
    await expectNewest(slug, 'all three to confirm that it is gone', { entryId: id, version: 2, confirmed: 3 });
  });

  it('who does not confirm harms nobody, and is not asked for ever', async () => {
    const { slug } = await server.api.createStory();
    const silent = await follower(slug);
    expect(silent.joined.sampled).toBe(true);
    for (let count = 1; count <= 6; count += 1) await server.api.publish(slug);
    await silent.received(6);
    const entries = await entriesOf(slug);
    expect(entries.map(({ reached, asked, confirmed }) => [reached, asked, confirmed])).toEqual([
      [1, 0, 0],
      ...Array.from({ length: 5 }, () => [1, 1, 0]),
    ]);
    expect(entries.every((entry) => !('p50Ms' in entry))).toBe(true);
  });

  it('are few, and of one address fewer', async () => {
    const { slug } = await server.api.createStory();
    const crowd = await Promise.all(Array.from({ length: 25 }, () => follower(slug)));
    expect(crowd.filter(({ joined }) => joined.sampled).length).toBe(20);
    const others = await Promise.all(Array.from({ length: 200 }, (_, at) => follower(slug, `203.0.113.${at % 100}`)));
    expect(others.filter(({ joined }) => joined.sampled).length).toBe(180);
    // Who leaves makes room, however quiet the story is.
    const [gone, left, ...full] = crowd.filter(({ joined }) => joined.sampled);
    gone?.socket.close();
    await expect.poll(async () => (await follower(slug)).joined.sampled, { message: 'room for one' }).toBe(true);
    left?.socket.emit('story:leave', { slug });
    // Answered after the leave that was said before it.
    await left?.join({ slug: '@breaking' });
    expect((await full[0]?.join({ slug }))?.sampled, 'who was asked before').toBe(true);
    expect((await follower(slug)).joined.sampled, 'room for one more').toBe(true);
    expect((await follower(slug)).joined.sampled, 'and for no other').toBeUndefined();
    // Nobody confirms the desk's edition, or @breaking.
    const desk = await connectSocket(server.url, { auth: { token: server.adminKey } });
    expect(await desk.join({ slug, edition: 'desk' })).not.toHaveProperty('sampled');
    expect(await desk.join({ slug: '@breaking' })).not.toHaveProperty('sampled');
  });

  it('count once, and for nothing but what they were sent', async () => {
    const { slug } = await server.api.createStory();
    const { slug: other } = await server.api.createStory();
    const liar = await follower(slug);
    const stranger = await connectSocket(server.url);
    await stranger.join({ slug: other });
    const { epoch, seq } = liar.joined.position;
    const says = (reader: SocketReader, ...sent: unknown[]) => reader.socket.emit('story:seen', ...sent);
    // What is to come, another history, and what is no message at all.
    says(liar, { slug, position: { epoch, seq: seq + 1 } });
    says(liar, { slug, position: { epoch, seq: Number.MAX_SAFE_INTEGER } });
    says(liar, { slug, position: { epoch: 'other', seq } });
    for (const sent of [undefined, null, 'x', { slug }, { slug: '@breaking', position: { epoch, seq } }])
      says(liar, sent);
    says(liar);
    await server.api.publish(slug);
    await liar.received(1);
    for (let count = 1; count <= 10; count += 1) says(liar, { slug, position: { epoch, seq: seq + 1 } });
    says(stranger, { slug, position: { epoch, seq: seq + 1 } });
    await expectNewest(slug, 'one confirmation', { reached: 1, asked: 1, confirmed: 1 });
    // Nobody who invents is heard in the end, and nobody is disconnected for it.
    for (let count = 1; count <= 30; count += 1) says(liar, { slug, position: { epoch, seq: seq + 1_000 + count } });
    await server.api.publish(slug);
    await liar.received(2);
    says(liar, { slug, position: { epoch, seq: seq + 2 } });
    // A join is answered after all that was said before it.
    await liar.join({ slug });
    expect((await entriesOf(slug))[0]).toMatchObject({ reached: 1, confirmed: 0 });
    expect(liar.disconnects).toEqual([]);
  });

  it('follow as before where the server asks nobody, and confirm nothing', async () => {
    const { slug } = await server.api.createStory();
    const heard: string[] = [];
    const reader = await follower(slug);
    reader.socket.onAny((event: string) => heard.push(event));
    await server.api.publish(slug);
    await reader.received(1);
    expect(heard).toEqual(['story:change']);
  });
});

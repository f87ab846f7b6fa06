import { describe, expect, it } from 'vitest';
import { LIMITS, type PublicEntry } from '../../client-sdk/protocol/index.js';
import { eventually } from '../contract/store-harness.js';
import { readerToken } from '../helpers/reader-token.js';
import type { Api } from '../helpers/server.js';
import {
  followed,
  metric,
  positionOf,
  publishOn,
  publishUntilBehind,
  reaches,
  readInBeats,
  slowReaders,
  slowServer,
} from '../helpers/slow-readers.js';
import { STALLING_WAYS, type StallingReader, StallingWebSocket } from '../helpers/stalling-reader.js';

const WAYS = Object.keys(STALLING_WAYS) as (keyof typeof STALLING_WAYS)[];
const doorOf = (way: keyof typeof STALLING_WAYS) => (way === 'sse' ? 'sse' : 'socket');

const textOf = (reader: StallingReader) => JSON.stringify(reader.received);

const edit = (api: Api, slug: string, id: string, fields: object) =>
  api.request<{ entry: PublicEntry }>('PATCH', `/v1/stories/${slug}/entries/${id}`, { body: fields });

const withdraw = (api: Api, slug: string, id: string) =>
  api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { body: { status: 'canceled' } });

describe.each(WAYS)('a reader over %s who does not read', { timeout: 40_000 }, (way) => {
  const door = doorOf(way);

  it('is sent what changed since as soon as it reads on, each entry once, and then goes on live', async () => {
    const server = await slowServer();
    const { api } = server;
    const { slug } = await api.createStory();
    const edited = await api.publish(slug, { headline: 'Edited 0' });
    const reader = await STALLING_WAYS[way](server.server.port, slug, {});
    await reaches(reader, slug, 2);
    reader.stall();
    await publishUntilBehind(api, slug, door);
    const bar = await positionOf(api, slug);
    for (let count = 1; count <= 5; count += 1) await edit(api, slug, edited.id, { headline: `Edited ${count}` });
    const withdrawn = await api.publish(slug, { headline: 'Not to be seen' });
    await withdraw(api, slug, withdrawn.id);
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { kicker: 'Live' } });
    const last = await api.publish(slug, { headline: 'Last' });
    const end = await positionOf(api, slug);

    reader.drain();
    await reaches(reader, slug, end.seq);
    await expect.poll(() => slowReaders(api, door, 'caught_up'), { message: 'it to be live again' }).toBe(1);
    await api.publish(slug);
    await reaches(reader, slug, end.seq + 1);

    const follower = followed(reader, slug);
    expect(follower).toMatchObject({ gaps: [], dropped: 0, position: { seq: end.seq + 1 } });
    expect(follower.entries.get(edited.id)).toMatchObject({ version: 6, headline: 'Edited 5' });
    expect(follower.entries.get(withdrawn.id)).toMatchObject({ status: 'canceled' });
    expect(follower.entries.get(last.id)).toMatchObject({ headline: 'Last' });
    expect(follower.story).toMatchObject({ kicker: 'Live' });
    // All entries, the header, and nothing that was superseded while it was behind.
    expect(follower.entries.size).toBe(bar.seq - 2 + 1 + 3);
    for (const superseded of ['Edited 1', 'Edited 4', 'Not to be seen']) {
      expect(textOf(reader)).not.toContain(superseded);
    }
    expect(reader.isOver).toBe(false);
    expect(await slowReaders(api, door, 'behind')).toBe(1);
    expect(await slowReaders(api, door, 'closed')).toBe(0);
    const transport = way === 'sse' || way === 'polling' ? way : 'websocket';
    expect(await metric(api, `deliveries_total{transport="${transport}"}`)).toBe(follower.taken.length);
  });

  it('loses nothing when it reads by fits and starts while changes go on', async () => {
    const server = await slowServer();
    const { api } = server;
    const { slug } = await api.createStory();
    const reader = await STALLING_WAYS[way](server.server.port, slug, {});
    await reaches(reader, slug, 1);
    reader.stall();
    await publishUntilBehind(api, slug, door);
    const publishing = publishOn(api, [slug]);
    await readInBeats(reader);
    await expect.poll(() => slowReaders(api, door, 'caught_up'), { message: 'it to be live' }).toBeGreaterThan(0);
    await publishing.stop();
    const { seq } = await positionOf(api, slug);
    await reaches(reader, slug, seq);
    expect(followed(reader, slug)).toMatchObject({ gaps: [], dropped: 0, starts: 1 });
    expect(reader.isOver).toBe(false);
  });

  it('is disconnected after its time, and comes back with its position', async () => {
    const server = await slowServer({ SLOW_READER_MS: '1000' });
    const { api } = server;
    const { slug } = await api.createStory();
    const reader = await STALLING_WAYS[way](server.server.port, slug, {});
    await reaches(reader, slug, 1);
    reader.stall();
    await publishUntilBehind(api, slug, door);
    await expect.poll(() => slowReaders(api, door, 'closed'), { message: 'it to be disconnected' }).toBe(1);
    const label = way === 'websocket' ? 'websocket' : way;
    await expect.poll(() => metric(api, `connections{transport="${label}"}`)).toBe(0);
    reader.drain();
    await eventually('the reader to learn of it', () => reader.isOver);

    const follower = followed(reader, slug);
    expect(follower).toMatchObject({ gaps: [], dropped: 0 });
    const { position } = follower;
    const again = new StallingWebSocket(server.server.port);
    await again.connected;
    if (position === undefined) throw new Error('it never had a position');
    again.join({ slug, position });
    await eventually('the answer', () => again.received.length > 0);
    for (const received of again.received) follower.take(received);
    expect(follower).toMatchObject({ gaps: [], starts: 1, position: await positionOf(api, slug) });
    expect(await slowReaders(api, door, 'caught_up')).toBe(0);
  });

  it('is sent nothing more of a story that is hidden from it meanwhile', async () => {
    const server = await slowServer();
    const { api } = server;
    const { slug } = await api.createStory();
    const reader = await STALLING_WAYS[way](server.server.port, slug, {});
    await reaches(reader, slug, 1);
    reader.stall();
    await publishUntilBehind(api, slug, door);
    await api.publish(slug, { headline: 'Published before, a secret' });
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { visibility: 'private', headline: 'A secret' } });
    await api.publish(slug, { headline: 'Another secret' });
    reader.drain();
    if (way === 'sse') await eventually('the stream to end', () => reader.isOver);
    else await eventually('it to be told', () => reader.received.some(({ what }) => what === 'reset'));
    await api.publish(slug, { headline: 'One more secret' });
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { visibility: 'public', headline: 'Open again' } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(textOf(reader)).not.toContain('secret');
    expect(textOf(reader)).not.toContain('Open again');
    expect(followed(reader, slug).gaps).toEqual([]);
  });

  it('goes on with a story that it may read by a token of its own, and only as long as that lasts', async () => {
    const server = await slowServer();
    const { api } = server;
    const { slug } = await api.createStory({ visibility: 'private' });
    const { id, secret } = await newKey(api);
    const keeps = await STALLING_WAYS[way](server.server.port, slug, { token: await readerToken([slug]) });
    const loses = await STALLING_WAYS[way](server.server.port, slug, { token: secret });
    await Promise.all([keeps, loses].map((reader) => reaches(reader, slug, 1)));
    for (const reader of [keeps, loses]) reader.stall();
    await publishUntilBehind(api, slug, door, 2);
    expect((await api.request('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    await api.publish(slug, { headline: 'After the revocation' });
    const end = await positionOf(api, slug);
    keeps.drain();
    loses.drain();
    await eventually('the one to be disconnected', () => loses.isOver);
    await reaches(keeps, slug, end.seq);
    expect(textOf(keeps)).toContain('After the revocation');
    expect(textOf(loses)).not.toContain('After the revocation');
    expect(followed(keeps, slug)).toMatchObject({ gaps: [], dropped: 0 });
  });

  it('starts afresh when more has changed than can be told', async () => {
    const server = await slowServer();
    const { api } = server;
    const { slug } = await api.createStory();
    const reader = await STALLING_WAYS[way](server.server.port, slug, {});
    await reaches(reader, slug, 1);
    reader.stall();
    await publishUntilBehind(api, slug, door);
    for (let batch = 0; batch <= LIMITS.netChanges; batch += 20) {
      await Promise.all(Array.from({ length: 20 }, () => api.publish(slug)));
    }
    const end = await positionOf(api, slug);
    const resets = await metric(api, `resets_total{door="${door}"}`);
    reader.drain();
    if (reader instanceof StallingWebSocket || 'join' in reader) {
      await eventually('it to be told', () => reader.received.some(({ what }) => what === 'reset'));
      reader.join({ slug });
    }
    await reaches(reader, slug, end.seq);
    await expect.poll(() => slowReaders(api, door, 'caught_up')).toBe(1);
    await api.publish(slug);
    await reaches(reader, slug, end.seq + 1);
    expect(followed(reader, slug)).toMatchObject({ gaps: [], starts: 2 });
    expect(await metric(api, `resets_total{door="${door}"}`)).toBe(resets + 1);
  });
});

async function newKey(api: Api): Promise<{ id: string; secret: string }> {
  const { body } = await api.request<{ key: { id: string }; secret: string }>('POST', '/v1/keys', {
    body: { name: 'a reader', role: 'reader' },
  });
  return { id: body.key.id, secret: body.secret };
}

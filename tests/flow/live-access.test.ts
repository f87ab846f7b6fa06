import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeskStory } from '../../client-sdk/protocol/index.js';
import { eventually } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { TOKEN_ENV } from '../helpers/reader-token.js';
import { type Api, startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

describe('who may follow a story', () => {
  let server: TestServer;
  let api: Api;
  let open: DeskStory;
  let reader: string;
  let contributor: string;

  beforeAll(async () => {
    server = await startServer({ env: TOKEN_ENV });
    api = server.api;
    open = await api.createStory();
    reader = await api.createKey('reader');
    contributor = await api.createKey('contributor');
  });
  afterAll(() => server.close());

  it('gives the desk its own edition, and a socket one edition of a story at a time', async () => {
    const { slug } = await api.createStory();
    const desk = await connectSocket(server.url, { auth: { token: contributor } });
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
    const insider = await connectSocket(server.url, { auth: { token: reader } });
    await Promise.all([stranger.join({ slug }), insider.join({ slug })]);
    const stream = await openStream(`${server.url}/v1/stories/${slug}/stream`);
    const kept = await openStream(`${server.url}/v1/stories/${slug}/stream`, {
      authorization: `Bearer ${reader}`,
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

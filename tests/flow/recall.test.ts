import { connect } from '@slugline/client';
import type { Recall } from '@slugline/client/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { recallSchema } from '../../server/contract/wire-schemas.js';
import { openStream } from '../helpers/event-stream.js';
import { alertingServer, follow, ofStory, received, settled } from '../helpers/followers.js';
import { pushServiceForTest } from '../helpers/push-service.js';
import { reaches } from '../helpers/reaches.js';
import type { RedisServer } from '../helpers/redis-server.js';
import { type Api, serverForTest, startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';
import { startTwoInstances } from '../helpers/two-instances.js';
import { ingest } from '../helpers/wire.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the clock says from now on. */
function later(ms: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => Math.round(performance.timeOrigin + performance.now()) + ms);
}

async function recallOf(api: Api, slug: string, id: string): Promise<Recall> {
  const { body } = await api.get<Recall>(`/v1/stories/${slug}/entries/${id}/recall`);
  return recallSchema.parse(body);
}

async function withdraw(api: Api, slug: string, id: string, status = 'canceled'): Promise<void> {
  const { status: answer } = await api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, {
    body: { status },
  });
  expect(answer).toBe(201);
}

/** A reader with the SDK, live. */
async function reader(url: string, slug: string): Promise<void> {
  const story = connect(url, { transports: ['socket'] }).story(slug);
  onTestFinished(() => story.close());
  await reaches(story, 'a reader to be live', ({ status }) => status === 'live');
}

describe('a recall on two instances', () => {
  let redis: RedisServer;
  let first: TestServer;
  let second: TestServer;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    ({ redis, first, second, close } = await startTwoInstances());
  });
  afterAll(() => close?.());

  it('tells who was there, who was told and who confirmed, on whichever instance they were, and after one is gone', async () => {
    const third = await startServer({ env: { REDIS_URL: redis.url } });
    const { slug } = await first.api.createStory();
    const { id } = await first.api.publish(slug, { breaking: true, headline: 'A rumour' });
    for (const { url } of [first, second, third]) await reader(url, slug);
    await (await openStream(`${second.url}/v1/stories/${slug}/stream`)).received(1);
    await (await connectSocket(first.url)).join({ slug: '@breaking' });
    await withdraw(first.api, slug, id, 'withheld');
    const everybody = {
      there: { socket: 3, sse: 1, poll: 0 },
      handed: { socket: 3, sse: 1, poll: 0 },
      asked: 3,
      confirmed: 3,
    };
    for (const { api } of [first, second]) {
      await expect
        .poll(async () => (await recallOf(api, slug, id)).readers, {
          message: 'all to have dropped it',
          timeout: 8_000,
        })
        .toEqual(everybody);
    }
    await expect
      .poll(async () => (await recallOf(second.api, slug, id)).breaking?.there.socket, { timeout: 8_000 })
      .toBe(1);
    await third.close();
    const report = await recallOf(second.api, slug, id);
    expect(report).toMatchObject({ entryId: id, version: 2, status: 'withheld', readers: everybody });
    expect(Date.parse(report.caches.until) - Date.parse(report.at)).toBe(6_000);
    expect(report.replacedAt).toContain(`/s/${slug}/feed.atom`);
    for (const path of report.replacedAt) {
      const { status, body } = await second.api.get<unknown>(path, { key: null });
      expect([path, status, JSON.stringify(body).includes('A rumour')]).toEqual([path, 200, false]);
    }
  });
});

describe('a recall', () => {
  it('is done when caches are over, and waits for who has not confirmed no longer than half a minute', async () => {
    const { api, url } = await serverForTest();
    const { slug } = await api.createStory();
    const [told, silent] = [await api.publish(slug), await api.publish(slug)];
    await withdraw(api, slug, told.id);
    const nobody = await recallOf(api, slug, told.id);
    expect(nobody).toMatchObject({
      state: 'in_progress',
      readers: { asked: 0, there: { socket: 0, sse: 0, poll: 0 } },
    });
    const socket = await connectSocket(url);
    await socket.join({ slug });
    await withdraw(api, slug, silent.id);
    await socket.received(1);
    expect(await recallOf(api, slug, silent.id)).toMatchObject({ readers: { asked: 1, confirmed: 0 } });
    later(7_000);
    expect((await recallOf(api, slug, told.id)).state).toBe('done');
    expect((await recallOf(api, slug, silent.id)).state).toBe('in_progress');
    later(31_000);
    expect((await recallOf(api, slug, silent.id)).state).toBe('done');
    later(2 * 3_600_000);
    const forgotten = await recallOf(api, slug, told.id);
    expect([forgotten.state, 'readers' in forgotten]).toEqual(['done', false]);
  });

  it('is of what is withdrawn, by the newest withdrawal', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory({ visibility: 'private' });
    const { id } = await api.publish(slug);
    const at = `/v1/stories/${slug}/entries/${id}/recall`;
    const refused = await api.get(at);
    expect([refused.status, refused.body.code]).toEqual([409, 'entry_not_withdrawn']);
    await withdraw(api, slug, id, 'withheld');
    expect((await recallOf(api, slug, id)).version).toBe(2);
    await api.request('DELETE', `/v1/stories/${slug}/entries/${id}/withdrawal`);
    expect((await api.get(at)).body.code).toBe('entry_not_withdrawn');
    await withdraw(api, slug, id);
    // What is private has no address for all.
    expect(await recallOf(api, slug, id)).toMatchObject({ version: 4, status: 'canceled', replacedAt: [] });
    const statuses = [null, await api.createKey('reader'), await api.createKey('contributor')].map(
      async (key) => (await api.get(at, { key })).status,
    );
    expect(await Promise.all(statuses)).toEqual([401, 403, 200]);
  });

  it('stays of the day on which it was withdrawn, though a wire says so again on the next one', async () => {
    const { api } = await serverForTest();
    const says = async (version: string, pubStatus: string) => {
      const [uri, versionCreated] = ['urn:newsml:wire.example:2026-03-01:crane', `2026-03-01T09:0${version}:00Z`];
      const words = { headlines: [{ role: 'main', value: 'Crane falls' }], slugline: 'crane', language: 'en' };
      const standard = { name: 'ninjs', version: '3.1' };
      const item = { uri, standard, type: 'text', version, versionCreated, pubStatus, ...words };
      return (await ingest(api, '/v1/ingest/ninjs', item)).item;
    };
    const { slug = '', entryId = '' } = await says('1', 'usable');
    await says('2', 'canceled');
    const { at } = await recallOf(api, slug, entryId);
    later(26 * 3_600_000);
    expect(await says('3', 'canceled')).toMatchObject({ outcome: 'canceled', version: 3 });
    const report = await recallOf(api, slug, entryId);
    expect(report).toMatchObject({ version: 2, at, state: 'done' });
    expect(report).not.toHaveProperty('readers');
  });

  it('tells what became of alerts: replaced where they were told, dropped where nobody had one', async () => {
    const service = await pushServiceForTest();
    const site = await alertingServer(service);
    const { api } = site;
    const { slug } = await api.createStory();
    const browser = service.browser();
    await follow(api, ofStory(slug), browser);
    const { id } = await api.publish(slug, { breaking: true });
    await received(browser, 1);
    await settled(site, service);
    await withdraw(api, slug, id);
    await received(browser, 2);
    await settled(site, service);
    const { alerts, unknown } = await recallOf(api, slug, id);
    expect(alerts).toContainEqual({ topic: slug, state: 'replaced' });
    expect(alerts.map(({ topic }) => topic)).toEqual(['@breaking', slug]);
    expect(unknown).toContain('shown_alerts');
  });
});

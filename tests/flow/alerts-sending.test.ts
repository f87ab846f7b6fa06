import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import { alertingServer, BREAKING, follow, ofStory, received, settled } from '../helpers/followers.js';
import { type PushBrowser, type PushService, pushServiceForTest } from '../helpers/push-service.js';
import { redisForTest } from '../helpers/redis-for-test.js';
import { directoryForTest, serverForTest } from '../helpers/server.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Browsers that follow a story, and how many of them there are. */
async function followers(site: Awaited<ReturnType<typeof alertingServer>>, service: PushService, count: number) {
  const { slug } = await site.api.createStory();
  const browsers = Array.from({ length: count }, () => service.browser());
  for (const browser of browsers) await follow(site.api, ofStory(slug), browser);
  return { slug, browsers };
}

/** Figures of `slugline_alerts_total` by their outcome. */
async function outcomes(url: string): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Object.fromEntries(
    [...text.matchAll(/^slugline_alerts_total\{outcome="(\w+)"\} (\d+)$/gm)].map(([, name = '', value]) => [
      name,
      Number(value),
    ]),
  );
}

describe('a push service that says', () => {
  it.each([404, 410])('%d is not asked for that follower again', async (status) => {
    const service = await pushServiceForTest();
    const site = await alertingServer(service);
    const { slug, browsers } = await followers(site, service, 3);
    const [gone, ...rest] = browsers;
    service.refuse((browser) => (browser === gone ? { status } : undefined));
    await site.api.publish(slug, { breaking: true });
    await service.taken(2);
    await settled(site, service);
    const before = service.requests();
    await site.api.publish(slug, { breaking: true });
    for (const browser of rest) await received(browser, 2);
    await settled(site, service);
    expect(service.requests() - before).toBe(3);
    expect(await outcomes(site.url)).toMatchObject({ gone: 1, put_off: 0, refused: 0 });
  });

  it('429 is asked again after the time it named, for those it did not take, and nobody else waits', async () => {
    const [busy, other] = [await pushServiceForTest(), await pushServiceForTest()];
    const site = await serverForTest({ env: { PUSH_SERVICES: `${busy.origin},${other.origin}` } });
    const { slug } = await site.api.createStory();
    const [waits, doesNot] = [busy.browser(), other.browser()];
    for (const browser of [waits, doesNot]) await follow(site.api, ofStory(slug), browser);
    const asked: number[] = [];
    busy.refuse(() => {
      asked.push(performance.now());
      return asked.length === 1 ? { status: 429, headers: { 'retry-after': '5' } } : undefined;
    });
    await site.api.publish(slug, { breaking: true });
    await received(doesNot, 1);
    expect(waits.received).toHaveLength(0);
    // The next alert does not press it either.
    await site.api.publish(slug, { keyEvent: true });
    await received(doesNot, 2);
    await received(waits, 2);
    expect(asked).toHaveLength(3);
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(4_900);
    expect(await outcomes(site.url)).toMatchObject({ sent: 4, put_off: 2 });
  });

  it.each<[what: string, refusal: Parameters<PushService['refuse']>[0]]>([
    ['503', () => ({ status: 503 })],
    ['nothing', () => 'hang'],
  ])('%s is asked again, by whoever runs then', { timeout: 40_000 }, async (_what, refusal) => {
    const service = await pushServiceForTest();
    const options = { dataDir: await directoryForTest(), env: { PUSH_SERVICES: service.origin } };
    const first = await serverForTest(options);
    const { slug, browsers } = await followers(first, service, 2);
    service.refuse(refusal);
    await first.api.publish(slug, { breaking: true });
    await eventually('both to be asked', () => service.requests() === 2);
    await first.close();
    service.refuse(() => undefined);
    const second = await serverForTest(options);
    for (const browser of browsers) await received(browser, 1);
    expect(await outcomes(second.url)).toMatchObject({ sent: 2 });
  });

  it('no otherwise is not asked again, and keeps its follower', async () => {
    const service = await pushServiceForTest();
    const site = await alertingServer(service);
    const { slug, browsers } = await followers(site, service, 1);
    service.refuse(() => ({ status: 403 }));
    await site.api.publish(slug, { breaking: true });
    await eventually('the request', () => service.requests() === 1);
    service.refuse(() => undefined);
    await settled(site, service);
    expect(service.requests()).toBe(2);
    await site.api.publish(slug, { breaking: true });
    await received(browsers[0] as PushBrowser, 1);
  });

  it('to go elsewhere is not followed there', async () => {
    const [service, elsewhere] = [await pushServiceForTest(), await pushServiceForTest()];
    const site = await alertingServer(service);
    const { slug } = await followers(site, service, 1);
    const lured = elsewhere.browser().subscription.endpoint;
    service.refuse(() => ({ status: 307, headers: { location: lured } }));
    await site.api.publish(slug, { breaking: true });
    await eventually('the request', () => service.requests() === 1);
    service.refuse(() => undefined);
    await settled(site, service);
    expect(elsewhere.requests()).toBe(0);
    expect(await outcomes(site.url)).toMatchObject({ refused: 1 });
  });
});

it('a follower whose push service is no longer among those of the site is not called', async () => {
  const [kept, dropped] = [await pushServiceForTest(), await pushServiceForTest()];
  const dataDir = await directoryForTest();
  const first = await serverForTest({ dataDir, env: { PUSH_SERVICES: `${kept.origin},${dropped.origin}` } });
  const [stays, goes] = [kept.browser(), dropped.browser()];
  for (const browser of [stays, goes]) await follow(first.api, BREAKING, browser);
  await first.close();
  const second = await serverForTest({ dataDir, env: { PUSH_SERVICES: kept.origin } });
  await second.api.publish((await second.api.createStory()).slug, { breaking: true });
  await received(stays, 1);
  await settled(second, kept);
  expect(dropped.requests()).toBe(0);
});

it('what was withdrawn while a push service was away is told to nobody', { timeout: 40_000 }, async () => {
  const service = await pushServiceForTest();
  const site = await alertingServer(service);
  const { slug, browsers } = await followers(site, service, 2);
  const [served, unserved] = browsers;
  service.refuse((browser) => (browser === unserved ? { status: 503 } : undefined));
  const { id } = await site.api.publish(slug, { headline: 'Soon regretted', breaking: true });
  await received(served as PushBrowser, 1);
  await eventually('both to be asked', () => service.requests() === 2);
  const body = { status: 'canceled', notice: 'It was wrong.' };
  await site.api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { body });
  await received(served as PushBrowser, 2);
  service.refuse(() => undefined);
  await received(unserved as PushBrowser, 1);
  expect(JSON.stringify(unserved?.received)).not.toContain('regretted');
  expect(unserved?.received[0]?.alert).toMatchObject({ kind: 'withdrawn', body: 'It was wrong.' });
});

it('instances on one Redis have one key, and send each alert once between them', { timeout: 60_000 }, async () => {
  const [redis, service] = [await redisForTest(), await pushServiceForTest()];
  const env = { REDIS_URL: redis.url, PUSH_SERVICES: service.origin };
  const instances = await Promise.all(Array.from({ length: 3 }, () => serverForTest({ env })));
  const [one, two] = instances;
  if (one === undefined || two === undefined) throw new Error('no instances');
  const keys = await Promise.all(instances.map(({ api }) => api.get<{ key: string }>('/v1/push/key')));
  expect(new Set(keys.map(({ body }) => body.key)).size).toBe(1);
  const { slug } = await one.api.createStory();
  const browsers = Array.from({ length: 150 }, () => service.browser());
  await Promise.all(browsers.map((browser, at) => follow((at % 2 === 0 ? one : two).api, ofStory(slug), browser)));
  for (let round = 0; round < 2; round += 1) {
    await Promise.all([one, two].map(({ api }) => api.publish(slug, { headline: `Round ${round}`, breaking: true })));
  }
  await service.taken(150 * 4);
  await settled(one, service);
  await settled(two, service);
  for (const { received: messages } of browsers) {
    expect(messages).toHaveLength(4);
    expect(new Set(messages.map(({ topic }) => topic)).size).toBe(4);
  }
});

import type { Browser, Page, Worker } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Alert } from '../../client-sdk/protocol/index.js';
import { launchWholeChromium } from '../helpers/chromium.js';
import { alertingServer, BREAKING, follow, ofStory, received, settled } from '../helpers/followers.js';
import { registrationOf } from '../helpers/push-registration.js';
import { type PushBrowser, pushServiceForTest } from '../helpers/push-service.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchWholeChromium();
});
afterAll(() => browser?.close());

interface AtWork {
  readonly worker: Worker;
  /** Hands a message to the worker, as a push service does. */
  deliver(alert: Alert | undefined): Promise<void>;
  shown(): Promise<readonly { title: string; body: string }[]>;
}

/** The server's worker in a browser that knows no other. */
async function workerAtWork(url: string): Promise<AtWork> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  await context.grantPermissions(['notifications'], { origin: url });
  const page = await context.newPage();
  await page.goto(`${url}/v1/push/key`);
  const cdp = await context.newCDPSession(page);
  const registrationId = registrationOf(cdp, `${url}/push-worker.js`);
  const started = context.waitForEvent('serviceworker');
  await page.evaluate(async () => {
    const { installing } = await navigator.serviceWorker.register('/push-worker.js', { scope: '/push-worker/' });
    while (installing?.state !== 'activated') {
      await new Promise((resolve) => installing?.addEventListener('statechange', resolve, { once: true }));
    }
  });
  const id = await registrationId;
  return {
    worker: await started,
    deliver: async (alert) =>
      void (await cdp.send('ServiceWorker.deliverPushMessage', {
        origin: url,
        registrationId: id,
        data: JSON.stringify(alert),
      })),
    shown: () => shownIn(page),
  };
}

function shownIn(page: Page): Promise<readonly { title: string; body: string }[]> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration('/push-worker/');
    const notifications = (await registration?.getNotifications()) ?? [];
    return notifications.map(({ title, body }) => ({ title, body }));
  });
}

it('takes a text away that was first told by its story and withdrawn as breaking news', async () => {
  const service = await pushServiceForTest();
  const { api, url } = await alertingServer(service);
  const { slug } = await api.createStory();
  const reader = service.browser();
  await follow(api, BREAKING, reader);
  await follow(api, ofStory(slug), reader);
  const { id } = await api.publish(slug, { headline: 'First words', keyEvent: true });
  await received(reader, 1);
  const entry = `/v1/stories/${slug}/entries/${id}`;
  for (const [at, body] of [{ headline: 'Second words' }, { headline: 'Third words' }, { breaking: true }].entries()) {
    await settled({ api, url }, service);
    await api.request('PATCH', entry, { body });
    await received(reader, at + 2);
  }
  await settled({ api, url }, service);
  await api.request('POST', `${entry}/withdrawal`, { body: { status: 'canceled', notice: 'It was wrong.' } });
  const messages = await received(reader, 5);

  const { deliver, shown } = await workerAtWork(url);
  // Chromium drops what comes before it has written down that there is a worker, and tells nobody when it has.
  const first = async () => {
    await deliver(messages[2]?.alert);
    return shown();
  };
  await expect.poll(first, { interval: 250 }).toMatchObject([{ title: 'Third words' }]);
  await deliver(messages[4]?.alert);
  await expect.poll(shown).toMatchObject([{ body: 'It was wrong.' }]);
  await deliver(messages[1]?.alert);
  // A busy Chromium drops some that come close together, too. Once this one is there, what came before it was looked at.
  const other = async () => {
    await deliver({ ...(messages[1]?.alert as Alert), tag: 'another' });
    return (await shown()).length;
  };
  await expect.poll(other, { message: 'the other alert', interval: 250 }).toBe(2);
  expect(await shown()).toContainEqual({ title: expect.any(String), body: 'It was wrong.' });
});

it('brings along what can be followed when the browser has another subscription, though something cannot', async () => {
  const service = await pushServiceForTest();
  const { api, url } = await alertingServer(service);
  const [hidden, open] = [await api.createStory(), await api.createStory()];
  const [former, next] = [service.browser(), service.browser()];
  const idOf = async ({ slug }: { slug: string }, browser: PushBrowser) =>
    (await follow(api, ofStory(slug), browser)).split('/').at(-1);
  const ids = { [hidden.slug]: await idOf(hidden, former), [open.slug]: await idOf(open, former) };
  await api.request('PATCH', `/v1/stories/${hidden.slug}`, { body: { visibility: 'private' } });

  const { worker } = await workerAtWork(url);
  await worker.evaluate(
    async ({ follows, newSubscription }) => {
      const kept = await caches.open('slugline-alerts');
      await kept.put('/follows.json', Response.json(follows));
      const waits: Promise<unknown>[] = [];
      const waitUntil = (wait: Promise<unknown>) => void waits.push(wait);
      dispatchEvent(Object.assign(new Event('pushsubscriptionchange'), { newSubscription, waitUntil }));
      await Promise.allSettled(waits);
    },
    {
      follows: { endpoint: former.subscription.endpoint, ids, toldAt: 0 },
      newSubscription: next.subscription,
    },
  );
  await api.publish(open.slug, { headline: 'For the next', breaking: true });
  await received(next, 1);
  const kept = await worker.evaluate(async () => (await caches.match('/follows.json'))?.json());
  expect(kept).toMatchObject({ endpoint: next.subscription.endpoint });
  expect(Object.keys(kept.ids)).toContain(open.slug);
  expect(former.received).toEqual([]);
});

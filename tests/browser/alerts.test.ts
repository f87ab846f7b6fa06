import type { Browser, BrowserContext, Page, Worker } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import { launchWholeChromium } from '../helpers/chromium.js';
import { alertingServer, received } from '../helpers/followers.js';
import { registrationOf } from '../helpers/push-registration.js';
import { type PushBrowser, type PushService, pushServiceForTest } from '../helpers/push-service.js';
import { directoryForTest, serverForTest, type TestServer } from '../helpers/server.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchWholeChromium();
});
afterAll(() => browser?.close());

/**
 * The part of a browser that Chromium only has where it reaches its maker's servers: what a subscription is made by. All
 * else (permission, worker, messages, notifications) is Chromium's own.
 */
function standInForPushService(subscriptions: readonly { endpoint: string; keys: object }[]): void {
  const held = 'held-subscription';
  const subscriptionOf = (text: string | null) => {
    if (text === null) return null;
    const { at, key } = JSON.parse(text);
    const subscription = subscriptions[at];
    const bytes = Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    );
    return {
      ...subscription,
      options: { applicationServerKey: bytes.buffer },
      toJSON: () => subscription,
      unsubscribe: async () => {
        localStorage.removeItem(held);
        return true;
      },
    };
  };
  Object.assign(PushManager.prototype, {
    getSubscription: async () => subscriptionOf(localStorage.getItem(held)),
    subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
      const made = Number(localStorage.getItem('made') ?? 0);
      localStorage.setItem('made', String(made + 1));
      localStorage.setItem(held, JSON.stringify({ at: made, key: applicationServerKey }));
      return subscriptionOf(localStorage.getItem(held));
    },
  });
}

interface Reader {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What this browser subscribes as, one after the other. */
  readonly devices: readonly PushBrowser[];
  readonly complaints: readonly string[];
}

async function openReader(
  service: PushService,
  url: string,
  permission: 'granted' | 'denied' = 'granted',
): Promise<Reader> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 } });
  onTestFinished(() => context.close());
  await context.grantPermissions(permission === 'granted' ? ['notifications'] : [], { origin: new URL(url).origin });
  const devices = [service.browser(), service.browser()];
  await context.addInitScript(
    standInForPushService,
    devices.map(({ subscription }) => subscription),
  );
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await page.locator('#alerts[data-state]').waitFor();
  return { context, page, devices, complaints };
}

const stateOf = (page: Page) => page.locator('#alerts').getAttribute('data-state');
const choice = (page: Page, topic: string) => page.locator(`[data-topic="${topic}"]`);

async function turn(page: Page, topic: string, on: boolean): Promise<void> {
  if (!(await page.locator('#alerts-panel').isVisible())) await page.locator('.alerts-button').click();
  const box = choice(page, topic);
  await box.click();
  await expect.poll(async () => [await box.isChecked(), await box.getAttribute('aria-busy')]).toEqual([on, null]);
}

describe('the control for alerts', () => {
  it('follows this story and all breaking news, each by its switch, and ends it again', {
    timeout: 60_000,
  }, async () => {
    const service = await pushServiceForTest();
    const { url, api } = await alertingServer(service);
    const { slug } = await api.createStory();
    const { slug: other } = await api.createStory();
    const { page, devices, complaints } = await openReader(service, `${url}/s/${slug}`);
    const [device] = devices;
    if (device === undefined) throw new Error('no device');
    expect(await stateOf(page)).toBe('off');
    await turn(page, slug, true);
    expect(await stateOf(page)).toBe('on');
    await api.publish(slug, { headline: 'Of this story', keyEvent: true });
    await received(device, 1);

    // It is remembered, by other pages too.
    await page.goto(`${url}/`);
    await expect.poll(() => stateOf(page)).toBe('off');
    await turn(page, '@breaking', true);
    await api.publish(other, { headline: 'Of another', breaking: true });
    await received(device, 2);
    await page.goto(`${url}/s/${slug}`);
    await expect.poll(() => stateOf(page)).toBe('on');
    await page.locator('.alerts-button').click();
    expect([await choice(page, slug).isChecked(), await choice(page, '@breaking').isChecked()]).toEqual([true, true]);

    await turn(page, slug, false);
    await turn(page, '@breaking', false);
    expect(await stateOf(page)).toBe('off');
    await api.publish(slug, { headline: 'Unheard', breaking: true });
    // Nothing is left of the subscription: the next one is another.
    await turn(page, slug, true);
    await api.publish(slug, { headline: 'Heard again', breaking: true });
    await received(devices[1] as PushBrowser, 1);
    expect(device.received).toHaveLength(2);
    expect(complaints).toEqual([]);
  });

  it('says where the browser blocks them or has none, and is out of sight without a script', async () => {
    const service = await pushServiceForTest();
    const { url, api } = await alertingServer(service);
    const { slug } = await api.createStory();
    const { page } = await openReader(service, `${url}/s/${slug}`, 'denied');
    expect(await stateOf(page)).toBe('denied');
    await page.locator('.alerts-button').click();
    await page.getByText('Your browser blocks notifications').waitFor();
    expect(await choice(page, slug).isVisible()).toBe(false);

    const lacking = await browser.newContext();
    onTestFinished(() => lacking.close());
    await lacking.addInitScript(() => {
      Reflect.deleteProperty(window, 'PushManager');
    });
    const old = await lacking.newPage();
    await old.goto(`${url}/s/${slug}`);
    await expect.poll(() => stateOf(old)).toBe('unsupported');

    const silent = await browser.newContext({ javaScriptEnabled: false });
    onTestFinished(() => silent.close());
    const plain = await silent.newPage();
    await plain.goto(`${url}/s/${slug}`);
    expect(await plain.locator('.alerts-button').isVisible()).toBe(false);
  });

  it('tells of what did not work, and leaves the switch where it was', async () => {
    const service = await pushServiceForTest();
    const { url, api } = await alertingServer(service, { SUBSCRIPTIONS_PER_ADDRESS: '1' });
    const { slug } = await api.createStory();
    const { page } = await openReader(service, `${url}/s/${slug}`);
    await turn(page, slug, true);
    await choice(page, '@breaking').click();
    await page.getByText('Too many at once').waitFor();
    expect(await choice(page, '@breaking').isChecked()).toBe(false);
    await page.route('**/subscriptions/*', (route) => route.abort());
    await choice(page, slug).click();
    await page.getByText('That did not work').waitFor();
    expect(await choice(page, slug).isChecked()).toBe(true);
  });

  it('makes a new subscription where the site has another key, and takes along what was followed', async () => {
    const service = await pushServiceForTest();
    const first = await alertingServer(service);
    const { slug } = await first.api.createStory({ slug: 'harbour-fire' });
    const reader = await openReader(service, `${first.url}/s/${slug}`);
    await turn(reader.page, slug, true);
    const port = new URL(first.url).port;
    await first.close();
    const dataDir = await directoryForTest();
    const second = await serverForTest({ dataDir, env: { PORT: port, PUSH_SERVICES: service.origin } });
    await second.api.createStory({ slug: 'harbour-fire' });
    await reader.page.goto(`${second.url}/s/${slug}`);
    await expect.poll(() => stateOf(reader.page)).toBe('on');
    await turn(reader.page, '@breaking', true);
    await second.api.publish(slug, { headline: 'Key event', keyEvent: true });
    await received(reader.devices[1] as PushBrowser, 1);
  });

  it('is in no page of a site that sends none, and in no frame of another site', async () => {
    const { url, api } = await serverForTest({ env: { PUSH_SERVICES: 'none' } });
    const { slug } = await api.createStory();
    const service = await pushServiceForTest();
    const alerting = await alertingServer(service);
    await alerting.api.createStory({ slug });
    for (const page of [`${url}/s/${slug}`, `${url}/`, `${alerting.url}/embed/${slug}`]) {
      expect(await (await fetch(page)).text(), page).not.toMatch(/id="alerts"|alerts-[\w-]+\.js/);
    }
    expect(await (await fetch(`${alerting.url}/s/${slug}`)).text()).toMatch(/id="alerts"/);
    const worker = await fetch(`${alerting.url}/push-worker.js`);
    expect([worker.status, worker.headers.get('cache-control')]).toEqual([200, 'no-cache']);
  });
});

/**
 * A click on the notification that is shown, as the worker is told of one. Chromium lets a worker open or focus a window
 * only for a click of a person, so that it only says which.
 */
const CLICK = `(async () => {
  const went = [];
  clients.openWindow = async (url) => void went.push('opened ' + url);
  WindowClient.prototype.focus = async function () {
    went.push('focused ' + this.url);
    return this;
  };
  const [notification] = await registration.getNotifications();
  const waits = [];
  const waitUntil = (wait) => void waits.push(wait);
  dispatchEvent(Object.assign(new Event('notificationclick'), { notification, waitUntil }));
  await Promise.all(waits);
  return went;
})()`;

describe('the worker', () => {
  interface Listening extends Reader {
    readonly site: TestServer;
    readonly slug: string;
    /** Hands the newest message that the push service took for this browser to its worker. */
    deliver(count: number): Promise<void>;
    shown(): Promise<
      readonly { title: string; body: string; tag: string; lang: string; dir: string; silent: boolean }[]
    >;
    worker(): Promise<Worker>;
  }

  async function listening(fields: Readonly<Record<string, unknown>> = {}): Promise<Listening> {
    const service = await pushServiceForTest();
    const site = await alertingServer(service);
    const { slug } = await site.api.createStory(fields);
    const reader = await openReader(service, `${site.url}/s/${slug}`);
    const { context, page, devices } = reader;
    await turn(page, slug, true);
    const [device] = devices;
    if (device === undefined) throw new Error('no device');
    const cdp = await context.newCDPSession(page);
    const registrationId = await registrationOf(cdp, `${site.url}/push-worker.js`);
    return {
      ...reader,
      site,
      slug,
      async deliver(count) {
        const messages = device.received;
        await eventually(`message ${count} at the push service`, () => messages.length >= count);
        const data = JSON.stringify(messages[count - 1]?.alert);
        await cdp.send('ServiceWorker.deliverPushMessage', { origin: site.url, registrationId, data });
      },
      shown: () =>
        page.evaluate(async () => {
          const registration = await navigator.serviceWorker.getRegistration('/push-worker/');
          const notifications = (await registration?.getNotifications()) ?? [];
          return notifications.map(({ title, body, tag, lang, dir, silent }) => ({
            ...{ title, body, tag, lang, dir },
            silent: silent === true,
          }));
        }),
      async worker() {
        return context.serviceWorkers()[0] ?? context.waitForEvent('serviceworker');
      },
    };
  }

  it('shows an alert in its language, and what corrects or withdraws it in its place', {
    timeout: 60_000,
  }, async () => {
    const { site, slug, deliver, shown } = await listening({ language: 'ar', headline: 'حريق' });
    const { id } = await site.api.publish(slug, { headline: 'خمسة مفقودين', breaking: true });
    await deliver(1);
    await expect.poll(shown).toMatchObject([{ title: 'خمسة مفقودين', lang: 'ar', dir: 'rtl', silent: false }]);
    const entry = `/v1/stories/${slug}/entries/${id}`;
    await site.api.request('POST', `${entry}/corrections`, {
      body: { headline: 'أربعة مفقودين', text: 'كانوا أربعة.' },
    });
    await deliver(2);
    await expect.poll(shown).toMatchObject([{ title: 'أربعة مفقودين', body: 'تصحيح: كانوا أربعة.', silent: true }]);
    await site.api.request('POST', `${entry}/withdrawal`, { body: { status: 'canceled', notice: 'كان الخبر خطأ.' } });
    await deliver(3);
    await expect.poll(shown).toMatchObject([{ body: 'كان الخبر خطأ.' }]);
    // One that was overtaken on its way changes nothing any more.
    await deliver(2);
    await site.api.publish(slug, { headline: 'آخر', breaking: true });
    await deliver(4);
    await expect.poll(async () => (await shown()).length).toBe(2);
    expect(JSON.stringify(await shown())).not.toContain('مفقودين');
  });

  it('goes on with the subscription that the browser has after another', { timeout: 60_000 }, async () => {
    const { site, slug, devices, worker } = await listening();
    const [former, next] = devices;
    if (former === undefined || next === undefined) throw new Error('no devices');
    const changed = `(async () => {
      const waits = [];
      const event = new Event('pushsubscriptionchange');
      const newSubscription = ${JSON.stringify(next.subscription)};
      dispatchEvent(Object.assign(event, { newSubscription, waitUntil: (wait) => void waits.push(wait) }));
      await Promise.all(waits);
    })()`;
    await (await worker()).evaluate(changed);
    await site.api.publish(slug, { headline: 'For the next', breaking: true });
    await received(next, 1);
    expect(former.received).toEqual([]);
  });

  it('leads to the entry: in a page that has it, and by its own page where none is open', {
    timeout: 60_000,
  }, async () => {
    const { site, slug, page, deliver, shown, worker } = await listening();
    const entry = await site.api.publish(slug, { headline: 'Quay evacuated', breaking: true });
    for (let at = 0; at < 12; at += 1)
      await site.api.publish(slug, { headline: `Later ${at}`, bodyMarkdown: 'x '.repeat(400) });
    await deliver(1);
    await expect.poll(async () => (await shown()).length).toBe(1);
    const click = async () => (await worker()).evaluate<readonly string[]>(CLICK);
    await page.locator('.feed > article').nth(12).waitFor();
    expect(await click()).toEqual([`focused ${site.url}/s/${slug}`]);
    const focused = () =>
      page.evaluate(() => document.querySelector('live-story')?.shadowRoot?.activeElement?.textContent);
    await expect.poll(focused).toContain('Quay evacuated');
    expect(await shown()).toEqual([]);

    await deliver(1);
    await expect.poll(async () => (await shown()).length).toBe(1);
    await page.goto('about:blank');
    const windows = "clients.matchAll({ type: 'window', includeUncontrolled: true }).then(({ length }) => length)";
    await expect.poll(async () => (await worker()).evaluate<number>(windows)).toBe(0);
    expect(await click()).toEqual([`opened ${site.url}/s/${slug}/${entry.id}`]);
  });
});

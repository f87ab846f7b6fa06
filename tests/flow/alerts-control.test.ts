import { expect, it, onTestFinished } from 'vitest';
import { launchWholeChromium } from '../helpers/chromium.js';
import { alertingServer, received } from '../helpers/followers.js';
import { pushServiceForTest } from '../helpers/push-service.js';

it('a switch does what the reader wanted, though what is so far is still being looked up', async () => {
  const service = await pushServiceForTest();
  const { url, api } = await alertingServer(service);
  const { slug } = await api.createStory();
  const device = service.browser();
  const browser = await launchWholeChromium();
  onTestFinished(() => browser.close());
  const context = await browser.newContext();
  await context.grantPermissions(['notifications'], { origin: url });
  // What Chromium has only by its maker's servers; and a browser that takes its time to look things up.
  await context.addInitScript((subscription) => {
    const held = { ...subscription, options: {}, toJSON: () => subscription, unsubscribe: async () => true };
    let has = false;
    Object.assign(PushManager.prototype, {
      getSubscription: async () => (has ? held : null),
      subscribe: async () => {
        has = true;
        return held;
      },
    });
    const { open } = CacheStorage.prototype;
    CacheStorage.prototype.open = async function (name) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return open.call(this, name);
    };
  }, device.subscription);
  const page = await context.newPage();
  await page.goto(`${url}/s/${slug}`);
  await page.locator('#alerts[data-state="off"]').waitFor();
  await page.locator('.alerts-button').click();
  await page.locator(`[data-topic="${slug}"]`).click();
  await page.locator('#alerts[data-state="on"]').waitFor();
  expect(await page.locator(`[data-topic="${slug}"]`).isChecked()).toBe(true);
  await api.publish(slug, { keyEvent: true });
  await received(device, 1);
});

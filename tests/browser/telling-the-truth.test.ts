import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { newDesk } from '../helpers/desk.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { contentOf } from '../helpers/page-content.js';
import { directoryForTest, startServer, type TestServer } from '../helpers/server.js';
import { tcpProxy } from '../helpers/tcp-proxy.js';

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A page whose clock the test holds. */
async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await openPage(browser, 'about:blank', options);
  await page.clock.install();
  await page.goto(url);
  await page.locator('live-story[data-live]').waitFor();
  return page;
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
const banner = (page: Page) => page.locator('.banner');
const trouble = (page: Page) => page.locator('.story .trouble');

/** Waits until what is said of the link is this, while time passes. */
async function isSaid(page: Page, text: RegExp | '', steps = 500): Promise<void> {
  const said = async () => {
    await page.clock.runFor(steps);
    return trouble(page).textContent();
  };
  await expect
    .poll(said, { interval: 50, message: `${text || 'nothing'} to be said` })
    .toEqual(text === '' ? '' : expect.stringMatching(text));
}

describe('breaking news', () => {
  it('is told above the story until it was read, dismissed, or is none any more', async () => {
    const desk = await newDesk(server.api);
    await desk.publishMany(12);
    const page = await open(`${server.url}/s/${desk.slug}`);
    const told = () => banner(page).getByRole('link').textContent();
    const first = await desk.publish('Bridge closed', { breaking: true });
    await banner(page).waitFor();
    expect(await told()).toBe('Bridge closed');
    await desk.edit(first.id, { headline: 'Both bridges closed' });
    await expect.poll(told).toBe('Both bridges closed');
    await banner(page).getByRole('button', { name: 'Dismiss' }).click();
    await banner(page).waitFor({ state: 'detached' });

    // It is breaking news that breaks, and not what is said of it later.
    await desk.edit(first.id, { headline: 'All bridges closed' });
    await heading(page, 'All bridges closed').waitFor();
    expect(await banner(page).count()).toBe(0);

    const second = await desk.publish('Evacuation', { breaking: true });
    await expect.poll(told).toBe('Evacuation');
    await desk.edit(second.id, { breaking: false });
    await banner(page).waitFor({ state: 'detached' });
    expect(await heading(page, 'Evacuation').count()).toBe(1);

    const third = await desk.publish('A rumour', { breaking: true });
    await expect.poll(told).toBe('A rumour');
    await desk.withdraw(third.id);
    await banner(page).waitFor({ state: 'detached' });
    expect(await contentOf(page)).not.toContain('rumour');

    // From wherever in the story it leads there.
    await heading(page, 'Number 1').evaluate((node) => node.scrollIntoView({ behavior: 'instant' }));
    await desk.publish('Tunnel closed', { breaking: true });
    await banner(page).getByRole('link', { name: 'Tunnel closed' }).click();
    await heading(page, 'Tunnel closed').waitFor();
    const isInSight = () =>
      heading(page, 'Tunnel closed').evaluate((node) => {
        const { top } = node.getBoundingClientRect();
        return top > 0 && top < innerHeight / 2;
      });
    await expect.poll(isInSight, { message: 'the entry to be in sight' }).toBe(true);
    expect(await banner(page).count()).toBe(0);
  });

  it('is the site’s to tell where it says so', async () => {
    const desk = await newDesk(server.api);
    const page = await open(await hostPage(server.url, `<live-story slug="${desk.slug}"></live-story>`));
    await page.evaluate(() => {
      document.addEventListener('live-story:breaking', (event) => {
        event.preventDefault();
        document.body.dataset.told = event instanceof CustomEvent ? event.detail.entry.headline : '';
      });
    });
    await desk.publish('Bridge closed', { breaking: true });
    await heading(page, 'Bridge closed').waitFor();
    expect(await page.locator('body').getAttribute('data-told')).toBe('Bridge closed');
    expect(await banner(page).count()).toBe(0);
  });
});

describe('whether the page is current', () => {
  it('is said while the server is away, and no longer when it is back with all that came meanwhile', async () => {
    const dataDir = await directoryForTest();
    const first = await startServer({ dataDir });
    const proxy = await tcpProxy(first.url);
    const desk = await newDesk(first.api);
    await desk.publish('Before');
    const page = await open(`${proxy.url}/s/${desk.slug}`);
    await desk.publish('Just before');
    await heading(page, 'Just before').waitFor();
    const states = await page.evaluateHandle(() => {
      const heard: string[] = [];
      document.addEventListener('live-story:status', (event) => {
        if (event instanceof CustomEvent) heard.push(event.detail.status);
      });
      return heard;
    });
    proxy.refusing = true;
    await first.close();
    await isSaid(page, /^Connection lost\. Trying again…$/);
    await isSaid(page, /^No connection since .*\d:\d\d.*\. You may be missing updates\.$/, 3_000);
    expect(await heading(page, 'Before').isVisible()).toBe(true);

    await using second = await startServer({ dataDir });
    await second.api.publish(desk.slug, { headline: 'Meanwhile' });
    proxy.target = { host: '127.0.0.1', port: Number(new URL(second.url).port) };
    proxy.refusing = false;
    await isSaid(page, '', 5_000);
    await heading(page, 'Meanwhile').waitFor();
    await second.api.publish(desk.slug, { headline: 'Afterwards' });
    await heading(page, 'Afterwards').waitFor();
    expect((await states.evaluate((heard) => heard)).at(-1)).toBe('live');
  });

  it('is said while the device is offline, with when it last was not', async () => {
    const desk = await newDesk(server.api);
    await desk.publish('Before');
    const page = await open(`${server.url}/s/${desk.slug}`);
    await desk.publish('Just before');
    await heading(page, 'Just before').waitFor();
    await page.context().setOffline(true);
    await isSaid(page, /^You are offline\. Last checked .*\d:\d\d.*\.$/);
    await desk.publish('Meanwhile');
    await page.context().setOffline(false);
    await isSaid(page, '');
    await heading(page, 'Meanwhile').waitFor();
  });

  it('is said of a story that was ended, paused or hidden, as soon as it is', async () => {
    const desk = await newDesk(server.api, { status: 'upcoming' });
    const page = await open(`${server.url}/s/${desk.slug}`);
    const status = page.locator('.status');
    expect(await status.textContent()).toBe('Upcoming');
    for (const [next, said] of [
      ['live', 'Live'],
      ['paused', 'Paused'],
      ['ended', 'Ended'],
      ['live', 'Live'],
    ] as const) {
      await desk.change({ status: next });
      await expect.poll(() => status.textContent()).toBe(said);
      expect(await page.getByText('Live coverage has ended.').count()).toBe(next === 'ended' ? 1 : 0);
    }
    await desk.publish('To be seen by nobody');
    await heading(page, 'To be seen by nobody').waitFor();
    await desk.change({ visibility: 'private' });
    await page.getByText('This story is not available.').waitFor();
    expect(await contentOf(page)).not.toContain('To be seen by nobody');
  });
});

describe('what became of an entry', () => {
  it('is seen in its place: that it was edited, what was wrong in it and when that was said, that it was withdrawn', async () => {
    const desk = await newDesk(server.api);
    const [first = '', second = '', third = ''] = await desk.publishMany(3);
    const page = await open(`${server.url}/s/${desk.slug}`);
    const entry = (id: string) => page.locator(`[data-key="${id}"]`);
    const order = () => page.locator('.entry').evaluateAll((all) => all.map((one) => one.getAttribute('data-key')));
    const published = await entry(second).locator('.stamp time').getAttribute('datetime');

    await desk.edit(first, { headline: 'Number one' });
    await entry(first).locator('.edited').waitFor();
    expect(await entry(first).locator('.edited').textContent()).toMatch(/^Edited .*\d:\d\d/);
    expect(await entry(first).getAttribute('class')).toContain('is-changed');
    expect(await entry(second).locator('.edited').count()).toBe(0);
    await page.clock.runFor(7_000);
    await page.locator(`[data-key="${first}"]:not(.is-changed)`).waitFor();

    const sayings = ['It was quay 4, not quay 3.', 'It was quay 5, not quay 4.'];
    for (const text of sayings) await desk.correct(second, text, { headline: 'Number two' });
    const correction = entry(second).locator('.correction');
    await correction.getByText(sayings[1] ?? '').waitFor();
    await correction.getByText(sayings[0] ?? '').waitFor();
    const [latest = ''] = await correction.allTextContents();
    expect(latest).toMatch(/^Correction, .*\d:\d\d\W+It was quay 5, not quay 4\.$/);
    expect(await correction.locator('time').first().getAttribute('datetime')).toMatch(/^\d{4}-\d\d-\d\dT/);

    await desk.withdraw(third, 'withheld');
    await entry(third).getByText('Under review').waitFor();
    await desk.withdraw(second, 'canceled', 'It was no quay at all.');
    await entry(second).getByText('It was no quay at all.').waitFor();
    expect(await entry(second).getByText('Withdrawn').count()).toBe(1);
    expect(await entry(second).locator('.stamp time').getAttribute('datetime')).toBe(published);
    expect(await order()).toEqual([third, second, first]);
    expect(await contentOf(page)).not.toMatch(/quay [345]|Number (two|3)/);
  });
});

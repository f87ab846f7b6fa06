import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { type Desk, newDesk } from '../helpers/desk.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { startServer, type TestServer } from '../helpers/server.js';

/** More than what is loaded, and than what is loaded to get to an entry, three at a time. */
const MANY = 60;

let browser: Browser;
let server: TestServer;
/** Not changed by any test. */
let desk: Desk;
/** Oldest first. */
let ids: readonly string[];

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
  desk = await newDesk(server.api, { headline: 'Harbour fire' });
  ids = await desk.publishMany(MANY);
  await desk.change({ keyPoints: [{ text: 'How it began', entryId: idOf(1) }] });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** The nth entry. */
const idOf = (number: number) => ids[number - 1] ?? '';
const entry = (page: Page, number: number) => page.locator(`.feed > [data-key="${idOf(number)}"]`);
const headlines = (page: Page) => page.locator('.feed .headline').allTextContents();

async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await openPage(browser, url, options);
  await page.locator('live-story[data-live]').waitFor();
  return page;
}

/** A page of a site that shows the newest three. */
const siteWith = (head = '') =>
  hostPage(
    server.url,
    `${head}<p style="block-size: 50vh">Above.</p><live-story slug="${desk.slug}" limit="3"></live-story>`,
  );

/** Waits until an entry is marked, begins in the upper half of the screen, and has focus. */
async function isLedTo(page: Page, number: number): Promise<void> {
  await page.locator(`.is-linked[data-key="${idOf(number)}"]`).waitFor();
  const seen = () =>
    entry(page, number).evaluate((node) => {
      const { top } = node.getBoundingClientRect();
      return top >= 0 && top < innerHeight / 2 && node.matches(':focus');
    });
  await expect.poll(seen, { message: `entry ${number} to be in sight` }).toBe(true);
}

describe('a link to an entry', () => {
  it('leads to it in the page of a site: where it is loaded, further down, and further than that', async () => {
    const site = await siteWith();
    const page = await open(`${site}#entry=${desk.slug}/${idOf(MANY - 1)}`);
    await isLedTo(page, MANY - 1);

    // Among its neighbours, with all that lies between.
    await page.evaluate((hash) => location.assign(hash), `#entry=${desk.slug}/${idOf(MANY - 16)}`);
    await isLedTo(page, MANY - 16);
    const loaded = await headlines(page);
    expect(loaded.slice(0, 17)).toEqual(Array.from({ length: 17 }, (_none, at) => `Number ${MANY - at}`));

    // Too far for that: before all others.
    await page.evaluate((hash) => location.assign(hash), `#entry=${desk.slug}/${idOf(1)}`);
    await isLedTo(page, 1);
    expect((await headlines(page)).slice(0, 2)).toEqual(['Number 1', `Number ${MANY}`]);
    expect(page.url()).toBe(`${site}#entry=${desk.slug}/${idOf(1)}`);
  });

  it('keeps what comes in meanwhile from moving what it led to', async () => {
    const own = await newDesk(server.api);
    const [first = ''] = await own.publishMany(9);
    const page = await open(`${server.url}/s/${own.slug}#entry=${own.slug}/${first}`);
    const linked = page.locator(`.is-linked[data-key="${first}"]`);
    await linked.waitFor();
    await expect.poll(() => linked.evaluate((node) => node.getBoundingClientRect().bottom <= innerHeight)).toBe(true);
    await own.publish('News');
    await page.getByRole('button', { name: '1 new update' }).waitFor();
    expect(await page.getByRole('heading', { name: 'News' }).count()).toBe(0);
  });

  it('within the story goes there without leaving the page, and is what the address then says', async () => {
    const page = await open(`${server.url}/s/${desk.slug}`);
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
    await page.getByRole('link', { name: 'How it began' }).click();
    await isLedTo(page, 1);
    expect(page.url()).toBe(`${server.url}/s/${desk.slug}/${idOf(1)}`);
    await entry(page, MANY).locator('.stamp a').click();
    await isLedTo(page, MANY);
    expect(page.url()).toBe(`${server.url}/s/${desk.slug}/${idOf(MANY)}`);
    expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true);
  });

  it('shows what a filter left out', async () => {
    const page = await open(`${server.url}/s/${desk.slug}`);
    await page.getByRole('button', { name: 'Key events' }).click();
    await page.getByText('No update matches this filter.').waitFor();
    await page.getByRole('link', { name: 'How it began' }).click();
    await isLedTo(page, 1);
    expect(await page.getByRole('button', { name: 'All updates' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('says so where there is no such entry', async () => {
    const page = await open(`${await siteWith()}#entry=${desk.slug}/no-such-entry`);
    const notice = page.locator('.notices').getByText('This update is not available.');
    await notice.waitFor();
    expect(await page.locator('.heard[role=status]').textContent()).toBe('This update is not available.');
    expect((await headlines(page)).slice(0, 3)).toEqual([MANY, MANY - 1, MANY - 2].map((number) => `Number ${number}`));
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await notice.waitFor({ state: 'detached' });
    // Another story's, or nothing like one.
    for (const hash of [`#entry=other-story/${idOf(1)}`, '#entry=', '#somewhere']) {
      await page.evaluate((next) => location.assign(next), hash);
    }
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(await page.locator('.is-linked').count()).toBe(0);
    expect(await notice.count()).toBe(0);
  });
});

describe('the control that shares an entry', () => {
  it('copies its address where the system has no way of its own, and says so', async () => {
    const page = await open(`${server.url}/s/${desk.slug}`, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.clock.install();
    const share = entry(page, MANY).locator('.share button');
    await share.click();
    await share.getByText('Link copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      `${server.url}/s/${desk.slug}/${idOf(MANY)}`,
    );
    expect(await page.locator('.heard[role=status]').textContent()).toBe('Link copied');
    await page.clock.runFor(3_500);
    await share.getByText('Share', { exact: true }).waitFor();
  });

  it('gives it to the system where there is one, and copies nothing when the reader thinks better of it', async () => {
    // Chromium has none here.
    const system = `<script>
      navigator.share = async (what) => {
        document.body.dataset.shared = JSON.stringify(what);
        throw new DOMException('No thanks', 'AbortError');
      };
    </script>`;
    const site = await siteWith(`<link rel="canonical" href="https://news.example/fire">${system}`);
    const page = await open(site, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.evaluate(() => navigator.clipboard.writeText('What was there'));
    await entry(page, MANY).getByRole('button', { name: 'Share' }).click();
    const shared = page.locator('body[data-shared]');
    await shared.waitFor();
    expect(JSON.parse((await shared.getAttribute('data-shared')) ?? '')).toEqual({
      title: `Number ${MANY}`,
      url: `https://news.example/fire#entry=${desk.slug}/${idOf(MANY)}`,
    });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('What was there');
  });
});

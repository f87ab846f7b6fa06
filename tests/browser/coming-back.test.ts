import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { type Desk, newDesk } from '../helpers/desk.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { contentOf } from '../helpers/page-content.js';
import { startServer, type TestServer } from '../helpers/server.js';

/** Milliseconds after which who was away is told what changed, and some more. */
const LONG = 70_000;

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
  await visit(page, url);
  return page;
}

async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('live-story[data-live]').waitFor();
}

/** Whether the reader sees the tab, as browsers tell it. */
async function lookAtTab(page: Page, isSeen: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, !isSeen);
}

/** Looks at another tab, and waits until the page has made a note of that. */
async function leave(page: Page): Promise<void> {
  await lookAtTab(page, false);
  const kept = () => page.evaluate(() => Object.keys(localStorage));
  await expect.poll(kept, { message: 'the visit to be remembered' }).toEqual(['slugline:visits']);
}

const told = async (page: Page) => (await since(page).textContent())?.trim();
const since = (page: Page) => page.locator('.since');
const shown = (page: Page, headline: string) =>
  page.getByRole('heading', { name: headline, exact: true }).waitFor({ state: 'attached' });

const isLive = (page: Page) =>
  page.waitForFunction(() => Object(document.querySelector('live-story')).live.status === 'live');

/** Six updates, one correction, one withdrawal, and much that is nothing to be told of. */
async function newsHour(desk: Desk, [corrected = '', withdrawn = '', edited = '']: readonly string[]): Promise<void> {
  const fleeting = await desk.publish('It is rumoured');
  await desk.publishMany(4);
  const own = await desk.publish('With a mistake');
  await desk.correct(own.id, 'It was quay 4.');
  await desk.correct(corrected, 'It was quay 5.');
  await desk.correct(corrected, 'It was quay 6.');
  await desk.withdraw(withdrawn);
  await desk.edit(edited, { headline: 'Edited' });
  await desk.withdraw(fleeting.id);
  await desk.publish('The last of them');
}

const TOLD = 'Since you left: 6 updates, 1 correction, and 1 withdrawn';

describe('who comes back to a story', () => {
  it('after another tab is told what changed meanwhile, until they have seen it', async () => {
    const desk = await newDesk(server.api);
    const ids = await desk.publishMany(3);
    const page = await open(`${server.url}/s/${desk.slug}`);
    await leave(page);
    await newsHour(desk, ids);
    await shown(page, 'The last of them');
    // Its link was silent for all that time, and what came before there is another is among what was missed.
    const linkedAgain = page.waitForEvent('websocket');
    await page.clock.fastForward(LONG);
    await linkedAgain;
    await isLive(page);
    expect(await since(page).count()).toBe(0);
    await lookAtTab(page, true);
    await expect.poll(() => told(page)).toBe(TOLD);
    // What comes from now on, they see.
    await desk.publish('News');
    await shown(page, 'News');
    expect(await told(page)).toBe(TOLD);
    await since(page).getByRole('button', { name: 'Dismiss' }).click();
    await since(page).waitFor({ state: 'detached' });

    // Not for a moment.
    await lookAtTab(page, false);
    await desk.publish('More news');
    await shown(page, 'More news');
    await lookAtTab(page, true);
    await desk.publish('Still more');
    await shown(page, 'Still more');
    expect(await since(page).count()).toBe(0);
  });

  it('after their device slept is told it as soon as it is known', async () => {
    const desk = await newDesk(server.api);
    const ids = await desk.publishMany(3);
    const page = await open(`${server.url}/s/${desk.slug}`);
    await leave(page);
    await page.context().setOffline(true);
    await newsHour(desk, ids);
    await page.clock.fastForward(LONG);
    await page.context().setOffline(false);
    await lookAtTab(page, true);
    await shown(page, 'The last of them');
    await expect.poll(() => told(page)).toBe(TOLD);
  });

  it('on a later visit is told it too', async () => {
    const desk = await newDesk(server.api);
    const ids = await desk.publishMany(3);
    const page = await open(`${server.url}/s/${desk.slug}`);
    // Without a look at anything else before, and nothing done but to move the mouse.
    await page.mouse.move(200, 400);
    const isAttended = () =>
      page.locator('live-story').evaluate(({ shadowRoot }) => (shadowRoot?.adoptedStyleSheets.length ?? 0) > 1);
    await expect.poll(isAttended, { message: 'what is for the reader to be loaded' }).toBe(true);
    await page.goto('about:blank');
    await newsHour(desk, ids);
    await page.clock.fastForward(LONG);
    await visit(page, `${server.url}/s/${desk.slug}`);
    await expect.poll(() => told(page)).toBe(TOLD);
  });

  it('is told of more updates than are loaded as that', async () => {
    const desk = await newDesk(server.api);
    await desk.publishMany(1);
    const site = await hostPage(server.url, `<live-story slug="${desk.slug}" limit="5"></live-story>`);
    const page = await open(site);
    await leave(page);
    await desk.publishMany(7);
    await page.clock.fastForward(LONG);
    await visit(page, site);
    await expect.poll(() => told(page)).toBe('Since you left: 5+ updates');
  });

  it('is remembered by their browser alone, without a word of the news, and nowhere where the site wants that', async () => {
    const desk = await newDesk(server.api);
    const [first = ''] = await desk.publishMany(1);
    const page = await open(await hostPage(server.url, `<live-story slug="${desk.slug}" remember="off"></live-story>`));
    for (const name of ['Key events', 'All updates']) {
      await page.getByRole('button', { name }).click();
      await page.getByRole('button', { name, pressed: true }).waitFor();
    }
    await lookAtTab(page, false);
    await page.clock.fastForward(LONG);
    await desk.correct(first, 'It was quay 4.');
    await page.getByText('It was quay 4.').waitFor();
    await lookAtTab(page, true);
    // What they were told while the page was open is no memory.
    await since(page).waitFor();
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    expect(await contentOf(page)).not.toContain('slugline:visits');
  });
});

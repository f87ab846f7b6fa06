import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { type Desk, newDesk } from '../helpers/desk.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { startServer, type TestServer } from '../helpers/server.js';

/** Entries of the story that no test changes: more than two pages. */
const MANY = 70;
/** Entries that a page begins with. */
const PAGE = 30;

let browser: Browser;
let server: TestServer;
let desk: Desk;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
  desk = await newDesk(server.api);
  for (let number = 1; number <= MANY; number += 1) await desk.publish(`Number ${number}`, chosenBy(number));
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Few are key events, of harbour or of both, and most of them far down. */
function chosenBy(number: number): Readonly<Record<string, unknown>> {
  return {
    keyEvent: [1, 3, 60].includes(number),
    tags: [2, 3, 65].includes(number) ? ['harbour'] : [],
  };
}

async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await openPage(browser, url, options);
  await page.locator('live-story[data-live]').waitFor();
  return page;
}

const headlines = (page: Page) => page.locator('.feed .headline').allTextContents();
const control = (page: Page, name: string) => page.locator('.controls').getByRole('button', { name, exact: true });
const isPressed = (page: Page, name: string) => control(page, name).getAttribute('aria-pressed');
const numbers = (...all: readonly number[]) => all.map((number) => `Number ${number}`);
const older = (page: Page, text: string) => page.getByRole('link', { name: text, exact: true });

const down = (from: number, to: number) => numbers(...Array.from({ length: from - to + 1 }, (_none, at) => from - at));

describe('what a reader chooses to see', () => {
  it('is the key events or one tag, with those that are further down than what was loaded', async () => {
    const page = await open(`${server.url}/s/${desk.slug}`);
    await control(page, 'Key events').click();
    await expect.poll(() => headlines(page)).toEqual(numbers(60, 3, 1));
    expect([await isPressed(page, 'Key events'), await isPressed(page, 'All updates')]).toEqual(['true', 'false']);
    // All is known of now: nothing older is promised.
    await page.locator('.older').waitFor({ state: 'detached' });

    await page.locator('.entry', { hasText: 'Number 3' }).getByRole('button', { name: 'Tag: harbour' }).click();
    await expect.poll(() => headlines(page)).toEqual(numbers(3));
    await control(page, 'Key events').click();
    await expect.poll(() => headlines(page)).toEqual(numbers(65, 3, 2));
    expect(await isPressed(page, 'Tag: harbour')).toBe('true');
    await control(page, 'Tag: harbour').click();
    await expect.poll(() => headlines(page)).toEqual(down(MANY, 1));
    expect(await control(page, 'Tag: harbour').count()).toBe(0);
  });

  it('is what comes in then: the rest is neither shown nor counted before it is wanted again', async () => {
    const own = await newDesk(server.api);
    await own.publishMany(8, { keyEvent: true });
    const page = await open(`${server.url}/s/${own.slug}`);
    const title = await page.title();
    await control(page, 'Key events').click();
    await own.publish('In passing');
    await own.publish('Of note', { keyEvent: true });
    await page.getByRole('heading', { name: 'Of note' }).waitFor();
    expect((await headlines(page)).slice(0, 2)).toEqual(['Of note', 'Number 8']);

    await page.getByRole('heading', { name: 'Number 1', exact: true }).scrollIntoViewIfNeeded();
    await own.publish('In passing, again');
    const news = await own.publish('Of note, again', { keyEvent: true });
    await page.getByRole('button', { name: '1 new update' }).waitFor();
    expect(await page.title()).toBe(`(1) ${title}`);
    // No key event after all.
    await own.edit(news.id, { keyEvent: false });
    await page.locator('.gathered').waitFor({ state: 'detached' });
    await expect.poll(() => page.title()).toBe(title);

    await control(page, 'All updates').click();
    await page.getByRole('button', { name: '2 new updates' }).click();
    const all = ['Of note, again', 'In passing, again', 'Of note', 'In passing', 'Number 8'];
    await expect.poll(async () => (await headlines(page)).slice(0, 5)).toEqual(all);
  });

  it('is nothing where nothing matches, and that is said', async () => {
    const own = await newDesk(server.api);
    await own.publishMany(2);
    const page = await open(`${server.url}/s/${own.slug}`);
    await control(page, 'Key events').click();
    await page.getByText('No update matches this filter.').waitFor();
    const { id } = await own.publish('Of note', { keyEvent: true });
    await page.getByRole('heading', { name: 'Of note' }).waitFor();
    expect(await page.getByText('No update matches this filter.').count()).toBe(0);
    // Of what was withdrawn it is not known that it was one.
    await own.withdraw(id);
    await page.getByText('No update matches this filter.').waitFor();
  });
});

describe('the order of a story', () => {
  it('is turned by its reader, and new entries come in at its other end then', async () => {
    const own = await newDesk(server.api);
    const [, second = ''] = await own.publishMany(8);
    await own.pin(second);
    const page = await open(`${server.url}/s/${own.slug}`);
    const newest = numbers(2, 8, 7, 6, 5, 4, 3, 1);
    expect(await headlines(page)).toEqual(newest);
    await control(page, 'Oldest first').click();
    const oldest = numbers(2, 1, 3, 4, 5, 6, 7, 8);
    await expect.poll(() => headlines(page)).toEqual(oldest);
    expect(await isPressed(page, 'Oldest first')).toBe('true');

    await own.publish('News');
    await page.getByRole('button', { name: '1 new update' }).click();
    await expect.poll(() => headlines(page)).toEqual([...oldest, 'News']);
    const news = page.getByRole('heading', { name: 'News', exact: true });
    const end = () => news.evaluate((node) => node.getBoundingClientRect().bottom <= innerHeight);
    await expect.poll(end, { message: 'the end of the story to be in sight' }).toBe(true);
    await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));
    await own.publish('More news');
    await expect.poll(() => headlines(page)).toEqual([...oldest, 'News', 'More news']);

    await control(page, 'Oldest first').click();
    await expect.poll(() => headlines(page)).toEqual(['Number 2', 'More news', 'News', ...newest.slice(1)]);
  });

  it('is what the site says, until the site or its reader says another', async () => {
    const site = await hostPage(server.url, `<live-story slug="${desk.slug}" order="oldest" limit="5"></live-story>`);
    const page = await open(site);
    const first = () => headlines(page).then(([headline]) => headline);
    await expect.poll(first).not.toBe(`Number ${MANY}`);
    expect((await headlines(page)).at(-1)).toBe(`Number ${MANY}`);
    await page.locator('live-story').evaluate((story) => story.setAttribute('order', 'newest'));
    await expect.poll(first).toBe(`Number ${MANY}`);
    await control(page, 'Oldest first').click();
    await expect.poll(first).not.toBe(`Number ${MANY}`);
  });

  it('keeps the place of who reads on while older entries come in above', async () => {
    const site = await hostPage(server.url, `<live-story slug="${desk.slug}" order="oldest" limit="20"></live-story>`);
    const { page } = await openPage(browser, 'about:blank');
    // Not before the test wants them.
    let release = () => undefined as unknown;
    const wanted = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/\/entries\?/, (route) => wanted.then(() => route.continue()));
    await page.goto(site);
    const read = page.getByRole('heading', { name: `Number ${MANY - 10}`, exact: true });
    await read.evaluate((node) => node.scrollIntoView({ block: 'center', behavior: 'instant' }));
    const place = () => read.evaluate((node) => node.getBoundingClientRect().top);
    const before = await place();
    await page.locator('.older').dispatchEvent('click');
    release();
    await page.getByRole('heading', { name: `Number ${MANY - 20}`, exact: true }).waitFor({ state: 'attached' });
    expect(Math.abs((await place()) - before)).toBeLessThan(1);
  });
});

describe('older entries', () => {
  it('come by themselves when the end of those that are there comes near', async () => {
    const page = await open(`${server.url}/s/${desk.slug}`);
    expect(await headlines(page)).toHaveLength(PAGE);
    for (const loaded of [2 * PAGE, MANY]) {
      await page.locator('.feed > :last-child').evaluate((node) => node.scrollIntoView({ behavior: 'instant' }));
      // Two pages may come where the first one has not brought the end out of sight yet.
      await expect.poll(async () => (await headlines(page)).length).toBeGreaterThanOrEqual(loaded);
      const shown = await headlines(page);
      expect(shown).toEqual(down(MANY, MANY - shown.length + 1));
    }
    await page.locator('.older').waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${server.url}/s/${desk.slug}`);
  });

  it('that do not come are told of, and come when the reader tries again', async () => {
    const page = await open(`${server.url}/s/${desk.slug}`);
    await page.route(/\/entries\?/, (route) => route.abort('connectionreset'));
    await older(page, 'Show older updates').click();
    await older(page, 'Older updates could not be loaded. Try again').waitFor();
    expect(await headlines(page)).toEqual(down(MANY, MANY - PAGE + 1));
    await page.unroute(/\/entries\?/);
    await older(page, 'Older updates could not be loaded. Try again').click();
    await expect.poll(async () => (await headlines(page)).length).toBeGreaterThanOrEqual(2 * PAGE);
  });
});

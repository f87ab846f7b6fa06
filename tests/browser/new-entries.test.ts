import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { type Desk, newDesk } from '../helpers/desk.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { startServer, type TestServer } from '../helpers/server.js';

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await openPage(browser, url, options);
  await page.locator('live-story[data-live]').first().waitFor();
  return page;
}

const headlines = (page: Page) => page.locator('.feed .headline').allTextContents();
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
const waiting = (page: Page, text: string) => page.getByRole('button', { name: text, exact: true });

/** As a reader who scrolls until this is in the middle of what they see. */
async function scrollDownTo(page: Page, name: string): Promise<void> {
  await heading(page, name).evaluate((node) => node.scrollIntoView({ block: 'center', behavior: 'instant' }));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Whether the reader sees the tab, as browsers tell it. */
async function lookAtTab(page: Page, isSeen: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, !isSeen);
}

/** Notes where something is in each frame from now on; answers the places at which it was, in pixels of the screen. */
async function watchPlaceOf(page: Page, name: string): Promise<() => Promise<readonly number[]>> {
  const watched = await heading(page, name).evaluateHandle((node) => {
    const places = new Set<number>();
    const look = () => {
      if (node.isConnected) places.add(Math.round(10 * node.getBoundingClientRect().top) / 10);
      requestAnimationFrame(look);
    };
    look();
    return places;
  });
  return async () => {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    return watched.evaluate((places) => [...places]);
  };
}

describe('new entries', () => {
  it('appear at once where the reader sees the top of the story, or goes back to it', async () => {
    const desk = await newDesk(server.api);
    await desk.publishMany(12);
    const page = await open(`${server.url}/s/${desk.slug}`);
    const title = await page.title();
    await desk.publish('News');
    await heading(page, 'News').waitFor();
    expect((await headlines(page)).slice(0, 2)).toEqual(['News', 'Number 12']);
    expect(await page.locator('.gathered').count()).toBe(0);
    expect(await page.title()).toBe(title);

    await scrollDownTo(page, 'Number 3');
    await desk.publish('More news');
    await waiting(page, '1 new update').waitFor();
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    await heading(page, 'More news').waitFor();
    expect(await page.locator('.gathered').count()).toBe(0);
    await expect.poll(() => page.title()).toBe(title);
  });

  it('are gathered elsewhere, counted in the title, and shown when the reader asks for them', async () => {
    const desk = await newDesk(server.api, { headline: 'Harbour fire' });
    await desk.publishMany(12);
    const page = await open(`${server.url}/s/${desk.slug}`);
    const title = await page.title();
    await scrollDownTo(page, 'Number 6');
    const place = await watchPlaceOf(page, 'Number 6');
    await desk.publish('One');
    await waiting(page, '1 new update').waitFor();
    await desk.publish('Two');
    const third = await desk.publish('Three');
    await waiting(page, '3 new updates').waitFor();
    expect(await page.title()).toBe(`(3) ${title}`);
    expect((await headlines(page))[0]).toBe('Number 12');
    expect(await waiting(page, '3 new updates').boundingBox()).toMatchObject({ y: expect.closeTo(10, -1.4) });

    // What was withdrawn before anybody saw it is no update; what was edited is none more.
    await desk.edit(third.id, { headline: 'Three, edited' });
    const fourth = await desk.publish('Four');
    await waiting(page, '4 new updates').waitFor();
    await desk.withdraw(fourth.id);
    await waiting(page, '3 new updates').waitFor();
    await expect.poll(() => page.title()).toBe(`(3) ${title}`);
    expect(await place()).toHaveLength(1);

    await waiting(page, '3 new updates').click();
    await heading(page, 'Three, edited').waitFor();
    expect((await headlines(page)).slice(0, 4)).toEqual(['Three, edited', 'Two', 'One', 'Number 12']);
    expect(await page.locator('.gathered').count()).toBe(0);
    expect(await page.title()).toBe(title);
    await expect
      .poll(() => heading(page, 'Three, edited').evaluate((node) => node.getBoundingClientRect().top))
      .toBeLessThan(300);
    expect(await heading(page, 'Three, edited').isVisible()).toBe(true);
  });

  it('are counted in the title while nobody looks at the tab, and no longer when somebody does', async () => {
    const desk = await newDesk(server.api);
    await desk.publishMany(2);
    const page = await open(`${server.url}/s/${desk.slug}`);
    const title = await page.title();
    await lookAtTab(page, false);
    await desk.publish('One');
    await desk.publish('Two');
    await expect.poll(() => page.title()).toBe(`(2) ${title}`);
    await lookAtTab(page, true);
    await expect.poll(() => page.title()).toBe(title);
    expect((await headlines(page)).slice(0, 2)).toEqual(['Two', 'One']);
    expect(await page.locator('.gathered').count()).toBe(0);
  });

  it('are counted together in the title of a site that shows two stories, which stays the site’s', async () => {
    const [one, other] = await Promise.all([newDesk(server.api), newDesk(server.api)]);
    await Promise.all([one.publishMany(9), other.publishMany(9)]);
    const stories = [one, other].map(
      ({ slug }) => `<live-story slug="${slug}" style="block-size: 40vh; overflow: auto"></live-story>`,
    );
    const page = await open(await hostPage(server.url, stories.join('')));
    await page.locator('live-story[data-live]').nth(1).waitFor();
    for (const at of [0, 1])
      await page
        .locator('live-story')
        .nth(at)
        .evaluate((story) => story.scrollTo(0, 900));
    await one.publish('One');
    await other.publish('Two');
    await expect.poll(() => page.title()).toBe('(2) A site');
    await page.evaluate(() => {
      document.title = 'A site with another title';
    });
    await other.publish('Three');
    await expect.poll(() => page.title()).toBe('(3) A site with another title');
    await waiting(page, '2 new updates').click();
    await expect.poll(() => page.title()).toBe('(1) A site with another title');
    await waiting(page, '1 new update').click();
    await expect.poll(() => page.title()).toBe('A site with another title');
  });
});

interface Reading {
  /** How the page is read. */
  readonly how: string;
  readonly page: Page;
}

/** Does everything that a desk can do above what is read, which it may not move by a pixel. */
async function holdStill(readings: readonly Reading[], desk: Desk, ids: readonly string[]): Promise<void> {
  const long = 'All of this was not there before, and it takes some lines. '.repeat(12);
  const [, pinned = '', , , read = ''] = ids;
  const [edited = '', corrected = '', withdrawn = ''] = ids.slice(12);
  const entry = (id: string, within: string) => `[data-key="${id}"] ${within}`;
  const changes: readonly (readonly [what: string, act: () => Promise<unknown>, seen: string, state?: 'detached'])[] = [
    ['an entry that comes in', () => desk.publish('News', { bodyMarkdown: long }), '.gathered'],
    ['one that is edited', () => desk.edit(edited, { bodyMarkdown: long }), entry(edited, '.edited')],
    ['one that is corrected', () => desk.correct(corrected, long), entry(corrected, '.correction')],
    ['one that is withdrawn', () => desk.withdraw(withdrawn), entry(withdrawn, '.notice')],
    ['one that is pinned', () => desk.pin(pinned), '.entry.is-pinned'],
    ['one that is no longer pinned', () => desk.unpin(pinned), '.entry.is-pinned', 'detached'],
    ['what is read itself, below its beginning', () => desk.edit(read, { bodyMarkdown: long }), entry(read, '.edited')],
    ['the header', () => desk.change({ standfirst: long, keyPoints: [{ text: long.slice(0, 200) }] }), '.key-points'],
    ['breaking news', () => desk.publish('Breaking', { breaking: true }), '.banner'],
  ];
  const places = await Promise.all(
    readings.map(async ({ page }) => {
      await scrollDownTo(page, 'Number 5');
      return watchPlaceOf(page, 'Number 5');
    }),
  );
  for (const [what, act, seen, state = 'attached'] of changes) {
    await act();
    for (const [at, { how, page }] of readings.entries()) {
      await page.locator(seen).waitFor({ state });
      const was = (await places[at]?.()) ?? [];
      expect(Math.max(...was) - Math.min(...was), `${what}, ${how}: ${was}`).toBeLessThan(1);
    }
  }
}

describe('what is read stays at its pixel, whatever happens above it', () => {
  it.each(['en', 'ar'])(
    'on a phone, on a desktop and in a box of a site that scrolls by itself (%s)',
    async (language) => {
      const desk = await newDesk(server.api, { language });
      const ids = await desk.publishMany(16);
      const url = `${server.url}/s/${desk.slug}`;
      const box = `<div style="block-size: 400px; overflow: auto"><live-story slug="${desk.slug}"></live-story></div>`;
      const site = await hostPage(server.url, `<p>Above.</p>${box}`);
      const [phone, desktop] = [
        { width: 360, height: 740 },
        { width: 1280, height: 800 },
      ];
      const inBox = await open(site, { viewport: desktop });
      const readings = [
        { how: 'on a phone', page: await open(url, { viewport: phone }) },
        { how: 'on a desktop', page: await open(url, { viewport: desktop }) },
        { how: 'in a box', page: inBox },
      ];
      await holdStill(readings, desk, ids);
      expect(await inBox.evaluate(() => scrollY)).toBe(0);
    },
  );
});

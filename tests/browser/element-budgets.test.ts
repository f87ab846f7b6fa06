import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { type Desk, newDesk } from '../helpers/desk.js';
import { openPage } from '../helpers/opened-page.js';
import { tellFigures, watchShifts } from '../helpers/page-costs.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { PICTURE, wholeStory } from '../helpers/whole-story.js';

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** An empty page of this width that has the pictures of the stories, which are nowhere. */
async function newPage(width: number): Promise<Page> {
  const { page } = await openPage(browser, 'about:blank', { viewport: { width, height: 800 } });
  await page.route('https://pictures.example/**', (route) =>
    route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }),
  );
  return page;
}

const isFollowed = (page: Page) =>
  page.waitForFunction(() => {
    const element = document.querySelector('live-story[data-live]');
    return element !== null && 'live' in element && Object(element.live).status === 'live';
  });

const isAtRest = (page: Page) =>
  page.waitForFunction(
    () => document.querySelector('live-story')?.shadowRoot?.querySelector('[style*=trans]') === null,
  );

const sum = (values: readonly { readonly value: number }[]) => values.reduce((all, { value }) => all + value, 0);

describe('the first paint', () => {
  /** Where everything of a story is, and how it looks; but for what is there without a script only, and times, which follow the reader's zone. */
  const looks = (page: Page) =>
    page.evaluate(() => {
      const pieces = document.querySelector('live-story')?.shadowRoot?.querySelectorAll('.root *') ?? [];
      return [...pieces].flatMap((piece) => {
        if (piece.matches('.refresh, time, time + *, .ago, :has(> time)')) return [];
        const { x, y, width, height } = piece.getBoundingClientRect();
        const { fontFamily, fontSize, color, backgroundColor } = getComputedStyle(piece);
        return [
          [piece.className || piece.localName, x, y, width, height, fontFamily, fontSize, color, backgroundColor],
        ];
      });
    });

  it.each([
    [360, 'en'],
    [1280, 'en'],
    [360, 'ar'],
    [1280, 'ar'],
    [1280, 'fr'],
  ] as const)('needs no script, which then moves no pixel (%i px, %s)', async (width, language) => {
    const { story, full, withheld } = await wholeStory(server.api, { language });
    const page = await newPage(width);
    const shifts = await watchShifts(page);
    let letGo: () => void = () => undefined;
    const whenLetGo = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let held = 0;
    await page.route('**/*', async (route) => {
      if (route.request().resourceType() !== 'script') return route.fallback();
      held += 1;
      await whenLetGo;
      return route.continue();
    });
    await page.goto(`${server.url}/s/${story.slug}`, { waitUntil: 'commit' });
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    expect(held).toBeGreaterThan(0);
    expect(await page.locator('live-story[data-live]').count()).toBe(0);
    expect(await page.locator('h1').textContent()).toBe('Harbour fire');
    const entry = (id: string) => page.locator(`.feed > [data-key="${id}"]`);
    expect(await page.locator('.feed > article').count()).toBe(5);
    expect(await entry(full.id).textContent()).toContain('Two engines are on the quay.');
    expect(await entry(withheld.id).textContent()).toContain('Being checked.');
    const printed = await looks(page);

    letGo();
    await isFollowed(page);
    expect(await looks(page)).toEqual(printed);
    const moved = await shifts();
    tellFigures(`first paint and hydration (${width} px, ${language})`, { pieces: printed.length, shift: sum(moved) });
    expect(moved).toEqual([]);
  });
});

describe('100 entries that come in', () => {
  /** One after the other, of all sizes, and in turns: as fast as they go, and one when the last has come to rest. */
  async function publish100(desk: Desk, page: Page, arrived: (page: Page, number: number) => Promise<unknown>) {
    for (let number = 1; number <= 100; number += 1) {
      await desk.publish(`Update ${number}`, {
        bodyMarkdown: 'The wind has turned, and windows are to be kept shut in the old town. '.repeat(number % 5),
        breaking: number % 20 === 10,
        keyEvent: number % 7 === 0,
        ...(number % 10 === 3 ? { body: [{ type: 'picture', picture: PICTURE }], bodyMarkdown: undefined } : {}),
      });
      if (number % 20 === 0) await arrived(page, number);
      if (number % 40 === 0) await isAtRest(page);
    }
  }

  it.each([
    [360, 'en', 40],
    [1280, 'ar', 40],
    [360, 'en', 0],
  ] as const)(
    'shift nothing for who reads at the top (%i px, %s, %i entries before)',
    async (width, language, before) => {
      const desk = await newDesk(server.api, { language });
      await desk.publishMany(before);
      const page = await newPage(width);
      const shifts = await watchShifts(page);
      await page.goto(`${server.url}/s/${desk.slug}`);
      await isFollowed(page);
      await publish100(desk, page, (_, number) =>
        page.getByRole('heading', { name: `Update ${number}`, exact: true }).waitFor(),
      );
      await isAtRest(page);
      const moved = await shifts();
      tellFigures(`100 entries at the top (${width} px, ${language})`, { shift: sum(moved), shifts: moved.length });
      expect(moved).toEqual([]);
    },
  );

  it.each([
    [360, 'ar'],
    [1280, 'en'],
  ] as const)('shift nothing for who reads further down (%i px, %s)', async (width, language) => {
    const desk = await newDesk(server.api, { language });
    const ids = await desk.publishMany(40);
    const page = await newPage(width);
    const shifts = await watchShifts(page);
    await page.goto(`${server.url}/s/${desk.slug}`);
    await isFollowed(page);
    const read = page.locator(`[data-key="${ids[30]}"]`);
    await read.evaluate((article) => article.scrollIntoView({ block: 'center', behavior: 'instant' }));
    const place = await read.boundingBox();
    await publish100(desk, page, async (_, number) => {
      await expect.poll(() => page.locator('.gathered').textContent()).toContain(String(number));
    });
    await isAtRest(page);
    const moved = await shifts();
    tellFigures(`100 entries further up (${width} px, ${language})`, { shift: sum(moved), shifts: moved.length });
    expect(moved).toEqual([]);
    expect(await read.boundingBox()).toEqual(place);
  });
});

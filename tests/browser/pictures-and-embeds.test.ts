import { createServer } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { newDesk } from '../helpers/desk.js';
import { openPage } from '../helpers/opened-page.js';
import { originForTest } from '../helpers/origin-for-test.js';
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

interface Outside {
  readonly page: Page;
  /** What was asked of others than the server: hosts by `https:`, addresses by `http:`. */
  readonly asked: readonly string[];
  /** Lets pictures come. */
  readonly release: () => void;
}

/** A page on a phone that asks a proxy for all that is not the server's; pictures come once they are released. */
async function open(slug: string): Promise<Outside> {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'text/html').end('It plays.');
  });
  proxy.on('connect', ({ url }, socket) => {
    asked.push(url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  const { page } = await openPage(browser, 'about:blank', {
    viewport: { width: 360, height: 740 },
    proxy: { server: await originForTest(proxy), bypass: '127.0.0.1' },
  });
  let release = () => undefined as unknown;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('https://pictures.example/**', async (route) => {
    await released;
    const [width, height] = route.request().url().includes('tall') ? [600, 900] : [1600, 900];
    const body = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`;
    await route.fulfill({ contentType: 'image/svg+xml', body });
  });
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if ('value' in entry) shifts.push(Number(entry.value));
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(`${server.url}/s/${slug}`);
  await page.locator('live-story[data-live]').waitFor();
  return { page, asked, release: () => void release() };
}

const picture = (name: string, more = {}) => ({
  type: 'picture',
  picture: {
    url: `https://pictures.example/${name}.svg`,
    creditLine: 'Ada Lund/Post',
    altText: `The ${name}`,
    ...more,
  },
});

describe('pictures', () => {
  it('have their room before they come, whether or not their size was said, and their caption and credit', async () => {
    const desk = await newDesk(server.api, {
      picture: { ...picture('harbour').picture, width: 1600, height: 900, caption: 'The harbour at dawn.' },
    });
    await desk.publish('Below');
    await desk.publish('With a picture', {
      body: [picture('quay', { width: 1600, height: 900, caption: 'The quay.' })],
    });
    await desk.publish('With another', { body: [picture('tall', { width: 600, height: 900 })] });
    await desk.publish('Of no size', { body: [picture('bridge')] });
    const { page, release } = await open(desk.slug);
    await desk.publish('While it is open', { body: [picture('tunnel', { width: 1600, height: 900 })] });
    await page.getByRole('heading', { name: 'While it is open' }).waitFor();
    const places = () =>
      page
        .locator('.story-headline, .headline')
        .evaluateAll((all) =>
          all.map((node) => `${node.textContent}: ${Math.round(node.getBoundingClientRect().top + scrollY)}`),
        );
    await expect.poll(() => page.locator('.entry[style]').count(), { message: 'all to stand still' }).toBe(0);
    const before = await places();
    expect(before).toHaveLength(6);
    release();
    for (const image of await page.locator('img').all()) {
      await image.scrollIntoViewIfNeeded();
      await expect.poll(() => image.evaluate((node) => node instanceof HTMLImageElement && node.complete)).toBe(true);
    }
    expect(await places()).toEqual(before);
    const ratio = (name: string) =>
      page.getByAltText(`The ${name}`).evaluate((node) => {
        const { width, height } = node.getBoundingClientRect();
        return Math.round((100 * width) / height);
      });
    expect([await ratio('quay'), await ratio('tall'), await ratio('bridge')]).toEqual([178, 67, 150]);

    const figure = page.locator('figure', { has: page.getByAltText('The quay') });
    expect(await figure.locator('figcaption').textContent()).toBe('The quay. Ada Lund/Post');
    expect(await page.locator('.header figcaption').textContent()).toBe('The harbour at dawn. Ada Lund/Post');
    expect(await page.evaluate(() => Reflect.get(window, 'shifts'))).toEqual([]);
  });
});

describe('what comes from third parties', () => {
  it('is not asked for before the reader wants it; then one frame of its provider is, and nothing else', async () => {
    const desk = await newDesk(server.api);
    const embed = (url: string, provider: string) => ({ type: 'embed', url, provider });
    await desk.publish('Below');
    const { id } = await desk.publish('A film', {
      body: [
        embed('https://www.youtube.com/watch?v=abcdefghijk', 'YouTube'),
        embed('http://video.example/1', 'Video Example'),
        embed('https://video.example/2', 'Another Example'),
      ],
    });
    const { page, asked } = await open(desk.slug);
    await desk.publish('News');
    await page.getByRole('heading', { name: 'News' }).waitFor();
    expect(asked).toEqual([]);
    expect(await page.locator('iframe').count()).toBe(0);
    await page.getByText('YouTube may then set cookies and learn of your visit.').waitFor();
    const link = page.getByRole('link', { name: 'Open at YouTube' });
    expect(await link.getAttribute('href')).toBe('https://www.youtube.com/watch?v=abcdefghijk');

    await page.getByRole('button', { name: 'Load content from YouTube' }).click();
    await page.locator('iframe[title="YouTube: A film"]').waitFor();
    const [player] = await page.locator('iframe').all();
    expect(await player?.getAttribute('src')).toBe('https://www.youtube-nocookie.com/embed/abcdefghijk');
    await expect.poll(() => new Set(asked)).toEqual(new Set(['www.youtube-nocookie.com:443']));

    // Who is not known to play in frames is nobody in it.
    // By the keyboard: Chromium loses clicks while it gives the first frame a process of its own.
    await page.getByRole('button', { name: 'Load content from Video Example' }).press('Enter');
    const stranger = page.locator('iframe[title="Video Example: A film"]');
    await stranger.waitFor();
    expect(await stranger.getAttribute('sandbox')).not.toContain('allow-same-origin');
    await page.frameLocator('iframe[title="Video Example: A film"]').getByText('It plays.').waitFor();
    const all = new Set(['www.youtube-nocookie.com:443', 'http://video.example/1']);
    expect(new Set(asked)).toEqual(all);

    // What plays goes on when entries come in around it and its own is edited, and goes with its entry.
    await player?.evaluate((node) => Object.assign(node, { isTheSame: true }));
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    await desk.publish('More news');
    await desk.edit(id, { headline: 'A film of the fire' });
    await page.getByRole('heading', { name: 'A film of the fire' }).waitFor();
    await page.getByRole('heading', { name: 'More news' }).waitFor();
    expect(
      await page
        .locator('iframe')
        .first()
        .evaluate((node) => 'isTheSame' in node),
    ).toBe(true);
    expect(asked.filter((address) => address === 'http://video.example/1')).toHaveLength(1);
    expect(new Set(asked)).toEqual(all);
    await desk.withdraw(id);
    await page.locator('iframe').first().waitFor({ state: 'detached' });
    expect(await page.locator('iframe').count()).toBe(0);
  });
});

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { contentOf } from '../helpers/page-content.js';
import { type Api, serverForTest } from '../helpers/server.js';

/** Of what is withdrawn: to be nowhere. */
const RUMOUR = 'rumoured';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** As a site takes it from oEmbed. */
const codeFor = async (api: Api, page: string): Promise<string> =>
  (await api.get<{ html: string }>(`/oembed?url=${encodeURIComponent(page)}`, { key: null })).body.html;

const heightOf = (page: Page, frame = 'iframe') =>
  page.locator(frame).evaluate((element) => element.getBoundingClientRect().height);

/** How high the story in the first frame is. */
const storyHeight = (page: Page) =>
  page
    .frameLocator('iframe')
    .first()
    .locator('html')
    .evaluate((html) => Math.ceil(html.getBoundingClientRect().height));

/** A policy as strict sites have it. */
const POLICY = (server: string) =>
  `default-src 'none'; script-src ${server}; frame-src ${server}; img-src data:; require-trusted-types-for 'script'`;

describe('a story in an iframe of another site', () => {
  it('makes the frame as high as itself, however it grows', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    await api.publish(slug, { headline: 'First' });
    const site = await hostPage(url, await codeFor(api, `${url}/s/${slug}`), {
      'Content-Security-Policy': POLICY(url),
    });
    const { page, complaints } = await openPage(browser, site);
    const frame = page.frameLocator('iframe');
    await frame.getByRole('heading', { name: 'First' }).waitFor();
    await expect.poll(async () => (await heightOf(page)) - (await storyHeight(page))).toBe(0);
    const before = await heightOf(page);

    await api.publish(slug, { headline: 'Second', bodyMarkdown: 'One line.\n\nAnother one.\n\nA third one.' });
    await frame.getByRole('heading', { name: 'Second' }).waitFor();
    await expect.poll(() => heightOf(page)).toBeGreaterThan(before);
    await expect.poll(async () => (await heightOf(page)) - (await storyHeight(page))).toBe(0);
    // Narrower, it is higher.
    const wide = await heightOf(page);
    await page.locator('iframe').evaluate((element) => element.setAttribute('width', '240'));
    await expect.poll(() => heightOf(page)).toBeGreaterThan(wide);
    expect(complaints).toEqual([]);
  });

  it('scrolls within the frame where the site takes the frame alone', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    for (let number = 1; number <= 20; number += 1) await api.publish(slug, { headline: `Number ${number}` });
    const site = await hostPage(url, `<iframe src="${url}/embed/${slug}" width="400" height="300"></iframe>`);
    const { page, complaints } = await openPage(browser, site);
    await page.frameLocator('iframe').getByRole('heading', { name: 'Number 1', exact: true }).scrollIntoViewIfNeeded();
    expect(await heightOf(page)).toBe(304);
    expect(await storyHeight(page)).toBeGreaterThan(1_000);
    expect(complaints).toEqual([]);
  });

  it('moves nothing under the eyes of who reads further down, though the frame itself is never scrolled', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    for (let number = 1; number <= 20; number += 1) await api.publish(slug, { headline: `Number ${number}.` });
    const site = await hostPage(url, await codeFor(api, `${url}/s/${slug}`));
    const { page } = await openPage(browser, site);
    const frame = page.frameLocator('iframe');
    await expect.poll(async () => (await heightOf(page)) - (await storyHeight(page))).toBe(0);
    await frame.locator('live-story[data-live]').waitFor();
    await frame.getByRole('heading', { name: 'Number 10.' }).scrollIntoViewIfNeeded();
    await frame.locator('live-story[data-read-below]').waitFor();
    const placeOf = async () => (await frame.getByRole('heading', { name: 'Number 10.' }).boundingBox())?.y;
    const before = await placeOf();
    await api.publish(slug, { headline: 'News', bodyMarkdown: 'One line.\n\nAnother one.' });
    await frame.getByRole('button', { name: '1 new update' }).waitFor();
    expect(await placeOf()).toBe(before);
    expect(await frame.getByRole('heading', { name: 'News' }).count()).toBe(0);
    // Back at the beginning, what comes is shown.
    await page.evaluate(() => scrollTo(0, 0));
    await frame.locator('live-story:not([data-read-below])').waitFor();
    await api.publish(slug, { headline: 'More news' });
    await frame.getByRole('heading', { name: 'More news' }).waitFor();
  });

  it('is whole with scripts off', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug, { headline: 'Crews reach the quay' });
    const gone = await api.publish(slug, { headline: `It is ${RUMOUR}` });
    await api.request('POST', `/v1/stories/${slug}/entries/${gone.id}/withdrawal`, { body: { status: 'canceled' } });
    for (const path of [slug, `${slug}/${id}`]) {
      const { page } = await openPage(browser, `${url}/embed/${path}`, { javaScriptEnabled: false });
      await page.getByRole('heading', { name: 'Crews reach the quay' }).waitFor();
      expect(await page.locator('body').textContent()).not.toContain(RUMOUR);
    }
  });

  it('opens what it links to outside of the frame', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug);
    const site = await hostPage(url, `<iframe src="${url}/embed/${slug}/${id}" width="600" height="900">`);
    const { page } = await openPage(browser, site);
    const opened = page.context().waitForEvent('page');
    await page.frameLocator('iframe').locator('a[href^="/s/"]').first().click();
    expect(new URL((await opened).url()).pathname).toMatch(new RegExp(`^/s/${slug}`));
    expect(page.url()).toBe(site);
  });

  it('is shown to nobody who may not use the server', async () => {
    const { url, api } = await serverForTest({ env: { ALLOWED_ORIGINS: 'https://news.example' } });
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    const site = await hostPage(url, `<iframe src="${url}/embed/${slug}"></iframe>`);
    const { page, complaints } = await openPage(browser, site);
    await expect.poll(() => complaints.join()).toContain('frame-ancestors');
    expect(await page.frameLocator('iframe').locator('body').textContent()).not.toContain('Harbour fire');
  });

  it('shares the page with frames of others, which do not have their way with it', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    await api.publish(slug, { headline: 'First' });
    const say = `<script>
      let said = 0;
      setInterval(() => {
        const heights = [7000, -1, Infinity, 1e9, 'high'];
        for (const height of heights) parent.postMessage({ type: 'slugline:height', height }, '*');
        parent.postMessage(null, '*');
        parent.postMessage('slugline:height', '*');
        document.title = String((said += 1));
      }, 20);
    </script>`;
    const other = await hostPage(url, say);
    const site = await hostPage(
      url,
      `${await codeFor(api, `${url}/s/${slug}`)}<iframe id="other" src="${other}" width="300" height="200"></iframe>`,
    );
    const { page } = await openPage(browser, site);
    await expect.poll(async () => (await heightOf(page, 'iframe[title]')) - (await storyHeight(page))).toBe(0);
    const [stranger] = page.frames().filter((frame) => frame.url() === other);
    const said = async () => Number(await stranger?.title());
    const before = await said();
    await expect.poll(said).toBeGreaterThan(before + 3);
    expect(await heightOf(page, '#other')).toBe(204);
    expect(await heightOf(page, 'iframe[title]')).toBe(await storyHeight(page));
  });
});

describe('what a page tells machines', () => {
  it('is let through by its policy, and is gone once an entry that it tells of was withdrawn', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour fire </script><script>alert(1)</script>' });
    const { id } = await api.publish(slug, { headline: `It is ${RUMOUR} </script><!--` });
    const { page, complaints } = await openPage(browser, `${url}/s/${slug}`);
    const block = page.locator('script[type="application/ld+json"]');
    expect(await block.evaluate((script) => JSON.parse(script.textContent ?? '').headline)).toContain('Harbour fire');
    await page.locator('live-story[data-live]').waitFor();
    expect(await contentOf(page)).toContain(RUMOUR);
    await api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { body: { status: 'withheld' } });
    await page.locator('.is-withdrawn').first().waitFor();
    expect(await contentOf(page)).not.toContain(RUMOUR);
    expect(await block.count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

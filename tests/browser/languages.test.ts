import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { serverForTest } from '../helpers/server.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

const ready = (page: Page) => page.locator('live-story[data-live]').waitFor();

const controls = (page: Page) => page.locator('.controls button').allTextContents();

/** The nearest language that is told of an element, in its own root or around its host. */
const languageOf = (page: Page, selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const marked = element.closest('[lang]');
      return [marked?.getAttribute('lang'), getComputedStyle(element).direction];
    });

describe('a story in its language', () => {
  it('has the interface in it too, from the right to the left in Arabic', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ language: 'ar-EG', headline: 'حريق في الميناء' });
    await api.publish(slug, { headline: 'وصول فرق الإطفاء', keyEvent: true });
    const { page, complaints } = await openPage(browser, `${url}/s/${slug}`);
    await ready(page);
    expect(await controls(page)).toEqual(['كل التحديثات', 'الأحداث البارزة', 'الأقدم أولًا', 'الإعدادات']);
    expect(await page.getByRole('feed', { name: 'التحديثات' }).getByRole('article').count()).toBe(1);
    // In Egypt numbers are written so.
    expect(await page.locator('.entry time').first().textContent()).toMatch(/[٠-٩]{2}:[٠-٩]{2}/);
    expect(await languageOf(page, '.headline')).toEqual(['ar-EG', 'rtl']);
    const [time, report] = await Promise.all(
      ['.entry .stamp', '.entry .report'].map((part) => page.locator(part).boundingBox()),
    );
    expect(time?.x).toBeGreaterThanOrEqual(report?.x ?? Number.NaN);

    await page.locator('[data-action=settings]').click();
    const dialog = page.getByRole('dialog', { name: 'الإعدادات' });
    await dialog.getByRole('radio', { name: 'الأخبار العاجلة فقط' }).waitFor();
    expect(await languageOf(page, 'dialog')).toEqual(['ar-EG', 'rtl']);
    expect(complaints).toEqual([]);
  });

  it('is printed in it, and stays in it while the script is on its way', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ language: 'de-AT' });
    await api.publish(slug, { headline: 'Feuer am Hafen', breaking: true });
    const { page } = await openPage(browser, 'about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/\/assets\/de-[^/]+\.js$/, async (route) => {
      await released;
      await route.continue();
    });
    const words = page.waitForRequest(/\/assets\/de-[^/]+\.js$/);
    await page.goto(`${url}/s/${slug}`, { waitUntil: 'commit' });
    const printed = ['Alle Meldungen', 'Wichtige Ereignisse', 'Älteste zuerst', 'Einstellungen'];
    await words;
    await expect.poll(() => controls(page)).toEqual(printed);
    await page.waitForFunction(() => customElements.get('live-story') !== undefined);
    expect(await controls(page)).toEqual(printed);
    release();
    await ready(page);
    expect(await controls(page)).toEqual(printed);
    await page.locator('.label', { hasText: 'Eilmeldung' }).waitFor();
    // Asked for by the page, beside the script that would ask for it later.
    expect(asked.filter((path) => path.startsWith('/assets/de-'))).toHaveLength(1);
    expect(await page.locator('head script[src^="/assets/de-"]').count()).toBe(1);
  });

  it('is shown with English around it where that language’s words do not come', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ language: 'fr' });
    await api.publish(slug, { headline: 'Incendie au port' });
    const { page } = await openPage(browser, 'about:blank');
    await page.route(/\/assets\/fr-[^/]+\.js$/, (route) => route.abort());
    await page.goto(`${url}/s/${slug}`);
    await ready(page);
    expect(await controls(page)).toContain('Settings');
    expect(await languageOf(page, '.settings span')).toEqual(['en', 'ltr']);
    expect(await languageOf(page, '.headline')).toEqual(['fr', 'ltr']);
  });

  it('has English around it, and marked so, where we do not speak it', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ language: 'he', headline: 'שריפה בנמל' });
    await api.publish(slug, { headline: 'הכבאים הגיעו', sources: [{ name: 'כאן', role: 'media' }] });
    for (const javaScriptEnabled of [false, true]) {
      const { page } = await openPage(browser, `${url}/s/${slug}`, { javaScriptEnabled });
      if (javaScriptEnabled) await ready(page);
      expect(await languageOf(page, '.story-headline')).toEqual(['he', 'rtl']);
      expect(await languageOf(page, '.controls button span')).toEqual(['en', 'ltr']);
      expect(await languageOf(page, '.entry time')).toEqual(['en', 'ltr']);
      expect(await page.locator('.sources').textContent()).toBe('Source: כאן (media)');
    }
  });
});

describe('the language that a site asks for', () => {
  it('is the interface’s, and may change at any time', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ language: 'en' });
    await api.publish(slug, { headline: 'Fire at the harbour', breaking: true });
    const { page, complaints } = await openPage(
      browser,
      await hostPage(url, `<main><live-story slug="${slug}" server="SERVER" lang="uk"></live-story></main>`),
    );
    await ready(page);
    expect(await controls(page)).toContain('Спочатку давніші');
    expect(await languageOf(page, '.label span')).toEqual(['uk', 'ltr']);
    expect(await languageOf(page, '.headline')).toEqual(['en', 'ltr']);

    const turnTo = (language: string) =>
      page.locator('live-story').evaluate((element, lang) => element.setAttribute('lang', lang), language);
    await turnTo('ar');
    await page.getByRole('button', { name: 'الأقدم أولًا' }).waitFor();
    expect(await languageOf(page, '.label span')).toEqual(['ar', 'rtl']);
    // Which word of two languages comes last must not depend on which script came first.
    await turnTo('es');
    await turnTo('de_CH');
    await page.getByRole('button', { name: 'Älteste zuerst' }).waitFor();
    await turnTo('no language at all');
    await page.getByRole('button', { name: 'Oldest first' }).waitFor();
    expect(await languageOf(page, '.label')).toEqual(['en', 'ltr']);
    await page.locator('live-story').evaluate((element) => element.removeAttribute('lang'));
    expect(await controls(page)).toContain('Oldest first');
    expect(complaints).toEqual([]);
  });
});

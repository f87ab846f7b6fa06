import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { openPage } from '../helpers/opened-page.js';
import { serverForTest } from '../helpers/server.js';
import { wholeStory } from '../helpers/whole-story.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

async function openWholeStory(options: BrowserContextOptions, fields = {}): Promise<{ page: Page; url: string }> {
  const { url, api } = await serverForTest();
  const { story } = await wholeStory(api, fields);
  const { page } = await openPage(browser, 'about:blank', options);
  await page.route('https://pictures.example/**', (route) => route.abort());
  await page.goto(`${url}/s/${story.slug}`);
  await page.locator('live-story[data-live]').waitFor();
  return { page, url };
}

/** Pixels by which the page is wider than the window, and what in it ends beyond the window's edge. */
const overflow = (page: Page) =>
  page.evaluate(() => {
    const root = document.querySelector('live-story')?.shadowRoot;
    const outside = [...document.querySelectorAll('body *'), ...(root?.querySelectorAll('.root *') ?? [])].filter(
      (element) => {
        const { left, right, width, height } = element.getBoundingClientRect();
        return width > 1 && height > 1 && (right > innerWidth + 1 || left < -1);
      },
    );
    return [document.documentElement.scrollWidth - innerWidth, outside.map(({ outerHTML }) => outerHTML.slice(0, 80))];
  });

/** What readers with the spacing of WCAG 1.4.12 set for themselves. */
const SPACED = `* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-block-end: 2em !important; }`;

const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';

describe('a story that is made larger', () => {
  it.each(['en', 'ar'])(
    'needs no scrolling sideways at 320 pixels, four times as large as at 1280 (%s)',
    async (language) => {
      const { page, url } = await openWholeStory({ viewport: { width: 320, height: 256 } }, { language, kicker: LONG });
      expect(await overflow(page)).toEqual([0, []]);
      await page.evaluate((css) => {
        const root = document.querySelector('live-story')?.shadowRoot;
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        for (const scope of [document, root]) scope?.adoptedStyleSheets.push(sheet);
      }, SPACED);
      expect(await overflow(page)).toEqual([0, []]);
      await page.locator('[data-action=settings]').click();
      const box = await page.locator('dialog').boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(320);
      for (const path of ['/', '/embed', '/s/none']) {
        await page.goto(`${url}${path}`);
        expect([path, ...(await overflow(page))]).toEqual([path, 0, []]);
      }
    },
  );
});

describe('whoever goes through a story by the Tab key', () => {
  it.each(['light', 'dark'] as const)('sees where they are, wherever they are (%s)', async (colorScheme) => {
    const { page } = await openWholeStory({ colorScheme, viewport: { width: 800, height: 600 } });
    const seen: string[] = [];
    for (let steps = 0; steps < 80; steps += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const inPage = document.activeElement;
        const element = inPage?.shadowRoot?.activeElement ?? inPage;
        if (element === null || element === document.body) return undefined;
        const { top, bottom, left, right } = element.getBoundingClientRect();
        // An entry may draw its ring around a part of itself.
        const rings = [element, ...element.children].map((one) => getComputedStyle(one));
        const ring = rings.some(
          ({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
        );
        const root = element.getRootNode();
        const x = (left + right) / 2;
        const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
        const there = root instanceof ShadowRoot || root instanceof Document ? root.elementFromPoint(x, y) : null;
        const isSeen = bottom > 0 && top < innerHeight && (there === null || element.contains(there));
        return { name: element.textContent?.slice(0, 40), ring, isSeen };
      });
      if (focused === undefined) break;
      seen.push(String(focused.name));
      expect(focused).toMatchObject({ ring: true, isSeen: true });
    }
    expect(seen).toContain('RSS');
    expect(seen.length).toBeGreaterThan(15);
  });
});

describe('a reader who has asked their system for', () => {
  it('less movement gets none', async () => {
    const { page } = await openWholeStory({ reducedMotion: 'reduce' });
    const moving = () =>
      page.evaluate(() => {
        const root = document.querySelector('live-story')?.shadowRoot;
        return [...document.getAnimations(), ...(root?.getAnimations() ?? [])].length;
      });
    expect(await moving()).toBe(0);
    await page.locator('.entry').first().focus();
    await page.keyboard.press('j');
    await page.locator('.entry:nth-child(2):focus').waitFor();
    const at = await page.evaluate(() => scrollY);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await page.evaluate(() => scrollY)).toBe(at);
    expect(await moving()).toBe(0);
  });

  it('their own colours can tell what is chosen, and what is a label', async () => {
    const { page } = await openWholeStory({ forcedColors: 'active' });
    const look = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => {
          const { outlineStyle, borderStyle, borderWidth } = getComputedStyle(element);
          return { outlined: outlineStyle !== 'none', bordered: borderStyle !== 'none' && borderWidth !== '0px' };
        });
    expect(await look('.filters [aria-pressed=true]')).toMatchObject({ outlined: true });
    expect(await look('.filters [aria-pressed=false]')).toMatchObject({ outlined: false, bordered: true });
    for (const label of ['.label', '.status', '.correction', '.notice']) {
      expect([label, await look(label)]).toEqual([label, { outlined: false, bordered: true }]);
    }
  });
});

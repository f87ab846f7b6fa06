import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { type Api, serverForTest } from '../helpers/server.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

const LINES = Array(12).fill('A line of a report.').join('\n\n');

async function storyOf(api: Api, headlines: readonly string[], language = 'en'): Promise<string> {
  const { slug } = await api.createStory({ language });
  for (const headline of headlines) await api.publish(slug, { headline, bodyMarkdown: LINES });
  return slug;
}

const ready = (page: Page) => page.locator('live-story[data-live]').first().waitFor();

/** What has focus, in the words of a screen reader. */
const focused = (page: Page) =>
  page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const heading = element?.matches('.entry') === true ? element.querySelector('.headline') : element;
    return heading === document.body ? 'the page' : (heading?.textContent ?? '').trim();
  });

const press = async (page: Page, ...keys: readonly string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

/** What keys are for is loaded with the first thing that a reader does; until then what they do is yet to come. */
async function wakeKeyboard(page: Page, wake = () => page.keyboard.press('Shift')): Promise<void> {
  await wake();
  const loaded = () => performance.getEntriesByType('resource').find(({ name }) => /\/engaged-[^/]+\.js$/.test(name));
  const url = await page.waitForFunction(loaded).then((entry) => entry.evaluate((found) => found?.name));
  // The same module as the element's, so that it is there when this is done.
  await page.evaluate(`import(${JSON.stringify(url)}).then(() => undefined)`);
}

describe('the keyboard on a story’s own page', () => {
  it('goes from entry to entry, and to those that came meanwhile', async () => {
    const { url, api } = await serverForTest();
    const slug = await storyOf(api, ['First', 'Second', 'Third']);
    const { page } = await openPage(browser, `${url}/s/${slug}`, { reducedMotion: 'reduce' });
    await ready(page);
    await wakeKeyboard(page);
    await press(page, 'j');
    expect(await focused(page)).toBe('Third');
    await press(page, 'j', 'j', 'j');
    expect(await focused(page)).toBe('First');
    expect(
      await page.locator('.entry:focus').evaluate((entry) => Math.abs(entry.getBoundingClientRect().top)),
    ).toBeLessThan(120);
    await press(page, 'k');
    expect(await focused(page)).toBe('Second');

    await press(page, 'n');
    expect(await focused(page)).toBe('Second');
    await api.publish(slug, { headline: 'Fourth', bodyMarkdown: LINES });
    await page.getByRole('button', { name: '1 new update' }).waitFor();
    expect(await focused(page)).toBe('Second');
    await press(page, 'n');
    expect(await focused(page)).toBe('Fourth');
    expect(await page.evaluate(() => scrollY)).toBeLessThan(600);
  });

  it('has heard the first key too', async () => {
    const { url, api } = await serverForTest();
    const slug = await storyOf(api, ['First', 'Second']);
    const { page } = await openPage(browser, `${url}/s/${slug}`);
    await ready(page);
    await press(page, 'j', 'j');
    await expect.poll(() => focused(page)).toBe('First');
  });

  it('opens its help and gives focus back', async () => {
    const { url, api } = await serverForTest();
    const slug = await storyOf(api, ['First', 'Second']);
    const { page, complaints } = await openPage(browser, `${url}/s/${slug}`);
    await ready(page);
    await wakeKeyboard(page);
    await press(page, 'j', '?');
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    await dialog.getByText('Show new updates').waitFor();
    await press(page, 'j', 'k', 'n');
    expect(await dialog.isVisible()).toBe(true);
    await press(page, 'Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Second');
    expect(complaints).toEqual([]);
  });

  it('leaves the feed by Control with Home and End, and goes by pages', async () => {
    const { url, api } = await serverForTest();
    const slug = await storyOf(api, []);
    for (const headline of ['First', 'Second', 'Third']) await api.publish(slug, { headline, bodyMarkdown: 'Short.' });
    const { page } = await openPage(browser, `${url}/s/${slug}`, { reducedMotion: 'reduce' });
    await ready(page);
    await wakeKeyboard(page);
    await press(page, 'j', 'PageDown');
    expect(await focused(page)).toBe('Second');
    await press(page, 'PageDown', 'PageUp');
    expect(await focused(page)).toBe('Second');
    await press(page, 'Control+Home');
    expect(await focused(page)).toBe('Settings');
    await press(page, 'j', 'Control+End');
    expect(await page.evaluate(() => document.activeElement?.closest('footer') !== null)).toBe(true);
  });

  it('lets an entry that is longer than the screen be read to its end', async () => {
    const { url, api } = await serverForTest();
    const slug = await storyOf(api, ['First']);
    await api.publish(slug, { headline: 'Long', bodyMarkdown: Array(10).fill(LINES).join('\n\n') });
    const { page } = await openPage(browser, `${url}/s/${slug}`, { reducedMotion: 'reduce' });
    await ready(page);
    await wakeKeyboard(page);
    await press(page, 'j');
    const before = await page.evaluate(() => scrollY);
    await press(page, 'PageDown');
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(before + 200);
    expect(await focused(page)).toBe('Long');
    for (let pages = 0; pages < 20 && (await focused(page)) === 'Long'; pages += 1) {
      const at = await page.evaluate(() => scrollY);
      await press(page, 'PageDown');
      await expect
        .poll(async () => (await focused(page)) === 'First' || (await page.evaluate(() => scrollY)) > at)
        .toBe(true);
    }
    expect(await focused(page)).toBe('First');
  });

  it('knows its letters by their place where the keyboard writes another script', async () => {
    const { url, api } = await serverForTest();
    const slug = await storyOf(api, ['Перша', 'Друга'], 'uk');
    const { page } = await openPage(browser, `${url}/s/${slug}`);
    await ready(page);
    await wakeKeyboard(page);
    const type = (key: string, code: string) =>
      page.evaluate(
        ([key = '', code = '']) => {
          const target = document.activeElement?.shadowRoot?.activeElement ?? document.body;
          target.dispatchEvent(
            new KeyboardEvent('keydown', { key, code, bubbles: true, composed: true, cancelable: true }),
          );
        },
        [key, code],
      );
    await type('о', 'KeyJ');
    expect(await focused(page)).toBe('Друга');
    await type('о', 'KeyJ');
    expect(await focused(page)).toBe('Перша');
    await type('л', 'KeyK');
    expect(await focused(page)).toBe('Друга');
  });

  it('can be turned off for good', async () => {
    const { url, api } = await serverForTest();
    const slug = await storyOf(api, ['First', 'Second']);
    const { page } = await openPage(browser, `${url}/s/${slug}`);
    await ready(page);
    await wakeKeyboard(page);
    await press(page, '?');
    await page.getByRole('checkbox', { name: 'Use keyboard shortcuts' }).uncheck();
    await press(page, 'Escape');
    await page.reload();
    await ready(page);
    await wakeKeyboard(page);
    await press(page, 'j', '?');
    expect(await focused(page)).toBe('the page');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('checkbox', { name: 'Use keyboard shortcuts' }).check();
    await press(page, 'Escape', 'j');
    expect(await focused(page)).toBe('Second');
  });
});

describe('the keyboard in a page of another site', () => {
  const bodyWith = (slug: string) =>
    `<main><h1>A site</h1><label>Search <input></label><button id="own">Own</button>
<live-story slug="${slug}" server="SERVER"></live-story><p><a href="/next">Next page</a></p></main>`;

  it('is heard while focus is in the story, and nowhere else', async () => {
    const { url, api } = await serverForTest();
    const slug = await storyOf(api, ['First', 'Second']);
    const { page, complaints } = await openPage(browser, await hostPage(url, bodyWith(slug)));
    await ready(page);
    await page.getByRole('button', { name: 'Own' }).focus();
    await press(page, 'j', '?');
    expect(await focused(page)).toBe('Own');
    await wakeKeyboard(page, () => page.locator('.entry').first().focus());
    await press(page, 'j');
    expect(await focused(page)).toBe('First');
    await press(page, 'Control+End');
    expect(await focused(page)).toBe('Next page');
    expect(complaints).toEqual([]);
  });

  it('leaves alone what is typed, what has a modifier, and what the site has taken', async () => {
    const { url, api } = await serverForTest();
    const slug = await storyOf(api, ['First', 'Second']);
    const { page } = await openPage(
      browser,
      await hostPage(url, bodyWith(slug).replace('<live-story', '<live-story keys="page"')),
    );
    await ready(page);
    await wakeKeyboard(page);
    const field = page.getByRole('textbox');
    await field.focus();
    await press(page, 'j', 'k', 'n', '?');
    expect(await field.inputValue()).toBe('jkn?');

    await page.locator('.entry').first().focus();
    await press(page, 'Control+j', 'Alt+j', 'Meta+j', 'Shift+J');
    expect(await focused(page)).toBe('Second');
    await page.evaluate(() => document.addEventListener('keydown', (event) => event.preventDefault(), { once: true }));
    await press(page, 'j');
    expect(await focused(page)).toBe('Second');
    await press(page, 'j');
    expect(await focused(page)).toBe('First');
  });

  it('is not heard where the site wants none', async () => {
    const { url, api } = await serverForTest();
    const slug = await storyOf(api, ['First', 'Second']);
    const { page } = await openPage(
      browser,
      await hostPage(url, bodyWith(slug).replace('<live-story', '<live-story keys="off"')),
    );
    await ready(page);
    await page.locator('.entry').first().focus();
    await press(page, 'j', '?');
    expect(await focused(page)).toBe('Second');
    await page.getByRole('button', { name: 'Settings' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio').first().waitFor();
    expect(await dialog.getByRole('checkbox').count()).toBe(0);
  });
});

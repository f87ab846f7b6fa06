import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { openPage } from '../helpers/opened-page.js';
import { serverForTest, startServer, type TestServer } from '../helpers/server.js';

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  browser = await launchChromium();
  server = await startServer();
  const { api } = server;
  await api.createStory({ slug: 'bridge', headline: 'Barge strikes "the" bridge & stays' });
  await api.publish('bridge', { headline: 'First' });
  await api.publish('bridge', { headline: 'Second' });
  await api.createStory({ slug: 'secret', headline: 'Nobody knows', visibility: 'private' });
  await api.createStory({ slug: 'fire', headline: 'Harbour fire' });
  await api.publish('fire', { headline: 'Crews reach the quay' });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens the page, and answers it with what it complained of. */
async function openBuilder(query = '', options: BrowserContextOptions = {}) {
  const { page, complaints } = await openPage(browser, `${server.url}/embed${query}`, options);
  if (options.javaScriptEnabled !== false) await page.locator('live-story[data-live]').waitFor();
  return { page, complaints };
}

const codeIn = (page: Page) => page.getByRole('textbox', { name: 'Code for your page' }).inputValue();
const headlines = (page: Page) => page.locator('.preview .entry .headline').allTextContents();

describe('the page on which embeds are made', () => {
  it('shows the newest story, names no private one, and gives the two lines that a site needs', async () => {
    const { page, complaints } = await openBuilder();
    expect(await page.locator('#story option').allTextContents()).toEqual([
      'Harbour fire',
      'Barge strikes "the" bridge & stays',
    ]);
    expect(await headlines(page)).toEqual(['Crews reach the quay']);
    expect(await codeIn(page)).toBe(
      `<script type="module" src="${server.url}/embed.js"></script>\n<live-story slug="fire"></live-story>`,
    );
    expect(complaints).toEqual([]);
  });

  it('works without a script: the form is sent, and the page comes back as chosen', async () => {
    const { page, complaints } = await openBuilder('', { javaScriptEnabled: false });
    await page.getByLabel('Story', { exact: true }).selectOption('bridge');
    await page.getByRole('radio', { name: 'Rose paper' }).check();
    await page.getByRole('radio', { name: 'Oldest first' }).check();
    await page.getByRole('checkbox', { name: 'Picture' }).check();
    await page.getByRole('checkbox', { name: 'Share links' }).check();
    await page.getByRole('combobox', { name: 'Level of the headline' }).selectOption('3');
    await page.getByRole('combobox', { name: 'Language of buttons and times' }).selectOption('de');
    await page.getByRole('button', { name: 'Show it' }).click();
    await page.waitForURL(/story=bridge/);

    expect(await page.getByRole('radio', { name: 'Rose paper' }).isChecked()).toBe(true);
    expect(await headlines(page)).toEqual(['First', 'Second']);
    expect(await page.locator('.preview h3.story-headline').textContent()).toBe('Barge strikes "the" bridge & stays');
    expect(await page.locator('.preview .controls').textContent()).toContain('Wichtige Ereignisse');
    const paper = await page.locator('.preview .root').evaluate((root) => getComputedStyle(root).backgroundColor);
    expect(paper).toBe('rgb(253, 240, 228)');
    const code = await codeIn(page);
    expect(code).toMatch(/^<style>\nlive-story \{\n {2}color-scheme: light;\n {2}--live-story-paper: #fdf0e4;/);
    expect(code).toMatch(
      /\n<live-story slug="bridge" order="oldest" hide="picture share" heading-level="3" lang="de"><\/live-story>$/,
    );
    expect(complaints).toEqual([]);
  });

  it('shows each choice at once with one, in the preview, the code and the address', async () => {
    const { page, complaints } = await openBuilder();
    await page.getByLabel('Story', { exact: true }).selectOption('bridge');
    await page.locator('.preview').getByRole('heading', { name: 'Second' }).waitFor();
    await page.getByRole('radio', { name: 'Oldest first' }).check();
    await expect.poll(() => headlines(page)).toEqual(['First', 'Second']);
    await page.getByRole('radio', { name: 'Newest first' }).check();
    await expect.poll(() => headlines(page)).toEqual(['Second', 'First']);
    await page.getByRole('checkbox', { name: 'Key points' }).check();
    await page.getByRole('checkbox', { name: 'Filters and order' }).check();
    await page.locator('.preview .controls').waitFor({ state: 'detached' });
    await page.getByRole('radio', { name: 'Always dark' }).check();
    await page.getByRole('combobox', { name: 'Keyboard shortcuts' }).selectOption('off');
    const code = await codeIn(page);
    expect(code).toContain('<style>\nlive-story {\n  color-scheme: dark;\n}\n</style>');
    expect(code).toContain('<live-story slug="bridge" hide="key-points controls" keys="off"></live-story>');
    const ink = await page.locator('.preview .root').evaluate((root) => getComputedStyle(root).color);
    expect(ink).toBe('rgb(236, 234, 229)');

    await page.getByText('As an iframe instead').click();
    expect(await page.getByRole('textbox', { name: 'Code of an iframe' }).inputValue()).toBe(
      `<iframe src="${server.url}/embed/bridge?hide=key-points+controls&amp;keys=off" title="Barge strikes &quot;the&quot; bridge &amp; stays" width="100%" height="800" loading="lazy" frameborder="0" allow="fullscreen"></iframe>\n<script async src="${server.url}/embed-frame.js"></script>`,
    );

    // What was chosen is in the address: a reload says the same.
    await page.reload();
    await page.locator('live-story[data-live]').waitFor();
    expect(await codeIn(page)).toBe(code);
    expect(complaints).toEqual([]);
  });

  it('keeps its code while what stands in a field cannot be', async () => {
    const { page } = await openBuilder('?story=bridge');
    const limit = page.getByRole('spinbutton', { name: 'Updates at first' });
    await limit.fill('10');
    expect(await codeIn(page)).toContain('limit="10"');
    await limit.fill('1000');
    expect(await codeIn(page)).toContain('limit="10"');
  });

  it('copies the code by the keyboard, and says so', async () => {
    const { page } = await openBuilder('?story=bridge', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('textbox', { name: 'Code for your page' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Copied.' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await codeIn(page));
  });

  it('marks the code where the browser lets nothing be copied', async () => {
    const { page } = await openBuilder('?story=bridge');
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await page.getByRole('button', { name: 'Copy the code' }).first().click();
    await page.getByRole('status').filter({ hasText: 'The code is marked' }).waitFor();
    const marked = await page
      .locator('#code')
      .evaluate((area) =>
        area instanceof HTMLTextAreaElement ? area.value.slice(area.selectionStart, area.selectionEnd) : '',
      );
    expect(marked).toBe(await codeIn(page));
  });

  it('says by a page what it cannot do', async () => {
    const { page } = await openPage(browser, `${server.url}/embed?story=secret`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('There is no such story');
    for (const query of ['theme=none', 'limit=0', 'hide=all', 'order=newest&order=oldest', 'story=NOT%20A%20SLUG']) {
      const answer = await page.goto(`${server.url}/embed?${query}`);
      expect([400, 404], query).toContain(answer?.status());
    }
  });

  it('says so where there is no story yet', async () => {
    const empty = await serverForTest();
    const { page, complaints } = await openPage(browser, `${empty.url}/embed`);
    expect(await page.locator('.empty').textContent()).toContain('There is no public story yet.');
    expect(complaints).toEqual([]);
  });
});

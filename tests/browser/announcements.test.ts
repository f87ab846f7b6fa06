import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { openPage } from '../helpers/opened-page.js';
import { contentOf } from '../helpers/page-content.js';
import { type Api, serverForTest } from '../helpers/server.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

/** Longer than new entries are gathered, shorter than what was said stays. */
const GATHERED_MS = 5_000;
/** Longer than what was said stays. */
const FORGOTTEN_MS = 11_000;

interface Listener {
  readonly page: Page;
  readonly api: Api;
  /** Path of the story's entries. */
  readonly entries: string;
  publish(fields: Readonly<Record<string, unknown>>): Promise<string>;
  /** What a screen reader is given to read out when it comes to it. */
  readonly polite: () => Promise<readonly string[]>;
  /** What a screen reader reads out at once. */
  readonly urgent: () => Promise<readonly string[]>;
  /** Waits until the page shows it, so that it has heard of it. */
  shown(headline: string): Promise<void>;
  passes(milliseconds: number): Promise<void>;
}

async function listen(language = 'en', path = (slug: string) => `/s/${slug}`): Promise<Listener> {
  const { url, api } = await serverForTest();
  const { slug } = await api.createStory({ language });
  await api.publish(slug, { headline: 'There before' });
  const { page } = await openPage(browser, 'about:blank');
  await page.clock.install();
  await page.goto(`${url}${path(slug)}`);
  await page.locator('live-story[data-live]').waitFor();
  const lines = (role: string) => page.locator(`.heard[role=${role}] p`).allTextContents();
  return {
    page,
    api,
    entries: `/v1/stories/${slug}/entries`,
    publish: async (fields) => (await api.publish(slug, fields)).id,
    polite: () => lines('status'),
    urgent: () => lines('alert'),
    shown: (headline) => page.getByRole('heading', { name: headline }).waitFor(),
    passes: (milliseconds) => page.clock.runFor(milliseconds),
  };
}

describe('what readers who listen are told', () => {
  it('is the headline of one new entry, and of several how many', async () => {
    const { publish, shown, passes, polite, urgent } = await listen();
    await publish({ headline: 'Crews reach the quay' });
    await shown('Crews reach the quay');
    expect(await polite()).toEqual([]);
    await passes(GATHERED_MS);
    await expect.poll(polite).toEqual(['Crews reach the quay']);

    await passes(FORGOTTEN_MS);
    expect(await polite()).toEqual([]);
    for (const headline of ['Second', 'Third']) await publish({ headline });
    await shown('Third');
    await passes(GATHERED_MS);
    await expect.poll(polite).toEqual(['2 new updates']);
    await passes(FORGOTTEN_MS);
    for (const headline of ['Fourth', 'Fifth', 'Sixth']) await publish({ headline });
    await shown('Sixth');
    await passes(GATHERED_MS);
    await expect.poll(polite).toEqual(['3 new updates']);
    expect(await urgent()).toEqual([]);
  });

  it('is the beginning of an entry that has no headline', async () => {
    const { page, publish, passes, polite } = await listen();
    await publish({
      headline: undefined,
      bodyMarkdown: `The bridge **is** closed. ${'Nobody may cross it. '.repeat(20)}`,
    });
    await page.getByText('The bridge is closed.').waitFor();
    await passes(GATHERED_MS);
    await expect.poll(async () => (await polite())[0]).toMatch(/^The bridge is closed\. .{100,140}…$/);
  });

  it('is the latest form of it, and nothing of what is withdrawn before it is told', async () => {
    const { api, entries, publish, shown, passes, polite } = await listen();
    const edited = await publish({ headline: 'Two sheds on fire' });
    const withdrawn = await publish({ headline: 'A lorry in the water' });
    await shown('A lorry in the water');
    await api.request('PATCH', `${entries}/${edited}`, { body: { headline: 'Three sheds on fire' } });
    await api.request('POST', `${entries}/${withdrawn}/withdrawal`, { body: { status: 'canceled' } });
    await shown('Three sheds on fire');
    await passes(GATHERED_MS);
    await expect.poll(polite).toEqual(['Three sheds on fire']);
  });

  it('is breaking news at once, and its correction and withdrawal at once too', async () => {
    const { page, api, entries, publish, urgent, polite, passes } = await listen();
    const id = await publish({ headline: 'Bridge closed', breaking: true, urgency: 1 });
    await expect.poll(urgent).toEqual(['Breaking: Bridge closed']);

    const text = 'The tunnel is closed, not the bridge.';
    await api.request('POST', `${entries}/${id}/corrections`, { body: { text, headline: 'Tunnel closed' } });
    await expect.poll(urgent).toEqual([`Correction: ${text}`]);

    const notice = 'Both are open.';
    await api.request('POST', `${entries}/${id}/withdrawal`, { body: { status: 'canceled', notice } });
    await expect.poll(urgent).toEqual([`Withdrawn: ${notice}`]);
    await passes(GATHERED_MS);
    expect(await polite()).toEqual([]);
    expect(await contentOf(page)).not.toMatch(/Bridge closed|Tunnel closed|not the bridge/);
  });

  it('is what became of something that they were told', async () => {
    const { page, api, entries, publish, shown, passes, polite } = await listen();
    const id = await publish({ headline: 'A lorry in the water' });
    await shown('A lorry in the water');
    await passes(GATHERED_MS);
    await expect.poll(polite).toEqual(['A lorry in the water']);
    await api.request('POST', `${entries}/${id}/withdrawal`, { body: { status: 'withheld' } });
    await page.locator(`[data-key="${id}"].is-withdrawn`).waitFor();
    expect(await polite()).toEqual([]);
    expect(await contentOf(page)).not.toContain('lorry');
    await passes(GATHERED_MS);
    await expect.poll(polite).toEqual(['Withdrawn: This update has been taken down while it is checked.']);
  });

  it('is nothing of entries that were there before', async () => {
    const { page, api, entries, publish, shown, passes, polite } = await listen();
    const before = await page.locator('.entry').getAttribute('data-key');
    await api.request('PATCH', `${entries}/${before}`, { body: { headline: 'Edited since' } });
    await api.request('POST', `${entries}/${before}/corrections`, { body: { text: 'It was wrong.' } });
    await page.getByText('It was wrong.').waitFor();
    await passes(GATHERED_MS);
    await publish({ headline: 'New' });
    await shown('New');
    await passes(GATHERED_MS);
    await expect.poll(polite).toEqual(['New']);
  });

  it('is what they chose to be told, on this and on every later visit', async () => {
    const { page, publish, shown, passes, polite, urgent } = await listen();
    await page.getByRole('button', { name: 'Settings' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    const choice = dialog.getByRole('group', { name: 'Screen reader announcements' });
    expect(await choice.getByRole('radio', { name: 'All updates' }).isChecked()).toBe(true);
    await choice.getByRole('radio', { name: 'Breaking news only' }).check();
    await dialog.getByRole('button', { name: 'Close' }).click();

    await page.reload();
    await page.locator('live-story[data-live]').waitFor();
    await publish({ headline: 'No alarm' });
    await shown('No alarm');
    await passes(GATHERED_MS);
    expect(await polite()).toEqual([]);
    await publish({ headline: 'Evacuation', breaking: true });
    await expect.poll(urgent).toEqual(['Breaking: Evacuation']);

    await page.getByRole('button', { name: 'Settings' }).click();
    await choice.getByRole('radio', { name: 'Off' }).check();
    await page.keyboard.press('Escape');
    await publish({ headline: 'Evacuation over', breaking: true });
    await shown('Evacuation over');
    await passes(FORGOTTEN_MS);
    expect([await polite(), await urgent()]).toEqual([[], []]);
  });

  it('is in the interface’s language, and the story’s words in the story’s', async () => {
    const { page, publish, urgent } = await listen('pt');
    await publish({ headline: 'Ponte fechada', breaking: true });
    await expect.poll(urgent).toEqual(['Breaking: Ponte fechada']);
    const sentence = page.locator('.heard[role=alert] p');
    expect(await sentence.getAttribute('lang')).toBe('en');
    expect(await sentence.locator('[lang=pt]').textContent()).toBe('Ponte fechada');
  });
});

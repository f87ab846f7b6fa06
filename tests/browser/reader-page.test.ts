import type { DeskEntry } from '@slugline/client/protocol';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
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

const open = (url: string, options?: BrowserContextOptions) => openPage(browser, url, options);

const change = async (api: Api, method: string, path: string, body?: unknown) => {
  const { status } = await api.request(method, path, body === undefined ? {} : { body });
  if (status >= 400) throw new Error(`${method} ${path}: ${status}`);
};

const headlines = (page: Page) => page.locator('.feed > article h2').allTextContents();

describe('the reader page in a browser', () => {
  it('is printed whole with scripts off', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    await api.publish(slug, { headline: 'Crews on their way' });
    const { page, complaints } = await open(`${url}/s/${slug}`, { javaScriptEnabled: false });
    expect(await page.locator('h1').textContent()).toBe('Harbour fire');
    expect(await headlines(page)).toEqual(['Crews on their way']);
    expect(await page.locator('.feed time').first().textContent()).toContain('UTC');
    expect(complaints).toEqual([]);
  });

  it('takes in what is published, edited, corrected, withdrawn and pinned while it is open', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    const entries = `/v1/stories/${slug}/entries`;
    const first = await api.publish(slug, { headline: 'First' });
    const rumour = await api.publish(slug, { headline: 'A lorry in the water, some say' });
    const { page, complaints } = await open(`${url}/s/${slug}`);
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }));

    await api.publish(slug, { headline: 'Second' });
    await page.getByRole('heading', { name: 'Second' }).waitFor();
    expect(await headlines(page)).toEqual(['Second', 'A lorry in the water, some say', 'First']);

    const article = page.locator(`[data-key="${first.id}"]`);
    await change(api, 'PATCH', `${entries}/${first.id}`, { headline: 'First, edited' });
    await article.getByRole('heading', { name: 'First, edited' }).waitFor();
    expect(await headlines(page)).toEqual(['Second', 'A lorry in the water, some say', 'First, edited']);

    await change(api, 'POST', `${entries}/${first.id}/corrections`, { text: 'It was quay 4, not quay 3.' });
    await article.getByText('It was quay 4, not quay 3.').waitFor();

    await change(api, 'POST', `${entries}/${rumour.id}/withdrawal`, {
      status: 'canceled',
      notice: 'It was an old film.',
    });
    await page.locator(`[data-key="${rumour.id}"]`).getByText('It was an old film.').waitFor();
    expect(await contentOf(page)).not.toContain('lorry');

    await change(api, 'PUT', `/v1/stories/${slug}/pins/${first.id}`);
    await article.getByText('Pinned').waitFor();
    expect(await headlines(page)).toEqual(['First, edited', 'Second']);

    await change(api, 'PATCH', `/v1/stories/${slug}`, {
      headline: 'Harbour fire is out',
      status: 'ended',
      keyPoints: [{ text: 'Nobody was hurt', entryId: first.id }],
    });
    await page.getByRole('heading', { name: 'Harbour fire is out' }).waitFor();
    await expect.poll(() => page.title()).toBe('Harbour fire is out');
    expect(await page.locator('.state').textContent()).toContain('Ended');
    expect(await page.getByRole('link', { name: 'Nobody was hurt' }).getAttribute('href')).toBe(
      `/s/${slug}/${first.id}`,
    );

    expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('keeps nothing of a withdrawn entry, not even where nobody sees it', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const printed = await api.publish(slug, { headline: 'A rumour that was printed' });
    const { page } = await open(`${url}/s/${slug}`);
    const announced = await api.publish(slug, { headline: 'A rumour that was announced' });
    await page.getByRole('heading', { name: 'A rumour that was announced' }).waitFor();
    for (const { id } of [printed, announced]) {
      await change(api, 'POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { status: 'canceled' });
      await page.locator(`[data-key="${id}"].is-withdrawn`).waitFor();
    }
    expect(await contentOf(page)).not.toContain('rumour');
  });

  it('leaves untouched what did not change', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const first = await api.publish(slug, { headline: 'First' });
    const { page } = await open(`${url}/s/${slug}`);
    const article = await page.locator(`[data-key="${first.id}"]`).elementHandle();
    await api.publish(slug, { headline: 'Second' });
    await page.getByRole('heading', { name: 'Second' }).waitFor();
    expect(await article?.evaluate((node) => node.isConnected)).toBe(true);
  });

  it('goes on after a reload, with what came in between', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    await api.publish(slug, { headline: 'First' });
    const { page, complaints } = await open(`${url}/s/${slug}`);
    await page.goto('about:blank');
    await api.publish(slug, { headline: 'Second' });
    await page.goBack();
    await page.getByRole('heading', { name: 'Second' }).waitFor();
    await api.publish(slug, { headline: 'Third' });
    await page.getByRole('heading', { name: 'Third' }).waitFor();
    expect(await headlines(page)).toEqual(['Third', 'Second', 'First']);
    expect(complaints).toEqual([]);
  });

  it('tells times in the reader’s own zone', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const entry: DeskEntry = await api.publish(slug);
    const { page } = await open(`${url}/s/${slug}`);
    const clock = new Date(entry.publishedAt).toLocaleTimeString('en-GB', {
      timeZone: 'Asia/Kolkata',
      hour: '2-digit',
      minute: '2-digit',
    });
    await page.locator('.feed time', { hasText: clock }).waitFor();
  });

  it('loads older entries without leaving the page', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    for (let number = 1; number <= 33; number += 1) await api.publish(slug, { headline: `Number ${number}` });
    const { page } = await open(`${url}/s/${slug}`);
    expect(await headlines(page)).toHaveLength(30);
    await page.getByRole('link', { name: 'Show older updates' }).click();
    await page.getByRole('heading', { name: 'Number 1', exact: true }).waitFor();
    expect(await headlines(page)).toHaveLength(33);
    await page.getByRole('link', { name: 'Show older updates' }).waitFor({ state: 'hidden' });
    expect(page.url()).toBe(`${url}/s/${slug}`);
  });
});

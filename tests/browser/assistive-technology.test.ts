import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { openPage } from '../helpers/opened-page.js';
import { type Api, serverForTest } from '../helpers/server.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

async function openStory(headlines: readonly string[], fields = {}): Promise<{ page: Page; api: Api; slug: string }> {
  const { url, api } = await serverForTest();
  const { slug } = await api.createStory(fields);
  for (const headline of headlines) await api.publish(slug, { headline });
  const { page } = await openPage(browser, `${url}/s/${slug}`);
  await page.locator('live-story[data-live]').waitFor();
  return { page, api, slug };
}

const change = async (api: Api, method: string, path: string, body: object = {}) => {
  const { status } = await api.request(method, path, { body });
  if (status >= 400) throw new Error(`${method} ${path}: ${status}`);
};

/** Roles that say nothing by themselves. */
const SILENT = new Set([
  'none',
  'generic',
  'StaticText',
  'InlineTextBox',
  'paragraph',
  'time',
  'sectionfooter',
  'ListMarker',
]);

/** The page as Chromium tells it to a screen reader: role, name and description of all that has one, in order. */
async function toldOf(page: Page): Promise<readonly string[]> {
  const tools = await page.context().newCDPSession(page);
  const { nodes } = await tools.send('Accessibility.getFullAXTree');
  await tools.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const told: string[] = [];
  const visit = (id: string): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const role = String(node.role?.value);
    if (!node.ignored && !SILENT.has(role)) {
      const { name, description, properties = [] } = node;
      const level = properties.find((property) => property.name === 'level')?.value.value;
      const pressed = properties.find((property) => property.name === 'pressed')?.value.value;
      const said = [
        role,
        role === 'heading' && level,
        name?.value && `"${name.value}"`,
        pressed === 'true' && 'pressed',
      ];
      told.push([...said, description?.value && `(${description.value})`].filter(Boolean).join(' '));
    }
    for (const child of node.childIds ?? []) visit(child);
  };
  const root = nodes.find(({ parentId }) => parentId === undefined);
  if (root !== undefined) visit(root.nodeId);
  return told;
}

/** `1/3 Headline`, of each article in order. */
const places = (page: Page) =>
  page
    .locator('.feed > article')
    .evaluateAll((articles) =>
      articles.map(
        (article) =>
          `${article.getAttribute('aria-posinset')}/${article.getAttribute('aria-setsize')} ${article.querySelector('.headline, .notice')?.textContent}`,
      ),
    );

/** The nearest entry around what has focus, and whether it is that itself. */
const focusedEntry = (page: Page) =>
  page.evaluate(() => {
    const focused = document.querySelector('live-story')?.shadowRoot?.activeElement;
    const entry = focused?.closest('.entry');
    const name = entry?.querySelector('.headline, .notice')?.textContent ?? 'none';
    return entry === focused || entry == null ? name : `${focused?.textContent} in ${name}`;
  });

describe('what a screen reader is told of a story', () => {
  it('is its structure, with a name for each part', async () => {
    const { page, api, slug } = await openStory(['Bridge closed'], {
      headline: 'Harbour fire',
      keyPoints: [{ text: 'Nobody was hurt' }],
    });
    await api.publish(slug, {
      headline: 'Crews reach the quay',
      breaking: true,
      tags: ['fire'],
      body: [
        { type: 'heading', level: 4, content: [{ text: 'What we know' }] },
        { type: 'embed', url: 'https://video.example/1', provider: 'Video Example', title: 'The quay at dawn' },
      ],
    });
    const rumour = await api.publish(slug, { headline: 'A lorry in the water' });
    await change(api, 'POST', `/v1/stories/${slug}/entries/${rumour.id}/withdrawal`, { status: 'canceled' });
    await page.getByRole('article', { name: 'Withdrawn' }).waitFor();
    const told = await toldOf(page);
    const story = told.slice(told.indexOf('region "Harbour fire"'));
    const time = /^link "\d\d:\d\d" \(Link to this update\)$/;
    expect(told.slice(0, told.indexOf('region "Harbour fire"')).slice(-2)).toEqual(['status', 'alert']);
    expect(story.slice(0, story.indexOf('contentinfo')).map((line) => (time.test(line) ? 'its time' : line))).toEqual([
      'region "Harbour fire"',
      'heading 1 "Harbour fire"',
      'status',
      'region "Breaking"',
      'link "Crews reach the quay"',
      'button "Dismiss" (Dismiss)',
      'heading 2 "Key points"',
      'list',
      'listitem',
      'group "Filter and order"',
      'button "All updates" pressed',
      'button "Key events"',
      'button "Oldest first"',
      'button "Settings"',
      'status',
      'feed "Updates"',
      'article "Withdrawn This update has been withdrawn."',
      'its time',
      'article "Breaking Crews reach the quay"',
      'its time',
      'heading 2 "Crews reach the quay"',
      'heading 3 "What we know"',
      'figure',
      'button "Load content from Video Example"',
      'Figcaption',
      'link "Open at Video Example"',
      'button "Tag: fire"',
      'button "Share" (Crews reach the quay)',
      'article "Bridge closed"',
      'its time',
      'heading 2 "Bridge closed"',
      'button "Share" (Bridge closed)',
    ]);
  });

  it('is where in the feed each entry is, and of how many once that is known', async () => {
    const headlines = Array.from({ length: 33 }, (_, at) => `Number ${at + 1}`);
    const { page, api, slug } = await openStory(headlines);
    expect((await places(page)).slice(0, 2)).toEqual(['1/-1 Number 33', '2/-1 Number 32']);
    await page.getByRole('link', { name: 'Show older updates' }).click();
    await expect.poll(async () => (await places(page)).at(-1)).toBe('33/33 Number 1');

    await page.evaluate(() => scrollTo(0, 0));
    await api.publish(slug, { headline: 'Number 34' });
    await expect.poll(async () => (await places(page))[0]).toBe('1/34 Number 34');
    expect((await places(page)).at(-1)).toBe('34/34 Number 1');

    await page.evaluate(() => scrollTo(0, 900));
    await api.publish(slug, { headline: 'Number 35' });
    const waiting = page.getByRole('button', { name: '1 new update' });
    await waiting.waitFor();
    expect((await places(page))[0]).toBe('1/34 Number 34');
    await waiting.click();
    expect((await places(page)).slice(0, 2)).toEqual(['1/35 Number 35', '2/35 Number 34']);
  });
});

describe('focus', () => {
  it('stays on what had it while entries come, change, move and go', async () => {
    const { page, api, slug } = await openStory(['First', 'Second', 'Third']);
    const entries = `/v1/stories/${slug}/entries`;
    const second = page.locator('.entry', { hasText: 'Second' });
    const id = await second.getAttribute('data-key');
    await second.getByRole('button', { name: 'Share' }).focus();

    await api.publish(slug, { headline: 'Fourth' });
    await page.getByRole('heading', { name: 'Fourth' }).waitFor();
    expect(await focusedEntry(page)).toBe('Share in Second');

    await change(api, 'PATCH', `${entries}/${id}`, { headline: 'Second, edited', keyEvent: true, tags: ['fire'] });
    await page.getByRole('heading', { name: 'Second, edited' }).waitFor();
    expect(await focusedEntry(page)).toBe('Share in Second, edited');

    await change(api, 'PUT', `/v1/stories/${slug}/pins/${id}`);
    await expect.poll(async () => (await places(page))[0]).toContain('Second, edited');
    expect(await focusedEntry(page)).toBe('Share in Second, edited');

    await change(api, 'POST', `${entries}/${id}/withdrawal`, { status: 'canceled', notice: 'It was not so.' });
    await page.getByText('It was not so.').waitFor();
    expect(await focusedEntry(page)).toBe('It was not so.');
  });

  it('goes to the first of the new entries that were waiting', async () => {
    const { page, api, slug } = await openStory(Array.from({ length: 20 }, (_, at) => `Number ${at + 1}`));
    const pinned = await page.locator('.entry').last().getAttribute('data-key');
    await change(api, 'PUT', `/v1/stories/${slug}/pins/${pinned}`);
    await page.getByText('Pinned').waitFor();
    await page.evaluate(() => scrollTo(0, 900));
    for (const headline of ['New', 'Newer']) await api.publish(slug, { headline });
    await page.getByRole('button', { name: '2 new updates' }).click();
    expect(await focusedEntry(page)).toBe('Newer');
  });
});

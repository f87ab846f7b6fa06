import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { serverForTest, type TestServer } from '../helpers/server.js';

let browser: Browser;
/** Another site, which embeds the story that its address names: everything is cross-origin. */
let site: Server;
let origin: string;

beforeAll(async () => {
  browser = await launchChromium();
  site = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://site');
    response.setHeader('content-type', 'text/html').end(`<!doctype html><html lang="en"><title>A site</title>
<script ${searchParams.get('as') ?? ''} src="${searchParams.get('server')}/embed.js"></script>
<live-story slug="${searchParams.get('slug')}"></live-story>`);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await browser?.close();
  site?.close();
});

/** Longer than new entries are gathered before those who listen are told of them. */
const LISTENERS_TOLD_MS = 5_000;

interface Embedding {
  readonly page: Page;
  /** Files that were asked for, in that order, without the digest in their names. */
  readonly files: readonly string[];
}

interface EmbedOptions {
  /** Attributes of the script. */
  readonly as?: string;
  /** Called before the page asks for anything. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

async function embed({ url }: TestServer, slug: string, options: EmbedOptions): Promise<Embedding> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const files: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (request.resourceType() === 'script') files.push(pathname.replace(/^\/assets\/(.+)-[\w-]{8}\.js$/, '$1'));
  });
  await options.prepare?.(page);
  const asked = new URLSearchParams({ server: url, slug, as: options.as ?? '' });
  await page.goto(`${origin}?${asked}`);
  return { page, files };
}

const shows = (page: Page, text: string) => page.locator('live-story').getByText(text).first().waitFor();

describe('a site with one tag', () => {
  test.each(['', 'type="module"'])(
    'loads what the budget of the embed is made of, and nothing else, until something is done on it: <script %s>',
    async (as) => {
      const server = await serverForTest({ env: { ALLOWED_ORIGINS: origin } });
      const { slug } = await server.api.createStory({ headline: 'Harbour fire', language: 'en' });
      await server.api.publish(slug, { headline: 'Before' });
      const { page, files } = await embed(server, slug, { as, prepare: (opened) => opened.clock.install() });
      await shows(page, 'Before');
      await server.api.publish(slug, { headline: 'While it is open' });
      await shows(page, 'While it is open');
      // Those who listen are told a little later, for which nothing is to be loaded either.
      await page.clock.runFor(LISTENERS_TOLD_MS);
      expect(await page.locator('.heard[role=status] p').allTextContents()).toEqual(['While it is open']);
      expect(files).toEqual(['/embed.js', 'embed']);
    },
  );

  test('shows what is new without what is for readers who do something, where that does not come', async () => {
    const server = await serverForTest({ env: { ALLOWED_ORIGINS: origin } });
    const { api, url } = server;
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    const { id } = await api.publish(slug, { headline: 'Before', bodyMarkdown: 'A line.\n\n'.repeat(60) });
    const prepare = (opened: Page) => opened.route(/\/assets\/engaged-/, (route) => route.abort('failed'));
    const { page, files } = await embed(server, slug, { prepare });
    await shows(page, 'Before');
    await page.mouse.wheel(0, 900);
    await expect.poll(() => files, { message: 'a reader who scrolls to be heard of' }).toContain('engaged');
    await api.publish(slug, { headline: 'While they were reading' });
    await page.getByRole('button', { name: '1 new update' }).click();
    await page.getByRole('heading', { name: 'While they were reading' }).waitFor();
    await api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { body: { status: 'canceled' } });
    await shows(page, 'This update has been withdrawn.');
    expect(await page.getByText('Before').count()).toBe(0);

    const { page: own } = await embed(server, slug, { prepare });
    const { id: only } = await api.publish(slug, { headline: 'By itself' });
    await own.goto(`${url}/s/${slug}/${only}`);
    await own.locator('live-story[data-live]').waitFor();
    const path = `/v1/stories/${slug}/entries/${only}`;
    await api.request('PATCH', path, { body: { headline: 'By itself, edited' } });
    await shows(own, 'By itself, edited');
    await api.publish(slug, { headline: 'Of no concern here' });
    await api.request('POST', `${path}/withdrawal`, { body: { status: 'canceled' } });
    await shows(own, 'This update has been withdrawn.');
    expect(await own.getByRole('article').count()).toBe(1);
  });

  test('is live where there is no WebSocket at all', async () => {
    const server = await serverForTest({ env: { ALLOWED_ORIGINS: origin } });
    const { slug } = await server.api.createStory({ headline: 'Harbour fire' });
    const { page } = await embed(server, slug, {
      prepare: (opened) => opened.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebSocket')),
    });
    await shows(page, 'Harbour fire');
    await server.api.publish(slug, { headline: 'Over whatever it is' });
    await shows(page, 'Over whatever it is');
  });

  test('is live where no WebSocket is let through, once the network is back that was away when parts were to be loaded', async () => {
    const server = await serverForTest({ env: { ALLOWED_ORIGINS: origin } });
    const { slug } = await server.api.createStory({ headline: 'Harbour fire' });
    // As in browsers of before 2026, for which an address that did not come once is one that does not come.
    const remembered = new Set<string>();
    let isAway = true;
    const { page, files } = await embed(server, slug, {
      prepare: async (opened) => {
        // What follows over a socket is there from the start, and of no use here: some firewalls let none through.
        await opened.routeWebSocket(/./, (socket) => socket.close());
        await opened.route(/\/assets\/(?!embed-)/, (route) => {
          const address = route.request().url();
          if (!isAway && !remembered.has(address)) return route.continue();
          remembered.add(address);
          return route.abort('internetdisconnected');
        });
      },
    });
    // Down the whole ladder: no part of any transport comes.
    const tryAgain = () => page.evaluate(() => dispatchEvent(new Event('online')));
    const tried = async () => {
      await tryAgain();
      return files;
    };
    await expect.poll(tried, { message: 'the last way to be tried', interval: 300 }).toContain('poll');
    isAway = false;
    const triedAgain = async () => {
      await tryAgain();
      return page.locator('live-story').getByText('Harbour fire').count();
    };
    await expect.poll(triedAgain, { message: 'the story to be shown', interval: 300, timeout: 10_000 }).toBe(1);
    await server.api.publish(slug, { headline: 'Over whatever it is' });
    await shows(page, 'Over whatever it is');
  });
});

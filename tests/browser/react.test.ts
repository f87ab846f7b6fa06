import { createServer } from 'node:http';
import type { PublicEntry, Snapshot, Story } from '@slugline/client/protocol';
import { ConnectionProvider, type UseStoryOptions, useStory } from '@slugline/client/react';
import type { Browser, Page } from 'playwright-core';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../client-sdk/index.js';
import { launchChromium } from '../helpers/chromium.js';
import { newPage, type OpenedPage } from '../helpers/opened-page.js';
import { originForTest } from '../helpers/origin-for-test.js';
import { relayForTest } from '../helpers/relay.js';
import { bundleForPage } from '../helpers/sdk-bundle.js';
import { serverForTest, type TestServer } from '../helpers/server.js';
import type * as ReactPageModule from './react-page.js';
import { StoryList } from './react-page.js';

declare global {
  var ReactPages: typeof ReactPageModule;
  var reactPage: ReactPageModule.ReactPage;
}

let browser: Browser;
let code: string;
beforeAll(async () => {
  [browser, code] = await Promise.all([launchChromium(), bundleForPage('tests/browser/react-page.ts', 'ReactPages')]);
});
afterAll(() => browser?.close());

/** A page of another site. */
async function siteForTest(content: string): Promise<string> {
  const site = createServer((_request, response) => {
    response
      .setHeader('content-type', 'text/html')
      .end(`<!doctype html><title>A site</title><link rel="icon" href="data:,"><main>${content}</main>`);
  });
  return originForTest(site);
}

/** @param url where the server is. */
async function open(url: string, content = ''): Promise<OpenedPage> {
  const { page, complaints } = await newPage(browser);
  await page.goto(await siteForTest(content));
  await page.addScriptTag({ content: code });
  await page.evaluate((server) => {
    globalThis.reactPage = ReactPages.reactPage(server, document.querySelector('main') ?? document.body);
  }, url);
  return { page, complaints };
}

const show = (page: Page, slugs: readonly string[], isShown = true) =>
  page.evaluate(([names, shown]) => reactPage.show(names, shown), [slugs, isShown] as const);

const items = (page: Page, slug: string) => page.locator(`[data-slug="${slug}"] li`).allTextContents();
const isLive = (page: Page, slug: string) =>
  page.locator(`[data-slug="${slug}"]`).getByText('live', { exact: true }).waitFor();

/** What the server counts of a name, with its labels. */
async function counted({ api }: TestServer, name: string): Promise<number> {
  const lines = String((await api.get('/metrics')).body).split('\n');
  return Number(
    lines
      .find((line) => line.startsWith(name))
      ?.split(' ')
      .at(-1) ?? 0,
  );
}

describe('useStory in a page', () => {
  test('follows while it is mounted, over one link for all, and joins once in strict mode', async () => {
    const server = await serverForTest();
    const { api, url } = server;
    const [one, two] = [(await api.createStory()).slug, (await api.createStory()).slug];
    await api.publish(one, { headline: 'First' });
    const { page, complaints } = await open(url);
    await show(page, [one, two]);
    await isLive(page, one);
    await isLive(page, two);
    expect(await items(page, one)).toEqual(['First']);
    expect(await counted(server, 'slugline_connections{transport="websocket"}')).toBe(1);
    expect(await counted(server, 'slugline_joins_total{result="reset"}')).toBe(2);
    expect(await page.evaluate(() => reactPage.followed.size)).toBe(2);

    await api.publish(one, { headline: 'Second', breaking: true });
    await page.getByText('Second').waitFor();
    expect(await items(page, one)).toEqual(['Second', 'First']);
    expect(await items(page, two)).toEqual([]);
    expect(await page.evaluate(() => reactPage.alerts)).toEqual(['Second']);

    await page.evaluate(() => reactPage.unmount());
    await expect
      .poll(() => counted(server, 'slugline_connections{transport="websocket"}'), { message: 'the link to close' })
      .toBe(0);
    expect(complaints).toEqual([]);
  });

  test('renders an entry again only when it changed', async () => {
    const { api, url } = await serverForTest();
    const { slug } = await api.createStory();
    const first = await api.publish(slug, { headline: 'First' });
    const { page } = await open(url);
    await show(page, [slug]);
    await isLive(page, slug);
    const before = await page.evaluate((id) => reactPage.entryRenders[id], first.id);
    const second = await api.publish(slug, { headline: 'Second' });
    await page.getByText('Second').waitFor();
    await api.request('PATCH', `/v1/stories/${slug}/entries/${second.id}`, { body: { headline: 'Second, edited' } });
    await page.getByText('Second, edited').waitFor();
    expect(await page.evaluate((id) => reactPage.entryRenders[id], first.id)).toBe(before);
  });

  test('goes on with another story where the slug changes, and shows nothing of the first', async () => {
    const { api, url } = await serverForTest();
    const [one, two] = [(await api.createStory()).slug, (await api.createStory()).slug];
    await api.publish(one, { headline: 'Of the first' });
    await api.publish(two, { headline: 'Of the second' });
    const { page } = await open(url);
    await show(page, [one]);
    await page.getByText('Of the first').waitFor();
    await page.locator('.clicks').click();
    await show(page, [two]);
    await page.getByText('Of the second').waitFor();
    expect(await items(page, two)).toEqual(['Of the second']);
    expect(await page.locator('.clicks').textContent(), 'the same component').toBe('1');
    await api.publish(one, { headline: 'Late' });
    await api.publish(two, { headline: 'On time' });
    await page.getByText('On time').waitFor();
    expect(await page.getByText('Late').count()).toBe(0);
  });

  test('lets go while it is hidden, and comes back with what it showed until it has all', async () => {
    const server = await serverForTest();
    const { api, url } = server;
    const { slug } = await api.createStory();
    await api.publish(slug, { headline: 'First' });
    const { page } = await open(url);
    await show(page, [slug]);
    await isLive(page, slug);
    await show(page, [slug], false);
    await expect
      .poll(() => counted(server, 'slugline_connections{transport="websocket"}'), { message: 'the link to close' })
      .toBe(0);
    await api.publish(slug, { headline: 'Meanwhile' });
    await page.evaluate(() => reactPage.seen.splice(0));
    await show(page, [slug]);
    await isLive(page, slug);
    expect(await items(page, slug)).toEqual(['Meanwhile', 'First']);
    const seen = await page.evaluate(() => reactPage.seen);
    expect(seen[0]).toBe('connecting 1');
    expect(seen.at(-1)).toBe('live 2');
    expect(seen).not.toContain('connecting 0');
  });

  test('loads older pages', async () => {
    const { api, url } = await serverForTest();
    const { slug } = await api.createStory();
    for (let at = 0; at < 5; at += 1) await api.publish(slug, { headline: `Entry ${at}` });
    const { page } = await open(url);
    await show(page, [slug]);
    await isLive(page, slug);
    expect(await items(page, slug)).toHaveLength(3);
    await page.getByText('Older').click();
    await page.getByText('Entry 0').waitFor();
    expect(await items(page, slug)).toHaveLength(5);
    expect(await page.getByText('Older').count()).toBe(0);
  });
});

describe('useStory on a server', () => {
  test('prints what it begins with, opens nothing, and is taken over without a difference', async () => {
    const server = await serverForTest();
    const { api, url } = server;
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    for (let at = 0; at < 4; at += 1) await api.publish(slug, { headline: `Entry ${at}` });
    const relay = await relayForTest(url);
    const { body: initial } = await api.get<Snapshot>(`/v1/stories/${slug}?limit=3`);
    const connection = connect(relay.url);
    const html = renderToString(
      createElement(ConnectionProvider, { connection }, createElement(StoryList, { slug, initial })),
    );
    expect(html).toContain('Harbour fire');
    expect(html).toContain('Entry 3');
    expect(html).toContain('Older');
    expect(relay.requests).toEqual([]);
    expect(relay.open()).toBe(0);

    const { page, complaints } = await open(url, html);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
    expect(await items(page, slug)).toEqual(['Entry 3', 'Entry 2', 'Entry 1']);
    await page.evaluate(([name, snapshot]) => reactPage.hydrate(name, snapshot), [slug, initial] as const);
    await isLive(page, slug);
    await api.publish(slug, { headline: 'Live' });
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await items(page, slug)).toEqual(['Live', 'Entry 3', 'Entry 2', 'Entry 1']);
    expect(asked, 'the page had it all').toEqual([]);
    expect(await counted(server, 'slugline_joins_total{result="resumed"}')).toBe(1);
    expect(await counted(server, 'slugline_joins_total{result="reset"}')).toBe(0);
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => reactPage.complaints)).toEqual([]);
  });

  test('prints an empty story where it begins with nothing, or with nonsense', () => {
    const connection = connect('https://live.example.org');
    const nonsense: Snapshot = JSON.parse('{"entries":{},"position":7}');
    for (const initial of [undefined, nonsense]) {
      const given = initial === undefined ? {} : { initial };
      const html = renderToString(
        createElement(ConnectionProvider, { connection }, createElement(StoryList, { slug: 'a-story', ...given })),
      );
      expect(html).toContain('connecting');
      expect(html).not.toContain('<li');
    }
  });

  test('takes a connection as an argument, and says so where there is none', () => {
    const connection = connect('https://live.example.org');
    expect(renderToString(createElement(Status, { connection }))).toBe('connecting');
    expect(() => renderToString(createElement(Status))).toThrow(TypeError);
  });
});

function Status(options: UseStoryOptions<Story, PublicEntry>) {
  return useStory('a-story', options).status;
}

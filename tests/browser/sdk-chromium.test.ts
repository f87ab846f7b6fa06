import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as Sdk from '@slugline/client';
import type { PublicEntry, Story } from '@slugline/client/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { relayForTest } from '../helpers/relay.js';
import { bundleSdk } from '../helpers/sdk-bundle.js';
import { serverForTest } from '../helpers/server.js';

declare global {
  var Slugline: typeof Sdk;
  var story: Sdk.LiveStory<Story, PublicEntry>;
  var log: string[];
}

let browser: Browser;
let sdk: string;
/** Another site, which embeds a story: everything is cross-origin. */
let site: Server;
let origin: string;

beforeAll(async () => {
  [browser, sdk] = await Promise.all([launchChromium(), bundleSdk('iife')]);
  site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>A site</title>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await browser?.close();
  site?.close();
});

async function follow(url: string, slug: string, transports: readonly Sdk.TransportName[]): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(origin);
  await page.addScriptTag({ content: sdk });
  await start(page, url, slug, transports);
  return page;
}

async function start(page: Page, url: string, slug: string, transports: readonly Sdk.TransportName[]): Promise<void> {
  await page.evaluate(
    ([at, name, ways]) => {
      const backoff = { minMs: 3_600_000, maxMs: 3_600_000 };
      const connection = Slugline.connect(at, { transports: ways, storage: localStorage, backoff });
      globalThis.log = [];
      globalThis.story = connection.story(name);
      story.on('change', ({ cause }) => log.push(cause));
    },
    [url, slug, transports] as const,
  );
}

const isLive = (page: Page) => page.waitForFunction(() => story.status === 'live');
const has = (page: Page, count: number) => page.waitForFunction((wanted) => story.entries.length === wanted, count);

describe('the SDK in a page', () => {
  test.each(['socket', 'sse', 'poll'] as const)('follows a story over %s', async (transport) => {
    const { url, api } = await serverForTest({ env: { ALLOWED_ORIGINS: origin } });
    const { slug } = await api.createStory();
    await api.publish(slug);
    const page = await follow(url, slug, [transport]);
    await isLive(page);
    await has(page, 1);
    expect(await page.evaluate(() => story.transport)).toBe(transport);
    await api.publish(slug, { headline: 'Live' });
    await has(page, 2);
    expect(await page.evaluate(() => story.entries[0])).toMatchObject({ headline: 'Live' });
  });

  test('goes on after a reload from where it was', async () => {
    const { url, api } = await serverForTest({ env: { ALLOWED_ORIGINS: origin } });
    const { slug } = await api.createStory();
    await api.publish(slug);
    const page = await follow(url, slug, ['socket']);
    await isLive(page);
    await page.waitForFunction(() => localStorage.length === 1);
    await page.reload();
    await api.publish(slug, { headline: 'Missed' });
    await page.addScriptTag({ content: sdk });
    await start(page, url, slug, ['socket']);
    await isLive(page);
    expect(await page.evaluate(() => log)).toEqual(['reset', 'catch-up']);
    expect(await page.evaluate(() => story.entries.length)).toBe(2);
  });

  test('knows when the device is offline, and is back at once when it is not', async () => {
    const { url, api } = await serverForTest({ env: { ALLOWED_ORIGINS: '*' } });
    const relay = await relayForTest(url);
    const { slug } = await api.createStory();
    const page = await follow(relay.url, slug, ['socket']);
    await isLive(page);
    await page.context().setOffline(true);
    relay.cut();
    await page.waitForFunction(() => story.status === 'offline');
    await api.publish(slug, { headline: 'Meanwhile' });
    // The next try by the clock is up to an hour away: only the browser's word brings it about.
    await page.context().setOffline(false);
    await has(page, 1);
    await isLive(page);
  });
});

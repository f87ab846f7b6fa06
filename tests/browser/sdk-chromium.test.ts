import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as Sdk from '@slugline/client';
import type { PublicEntry, Story } from '@slugline/client/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { originForTest } from '../helpers/origin-for-test.js';
import { relayForTest } from '../helpers/relay.js';
import { bundleSdk } from '../helpers/sdk-bundle.js';
import { serverForTest } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

declare global {
  var Slugline: typeof Sdk;
  var story: Sdk.LiveStory<Story, PublicEntry>;
  var log: string[];
  var errors: { code: string; asked: boolean }[];
}

let browser: Browser;
let sdk: string;
/** Another site, which embeds a story: everything is cross-origin. */
let site: Server;
let origin: string;

beforeAll(async () => {
  [browser, sdk] = await Promise.all([launchChromium(), bundleSdk()]);
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

/** The next try by the clock is up to an hour away. */
const NEVER: Sdk.LadderOptions = { minMs: 3_600_000, maxMs: 3_600_000 };

async function follow(
  url: string,
  slug: string,
  transports: readonly Sdk.TransportName[],
  backoff = NEVER,
): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(origin);
  await page.addScriptTag({ content: sdk });
  await start(page, url, slug, transports, backoff);
  return page;
}

async function start(
  page: Page,
  url: string,
  slug: string,
  transports: readonly Sdk.TransportName[],
  times = NEVER,
): Promise<void> {
  await page.evaluate(
    ([at, name, ways, backoff]) => {
      const connection = Slugline.connect(at, { transports: ways, storage: localStorage, backoff });
      globalThis.log = [];
      globalThis.story = connection.story(name);
      story.on('change', ({ cause }) => log.push(cause));
      globalThis.errors = [];
      story.on('error', ({ code, retryAfterMs }) => errors.push({ code, asked: retryAfterMs > 0 }));
    },
    [url, slug, transports, times] as const,
  );
}

/** A proxy of the kind that hotels have: WebSockets do not get through it. */
async function withoutWebSockets(target: string): Promise<string> {
  const proxy = createServer((asked, response) => {
    const { host: _host, ...headers } = asked.headers;
    const onward = request(`${target}${asked.url}`, { method: asked.method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  proxy.on('upgrade', (_asked, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
  return originForTest(proxy);
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
    // Only the browser's word brings about a next try.
    await page.context().setOffline(false);
    await has(page, 1);
    await isLive(page);
  });

  test('polls where no place is left, and is on a socket when there is', async () => {
    const { url, api } = await serverForTest({ env: { ALLOWED_ORIGINS: origin, MAX_CONNECTIONS: '2' } });
    const { slug } = await api.createStory();
    const others = [await connectSocket(url), await connectSocket(url)];
    const page = await follow(url, slug, ['socket', 'poll'], { climbAfterMs: 100 });
    await isLive(page);
    expect(await page.evaluate(() => story.transport)).toBe('poll');
    expect(await page.evaluate(() => errors)).toEqual([{ code: 'too_many_connections', asked: true }]);
    await api.publish(slug, { headline: 'While it polls' });
    await has(page, 1);
    for (const { socket } of others) socket.close();
    await page.waitForFunction(() => story.transport === 'socket');
    await api.publish(slug, { headline: 'Over a socket' });
    await has(page, 2);
    expect(await page.evaluate(() => log)).toEqual(['reset', 'catch-up', 'live']);
  });

  test('follows over a stream where no WebSocket gets through, and leaves nothing behind at the other door', async () => {
    // Why the socket failed is asked by a handshake of long polling. The server lets that one in, and has one place.
    const { url, api } = await serverForTest({ env: { ALLOWED_ORIGINS: '*', MAX_CONNECTIONS: '1' } });
    const { slug } = await api.createStory();
    const page = await follow(await withoutWebSockets(url), slug, ['socket', 'sse', 'poll'], { minMs: 10, maxMs: 20 });
    await isLive(page);
    expect(await page.evaluate(() => story.transport)).toBe('sse');
    await api.publish(slug, { headline: 'Over a stream' });
    await has(page, 1);
    expect(await page.evaluate(() => errors.map(({ code }) => code))).toEqual(['unreachable', 'unreachable']);
  });

  test('brings its token, and a refusal of it is final', async () => {
    const { url, api } = await serverForTest({ env: { ALLOWED_ORIGINS: origin } });
    const { slug } = await api.createStory({ visibility: 'private' });
    const key = await api.createKey('reader');
    const page = await follow(url, slug, ['socket']);
    await page.waitForFunction(() => story.status === 'refused');
    expect(await page.evaluate(() => errors.map(({ code }) => code))).toEqual(['story_not_found']);
    const tryWith = (token: string) =>
      page.evaluate(
        async ([at, name, credential]) => {
          const tried = Slugline.connect(at, { transports: ['socket'], token: credential }).story(name);
          return new Promise<string>((resolve) => {
            tried.on('error', ({ code }) => resolve(code));
            tried.on('status', (status) => status === 'live' && resolve(status));
          });
        },
        [url, slug, token] as const,
      );
    expect(await tryWith(key)).toBe('live');
    expect(await tryWith(`${key}x`)).toBe('unauthenticated');
  });

  test('is sent on to polling above the high-water mark', async () => {
    const { url, api } = await serverForTest({ env: { ALLOWED_ORIGINS: origin, POLL_ABOVE: '1' } });
    const { slug } = await api.createStory();
    const other = await connectSocket(url);
    const page = await follow(url, slug, ['socket', 'sse', 'poll']);
    await isLive(page);
    await api.publish(slug, { headline: 'Before' });
    await has(page, 1);
    await page.waitForFunction(() => story.transport === 'poll', undefined, { timeout: 15_000 });
    await api.publish(slug, { headline: 'After' });
    await has(page, 2);
    expect(await page.evaluate(() => errors)).toEqual([]);
    expect(other.disconnects).toEqual([]);
  });
});

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOCKET_EVENTS, STREAM_EVENTS } from '../../server/contract/events.js';
import { OPERATIONS } from '../../server/contract/operations.js';
import { problemsIn } from '../helpers/axe.js';
import { launchChromium } from '../helpers/chromium.js';
import { openPage } from '../helpers/opened-page.js';
import { serverForTest, startServer, type TestServer } from '../helpers/server.js';

const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const matchesOf = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);

describe('the page that tells the API', () => {
  let server: TestServer;
  let browser: Browser;
  let page: string;
  beforeAll(async () => {
    server = await startServer();
    browser = await launchChromium();
    page = await (await fetch(`${server.url}/docs`)).text();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('has every operation with its example and fields, and every event, without a script', () => {
    expect(page).not.toContain('<script');
    const text = textOf(page);
    for (const { method, path, body, id } of OPERATIONS) {
      expect(text, id).toContain(`${method} ${path}`);
      expect(page, id).toContain(`id="${id}"`);
      if (typeof body?.example !== 'object') continue;
      for (const field of Object.keys(body.example)) expect(text, `${id} ${field}`).toContain(`"${field}": `);
    }
    for (const name of [...Object.keys(SOCKET_EVENTS), ...Object.keys(STREAM_EVENTS)]) expect(text).toContain(name);
    expect(text).toContain(`curl ${server.url}/v1/stories/harbour-fire/entries \\`);
    expect(text).not.toContain('live.example.org');
  });

  it('leads to nothing that is not in it, and names nothing twice', () => {
    const ids = matchesOf(page, / id="([^"]*)"/g);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const wanted = matchesOf(page, / href="#([^"]*)"/g);
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
    expect(wanted.length).toBeGreaterThan(300);
  });

  it('says where the operator says that the server is', async () => {
    const { url } = await serverForTest({ env: { PUBLIC_URL: 'https://news.example/live' } });
    const below = await (await fetch(`${url}/docs`)).text();
    const own = matchesOf(below, /(?:href|src)="(\/[^"]*)"/g);
    expect(own.filter((path) => !path.startsWith('/live/'))).toEqual([]);
    expect(below).toContain('curl https://news.example/live/v1/breaking');
    const { servers } = await (await fetch(`${url}/openapi.json`)).json();
    expect(servers).toEqual([{ url: 'https://news.example/live' }]);
    const spoken = await (await fetch(`${url}/asyncapi.json`)).json();
    expect(spoken.servers.sockets).toMatchObject({ host: 'news.example', pathname: '/live', protocol: 'wss' });
  });

  it('has no alerts where none are sent, as the document has none', async () => {
    const { url } = await serverForTest({ env: { PUSH_SERVICES: 'none' } });
    expect(await (await fetch(`${url}/docs`)).text()).not.toContain('/v1/push/key');
    expect(await (await fetch(`${url}/openapi.json`)).text()).not.toContain('/v1/push/key');
    expect(textOf(page)).toContain('GET /v1/push/key');
  });

  it.each([
    ['light, on a desktop', 'light', { width: 1280, height: 900 }],
    ['dark, on a phone', 'dark', { width: 360, height: 740 }],
  ] as const)(
    'has nothing that axe-core finds wrong, nor anything wider than the window, %s',
    async (_, scheme, viewport) => {
      const opened = await openPage(browser, `${server.url}/docs`, { colorScheme: scheme, viewport });
      const { page: shown, complaints } = opened;
      expect(await shown.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
      // What looks alike is looked at a few times: axe-core would take ten seconds for all of it.
      await shown.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
        const alike = ':is(.operation:nth-of-type(n + 3), .object:nth-of-type(n + 5):not(:has(.forms)))';
        for (const article of document.querySelectorAll(alike)) article.remove();
      });
      expect(await problemsIn(shown)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  it('is gone through by keyboard: past the masthead, to a chapter, into an example', async () => {
    const { page: shown } = await openPage(browser, `${server.url}/docs`, { javaScriptEnabled: false });
    await shown.keyboard.press('Tab');
    await shown.keyboard.press('Enter');
    await shown.getByRole('link', { name: 'Publish an entry', exact: true }).focus();
    await shown.keyboard.press('Enter');
    await shown.waitForURL(/#publishEntry$/);
    const operation = shown.getByRole('article', { name: 'Publish an entry' });
    await operation.getByText('Example', { exact: true }).focus();
    await shown.keyboard.press('Enter');
    await operation.getByText('"workflow": "published"').waitFor();
  });
});

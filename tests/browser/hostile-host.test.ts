import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { type Desk, newDesk } from '../helpers/desk.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { startServer, type TestServer } from '../helpers/server.js';

let browser: Browser;
let server: TestServer;
let desk: Desk;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
  desk = await newDesk(server.api, { headline: 'Harbour fire', standfirst: 'All crews are out.' });
  await desk.publishMany(8, { tags: ['harbour'] });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const tag = () => `<live-story slug="${desk.slug}"></live-story>`;
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });

/** Does what readers do, by which all parts of the script are loaded. */
async function useIt(page: Page): Promise<void> {
  await heading(page, 'Number 8').waitFor();
  const { id } = await desk.publish('Bridge closed', { breaking: true, bodyMarkdown: 'Two *engines*.' });
  await page.locator('.banner').waitFor();
  await desk.correct(id, 'It was the tunnel.', { headline: 'Tunnel closed' });
  await heading(page, 'Tunnel closed').waitFor();
  await page.getByRole('button', { name: 'Tag: harbour' }).first().click();
  await heading(page, 'Tunnel closed').waitFor({ state: 'detached' });
  await page.locator('.controls').getByRole('button', { name: 'All updates' }).click();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('dialog').getByRole('radio').first().waitFor();
  await page.keyboard.press('Escape');
  await desk.withdraw(id);
  await page.locator(`[data-key="${id}"].is-withdrawn`).waitFor();
}

describe('a page of a site', () => {
  it('may forbid inline styles and scripts, and every way to make nodes of text', async () => {
    const policy = [
      "default-src 'none'",
      `script-src ${server.url}`,
      `connect-src ${server.url} ${server.url.replace('http', 'ws')}`,
      'img-src data:',
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; ');
    const site = await hostPage(server.url, tag(), { 'Content-Security-Policy': policy });
    const { page, complaints } = await openPage(browser, site);
    await useIt(page);
    expect(complaints).toEqual([]);
  });

  it('may have been written when scripts added to what every object has, and loaded others by AMD', async () => {
    const { page, complaints } = await openPage(browser, 'about:blank');
    await page.addInitScript(() => {
      const more = { extra: () => 'of the site', last: () => undefined, each: () => undefined };
      for (const { prototype } of [Object, Array, String, Function, Number, Element]) Object.assign(prototype, more);
      const names = 'value get set key type id name text data url href since entry change status token tag trouble';
      // Not to be taken for an option or a listener that somebody left out.
      for (const name of names.split(' ')) {
        Reflect.set(Object.prototype, name, 'of the site');
      }
      Reflect.set(Array.prototype, 'toJSON', function toJSON(this: unknown[]) {
        return this.join();
      });
      Reflect.deleteProperty(Crypto.prototype, 'randomUUID');
      const define = Object.assign(() => Object.assign(window, { wasDefined: true }), { amd: {} });
      Object.assign(window, { define, process: { env: {} }, module: { exports: {} }, exports: {}, require: define });
    });
    await page.goto(await hostPage(server.url, tag()));
    await useIt(page);
    expect(await page.evaluate(() => 'wasDefined' in window)).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('has its own styles, names and title afterwards as before', async () => {
    const site = await hostPage(server.url, `<h2>Of the site</h2><p>Text <a href="#">and a link</a></p>${tag()}`);
    const { page } = await openPage(browser, 'about:blank');
    const around = () =>
      page.evaluate(() => {
        const styles = [document.documentElement, ...document.querySelectorAll('body, h2, p, a')].map((node) =>
          [...getComputedStyle(node)]
            .filter((name) => !/^(block|inline)-size$|height|width|origin/.test(name))
            .map((name) => `${node.nodeName} ${name}: ${getComputedStyle(node).getPropertyValue(name)}`),
        );
        const { adoptedStyleSheets, styleSheets, title } = document;
        const count = adoptedStyleSheets.length + styleSheets.length;
        return {
          styles,
          names: Object.getOwnPropertyNames(window).sort(),
          title,
          count,
          head: document.head.innerHTML,
        };
      });
    await page.route('**/embed.js', (route) => route.abort());
    await page.goto(site);
    const before = await around();
    await page.unroute('**/embed.js');
    await page.goto(site);
    await useIt(page);
    const { head, ...after } = await around();
    expect({ ...after, head: before.head }).toEqual(before);
    expect(head).not.toContain('<style');
  });

  it('may reset all that it has: the story looks as it does anywhere', async () => {
    const looks = async (style: string) => {
      const { page } = await openPage(browser, await hostPage(server.url, `${style}<main>${tag()}</main>`));
      await page.locator('live-story[data-live]').waitFor({ state: 'attached' });
      await heading(page, 'Number 8').waitFor();
      const nodes = page.locator(
        '.story-headline, .standfirst, .feed, .entry:first-child :is(a, h3, p, button), .controls button',
      );
      const seen = await nodes.evaluateAll((all) =>
        all.map((node) => {
          const { width, height } = node.getBoundingClientRect();
          const style = getComputedStyle(node);
          const told = [
            'color',
            'font',
            'letter-spacing',
            'text-align',
            'text-transform',
            'display',
            'padding',
            'cursor',
          ];
          const values = told.map((name) => style.getPropertyValue(name));
          return `${node.className || node.nodeName} ${Math.round(width)} ${Math.round(height)} ${values.join(' ')}`;
        }),
      );
      expect(seen.length).toBeGreaterThan(8);
      return seen;
    };
    const size = '<style>body { margin: 0 } main, live-story { display: block }</style>';
    const hostile = `<style>
      :root { font-size: 5px !important; letter-spacing: 9px; text-transform: uppercase; direction: rtl }
      * { all: unset !important; color: red !important; font: 40px cursive !important; text-align: end !important }
      *, *::before, *::after { box-sizing: content-box !important; padding: 20px; cursor: none !important }
      style, head { display: none !important }
      html, body, main { display: block !important; padding: 0 !important }
      p, a, button, article { display: none !important }
    </style>`;
    expect(await looks(hostile)).toEqual(await looks(size));
  });

  it('has one connection, however many stories it shows, for as long as it shows any', async () => {
    const other = await newDesk(server.api);
    await other.publish('Elsewhere');
    const site = await hostPage(server.url, `${tag()}${tag()}<live-story slug="${other.slug}"></live-story>`);
    const { page } = await openPage(browser, 'about:blank');
    let [opened, closed] = [0, 0];
    page.on('websocket', (socket) => {
      opened += 1;
      socket.on('close', () => {
        closed += 1;
      });
    });
    await page.goto(site);
    const story = (at: number) => page.locator('live-story').nth(at);
    await story(2).getByRole('heading', { name: 'Elsewhere' }).waitFor();
    await desk.publish('For both');
    for (const at of [0, 1]) await story(at).getByRole('heading', { name: 'For both' }).waitFor();
    await story(0).evaluate((element) => element.remove());
    await other.publish('Elsewhere, again');
    await story(1).getByRole('heading', { name: 'Elsewhere, again' }).waitFor();
    expect([opened, closed]).toEqual([1, 0]);
    await page.evaluate(() => document.body.replaceChildren());
    await expect.poll(() => closed, { message: 'the connection to be closed' }).toBe(1);
    expect(opened).toBe(1);
  });
});

import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { startProgram } from '../helpers/cli.js';
import { newPage } from '../helpers/opened-page.js';
import { serverForTest } from '../helpers/server.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/react-ssr/', import.meta.url));

let browser: Browser;
beforeAll(async () => {
  await build({ root: EXAMPLE, logLevel: 'error' });
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** The example's site in front of a server. */
async function site(slugline: string): Promise<string> {
  const program = startProgram(`${EXAMPLE}server.js`, [slugline, '0']);
  const [, origin = ''] = await program.until(/(http:\/\/localhost:\d+)\//, 'its address');
  return origin;
}

async function open(url: string, javaScriptEnabled: boolean) {
  const { page, complaints } = await newPage(browser, { javaScriptEnabled, locale: 'de-DE' });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('websocket', (socket) => asked.push(socket.url()));
  await page.goto(url);
  return { page, complaints, asked };
}

const headlines = (page: Page) => page.locator('article h2').allTextContents();

describe('the example react-ssr', () => {
  it('prints a whole page, and is live from there without asking for anything twice', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour </title> fire' });
    const rumour = await api.publish(slug, { headline: 'A rumour' });
    const bodyMarkdown = 'All **200** are safe.\n\n> Nobody is in the water.\n>\n> — Jon Ask, duty officer';
    await api.publish(slug, { headline: 'Crews on their way', bodyMarkdown });
    const origin = await site(url);

    const plain = await open(`${origin}/${slug}`, false);
    expect(await plain.page.locator('h1').textContent()).toBe('Harbour </title> fire');
    expect(await headlines(plain.page)).toEqual(['Crews on their way', 'A rumour']);
    expect(await plain.page.locator('blockquote footer').textContent()).toBe('— Jon Ask, duty officer');

    const { page, complaints, asked } = await open(`${origin}/${slug}`, true);
    await page.getByText('Live', { exact: true }).waitFor();
    await api.publish(slug, { headline: 'Fire is out', breaking: true });
    await page.getByText('Breaking: Fire is out').waitFor();
    const body = { status: 'canceled', notice: 'It was wrong.' };
    await api.request('POST', `/v1/stories/${slug}/entries/${rumour.id}/withdrawal`, { body });
    await page.getByText('It was wrong.').waitFor();
    expect(await headlines(page)).toEqual(['Breaking: Fire is out', 'Crews on their way']);
    expect(await page.content(), 'not even where it was handed over').not.toContain('A rumour');

    const ofServer = asked.filter((address) => new URL(address).host === new URL(url).host);
    expect(ofServer).toEqual([`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`]);
    const metrics = String((await api.get('/metrics')).body);
    expect(metrics).toContain('slugline_joins_total{result="resumed"} 1');
    expect(metrics, 'the page went on from what was printed').not.toContain('slugline_joins_total{result="reset"}');
    expect(complaints).toEqual([]);
  });

  it('answers as the server does where there is no such story', async () => {
    const { url } = await serverForTest();
    const answer = await fetch(`${await site(url)}/no-such-story`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('no story');
  });

  it('says how it is used', async () => {
    const { code, stderr } = await startProgram(`${EXAMPLE}server.js`, []).finished;
    expect(code).toBe(2);
    expect(stderr).toContain('Usage:');
  });
});

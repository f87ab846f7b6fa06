import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsIn } from '../helpers/axe.js';
import { launchChromium } from '../helpers/chromium.js';
import { startProgram } from '../helpers/cli.js';
import { openPage } from '../helpers/opened-page.js';
import { type Api, serverForTest } from '../helpers/server.js';

const PROGRAM = fileURLToPath(new URL('../../examples/static-site/serve.js', import.meta.url));
const SLUG = 'velmouth-bridge';
const WIDTHS = [360, 768, 1280];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** The example's site beside a server of its own, and the story that its pages show. */
async function startSite(): Promise<{ readonly url: string; readonly api: Api; readonly firstId: string }> {
  const { url: server, api } = await serverForTest();
  await api.createStory({
    slug: SLUG,
    headline: 'Barge strikes the swing bridge',
    standfirst: 'The harbour is closed.',
    kicker: 'Storm Ottoline',
    language: 'en-GB',
    keyPoints: [{ text: 'The bridge is closed.' }],
  });
  const first = await api.publish(SLUG, {
    headline: 'Bridge closed to all traffic',
    bodyMarkdown: 'The way round is **41 kilometres**.\n\n> Keep away.\n> — Olu Marchetti, superintendent',
    sources: [{ name: 'Harbour office', role: 'official' }],
    tags: ['bridge'],
    keyEvent: true,
    verification: 'confirmed',
  });
  const program = startProgram(PROGRAM, [], { env: { SLUGLINE_URL: server, PORT: '0' } });
  const [, url = ''] = await program.until(/is at (http:\S+)/, 'the site to be served');
  return { url, api, firstId: first.id };
}

const entry = (page: Page, text: string) => page.locator('live-story [part~="entry"]').filter({ hasText: text });

/** What the browser makes of a rule for the first element of a part, or for the root around all of them. */
const style = (page: Page, selector: string, property: string) =>
  page
    .locator(`live-story ${selector}`)
    .first()
    .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);

const PAGES = [
  { name: 'the broadsheet', path: '/', paper: 'rgb(251, 248, 240)', accent: 'rgb(163, 22, 31)', headline: '700' },
  {
    name: 'the sports desk at night',
    path: '/sport.html',
    paper: 'rgb(11, 17, 22)',
    accent: 'rgb(198, 242, 78)',
    headline: '800',
  },
];

describe.each(PAGES)('the static site: $name', ({ path, paper, accent, headline }) => {
  it('shows the story in its own colours and type at every width, and each change as it happens', async () => {
    const { url, api, firstId } = await startSite();
    const { page, complaints } = await openPage(browser, url + path, { viewport: { width: 1280, height: 900 } });
    await entry(page, 'Bridge closed to all traffic').waitFor();
    expect(await style(page, '.root', 'background-color')).toBe(paper);
    expect(await style(page, '[part~="entry-headline"]', 'font-weight')).toBe(headline);
    expect(await style(page, '.label.is-key-event', 'color')).toBe(accent);

    await page.locator('live-story').scrollIntoViewIfNeeded();
    await api.publish(SLUG, { headline: 'Keeper cut off in her cabin', breaking: true });
    await entry(page, 'Keeper cut off in her cabin')
      .or(page.locator('live-story [part~="new-updates"]'))
      .first()
      .waitFor();
    const gathered = page.locator('live-story [part~="new-updates"]');
    if (await gathered.isVisible()) await gathered.click();
    await entry(page, 'Keeper cut off in her cabin').waitFor();
    expect(await style(page, '.entry .label.is-breaking', 'background-color')).toBe(accent);

    const { status } = await api.request('POST', `/v1/stories/${SLUG}/entries/${firstId}/withdrawal`, {
      body: { status: 'withheld', notice: 'We are checking this.' },
    });
    expect(status).toBe(201);
    await entry(page, 'We are checking this.').waitFor();
    expect(await page.locator('live-story').getByText('41 kilometres').count()).toBe(0);

    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wider, `${width} px`).toBe(0);
    }
    expect(complaints).toEqual([]);
  });

  it('can be read by everyone', async () => {
    const { url } = await startSite();
    const { page } = await openPage(browser, url + path, { viewport: { width: 1280, height: 900 } });
    await entry(page, 'Bridge closed to all traffic').waitFor();
    expect(await problemsIn(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await problemsIn(page)).toEqual([]);
  });
});

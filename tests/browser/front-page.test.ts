import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { newPage, openPage } from '../helpers/opened-page.js';
import { type Api, serverForTest } from '../helpers/server.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

/** Longer than between two looks, and far shorter than after which nobody is taken to be reading. */
const NEXT_LOOK_MS = 20_000;
/** Longer than that. */
const REST_MS = 65_000;

const headlines = (page: Page) => page.locator('.teaser h3').allTextContents();

const end = (api: Api, slug: string) =>
  api.request('PATCH', `/v1/stories/${slug}`, { body: { status: 'ended', headline: 'The ferry is in' } });

/** Lets time go by until something is so: each look is one that the server really answers. */
async function lookUntil(page: Page, isSo: () => Promise<boolean>, what: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await page.clock.runFor(NEXT_LOOK_MS);
        // A reader who stirs, so that nothing is moved because nobody seems to be there.
        await page.locator('body').dispatchEvent('pointermove');
        return isSo();
      },
      { message: what, timeout: 15_000 },
    )
    .toBe(true);
}

describe('the front page while it is open', () => {
  it('tells what is new of a story where it stands, and lets what came and what moved wait for its reader', async () => {
    const { url, api } = await serverForTest();
    for (const slug of ['ferry', 'storm', 'strike']) {
      await api.createStory({ slug, headline: `The ${slug}`, language: 'en' });
      await api.publish(slug, { headline: `First of the ${slug}` });
    }
    const { page, complaints } = await newPage(browser, { viewport: { width: 1280, height: 600 } });
    // A page whose requests are routed has no cache, which would answer each look for two seconds.
    await page.route('**/*', (route) => route.continue());
    await page.clock.install();
    await page.goto(`${url}/?lang=fr`);
    await page.locator('.front[data-keeping=live]').waitFor();
    expect(await page.locator('.keeping').textContent()).toBe('Mise à jour automatique');
    const standing = ['The strike', 'The storm', 'The ferry'];
    expect(await headlines(page)).toEqual(standing);

    // Of the last one, where the reader's focus is: it would be the first of a page that is loaded now.
    const link = page.getByRole('link', { name: 'First of the ferry' });
    await link.focus();
    const isFocused = () => link.evaluate((node) => node === document.activeElement);
    await api.publish('ferry', { headline: 'Second of the ferry' });
    await lookUntil(page, () => page.getByText('Second of the ferry').isVisible(), 'the update to be told');
    expect(await isFocused()).toBe(true);
    const rumour = await api.publish('ferry', { headline: 'A rumour', breaking: true });
    await lookUntil(page, () => page.getByText('A rumour').isVisible(), 'the breaking update to be told');
    expect(await isFocused()).toBe(true);
    expect(await headlines(page)).toEqual(standing);
    expect(await page.locator('.newer').isVisible()).toBe(false);
    expect(await page.locator('.newest li').filter({ hasText: 'A rumour' }).textContent()).toMatch(
      /^Urgent (?:maintenant|il\sy\sa\s\d+\smin)\s*A rumour$/,
    );
    // What is no longer told leaves the focus to its story.
    await api.publish('ferry', { headline: 'Fourth of the ferry' });
    await lookUntil(page, async () => (await link.count()) === 0, 'the oldest update to make room');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('The ferry');

    // What is taken back goes, while what came waits to be asked for.
    await api.request('POST', `/v1/stories/ferry/entries/${rumour.id}/withdrawal`, { body: { status: 'canceled' } });
    await api.createStory({ slug: 'fire', headline: 'The fire', language: 'en' });
    await end(api, 'ferry');
    const newer = page.getByRole('button', { name: 'Afficher les nouveaux directs' });
    await lookUntil(page, () => newer.isVisible(), 'the new story to be offered');
    expect(await page.getByText('A rumour').count()).toBe(0);
    expect(await headlines(page)).toEqual(['The strike', 'The storm', 'The ferry is in']);
    expect(await page.locator('.is-live .teaser:last-child .status').textContent()).toBe('Terminé');
    await newer.click();
    expect(await headlines(page)).toEqual(['The fire', 'The strike', 'The storm', 'The ferry is in']);
    expect(await page.locator('.is-over .teaser').count()).toBe(1);
    expect(await newer.isVisible()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');

    // Where nobody stirs, nobody is to be kept from the newest.
    await api.publish('storm', { headline: 'The storm is over' });
    await lookUntil(page, () => page.getByText('The storm is over').isVisible(), 'the last update to be told');
    expect(await headlines(page)).toEqual(['The fire', 'The strike', 'The storm', 'The ferry is in']);
    await expect
      .poll(
        async () => {
          await page.clock.runFor(REST_MS);
          return headlines(page);
        },
        { message: 'the newest first', timeout: 15_000 },
      )
      .toEqual(['The storm', 'The fire', 'The strike', 'The ferry is in']);

    await api.request('PATCH', '/v1/stories/fire', { body: { visibility: 'private' } });
    await lookUntil(page, async () => !(await headlines(page)).includes('The fire'), 'the private story to be gone');
    expect(await headlines(page)).toEqual(['The storm', 'The strike', 'The ferry is in']);
    expect(complaints).toEqual([]);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('leaves what is read further down where it is', async () => {
    const { url, api } = await serverForTest();
    for (const slug of ['one', 'two', 'three', 'four', 'five', 'six']) await api.createStory({ slug, headline: slug });
    const { page } = await newPage(browser, { viewport: { width: 360, height: 400 } });
    await page.clock.install();
    await page.goto(url);
    await page.locator('.front[data-keeping=live]').waitFor();
    const read = page.getByRole('link', { name: 'two' });
    await read.evaluate((node) => node.scrollIntoView({ block: 'center', behavior: 'instant' }));
    const placeOf = () => read.evaluate((node) => node.getBoundingClientRect().top);
    const place = await placeOf();
    for (const slug of ['six', 'five'])
      await api.publish(slug, { headline: `${'A long headline '.repeat(6)} of ${slug}` });
    await lookUntil(page, async () => (await page.locator('.newest').count()) === 2, 'the updates to be told');
    // Browsers scroll by whole pixels.
    expect(Math.abs((await placeOf()) - place)).toBeLessThanOrEqual(1);
  });

  it('is loaded anew where the server has another release, once nobody reads', async () => {
    const { url, api } = await serverForTest();
    await api.createStory();
    const { page } = await newPage(browser);
    await page.clock.install();
    await page.goto(url);
    await page.locator('.front[data-keeping=live]').waitFor();
    const firstLook = page.waitForResponse((answer) => answer.request().resourceType() === 'xhr');
    await page.clock.runFor(NEXT_LOOK_MS);
    await firstLook;
    let looks = 0;
    await page.route(`${url}/`, async (route) => {
      if (route.request().resourceType() !== 'xhr') return route.continue();
      looks += 1;
      const answer = await route.fetch();
      const body = (await answer.text()).replace(/page-[\w-]+\.css/, 'page-other.css');
      return route.fulfill({ response: answer, headers: { ...answer.headers(), etag: '"other"' }, body });
    });
    let loads = 0;
    page.on('load', () => {
      loads += 1;
    });
    await lookUntil(page, async () => looks > 1, 'the other release to be seen');
    expect(loads).toBe(0);
    await expect
      .poll(
        async () => {
          await page.clock.runFor(REST_MS);
          return loads;
        },
        { message: 'the page to be loaded anew', timeout: 15_000 },
      )
      .toBe(1);
    // A look may be under way.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('says so when it cannot know any more, and when it can again', async () => {
    const { url, api } = await serverForTest();
    await api.createStory();
    const { page } = await newPage(browser);
    await page.clock.install();
    await page.goto(`${url}/?lang=de`);
    await page.locator('.front[data-keeping=live]').waitFor();
    const behind = page.getByText(/^Keine Verbindung seit \d\d:\d\d\. Möglicherweise fehlen Meldungen\.$/);
    await page.route(/\?lang=de$/, (route) => route.abort());
    await lookUntil(page, () => behind.isVisible(), 'the reader to be told that nothing comes');
    expect(await page.locator('.keeping').isVisible()).toBe(false);
    await page.unroute(/\?lang=de$/);
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await behind.waitFor({ state: 'hidden' });
    expect(await page.locator('.keeping').isVisible()).toBe(true);
  });
});

it('the front page is whole without a script, and says how to see more', async () => {
  const { url, api } = await serverForTest();
  for (const slug of ['second', 'first']) {
    await api.createStory({ slug, headline: slug, standfirst: `About ${slug}` });
    for (const number of [1, 2, 3]) await api.publish(slug, { headline: `${slug}, number ${number}` });
  }
  const { page, complaints } = await openPage(browser, `${url}/?lang=de`, { javaScriptEnabled: false });
  expect(await page.getByText('Seite neu laden, um Neues zu sehen').isVisible()).toBe(true);
  expect(await page.getByText('Aktualisiert sich von selbst').isVisible()).toBe(false);
  expect(await page.locator('.says > *').first().isVisible()).toBe(false);
  expect(await page.locator('.newest time').first().textContent()).toMatch(/^\d\d:\d\d UTC$/);
  // The lead has more room than the others.
  expect(await page.locator('.newest a:visible').allTextContents()).toEqual([
    ...[3, 2, 1].map((number) => `first, number ${number}`),
    ...[3, 2].map((number) => `second, number ${number}`),
  ]);
  expect(await page.locator('.standfirst:visible').allTextContents()).toEqual(['About first']);
  await page.getByRole('link', { name: 'العربية' }).click();
  expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
  expect(complaints).toEqual([]);
});

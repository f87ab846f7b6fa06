import { LATE_STYLES, print, STYLES, type StoryView, storyTree } from '@slugline/client/view';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsIn } from '../helpers/axe.js';
import { launchChromium } from '../helpers/chromium.js';
import { everyView } from '../helpers/every-view.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { serverForTest } from '../helpers/server.js';
import { wholeStory } from '../helpers/whole-story.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

const PHONE = { width: 360, height: 740 };
/** The smallest picture there is. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);

const DESKTOP = { width: 1280, height: 900 };

/** Between them they have every colour that there is. */
const COLOURFUL = ['live', 'filtered', 'gathering', 'returning', 'breaking', 'offline', 'in another language'];

/** States of a story below each other, each in a root of its own as the element shows it. */
function gallery(views: Readonly<Record<string, StoryView>>): string {
  const stories = Object.entries(views).map(([name, view]) => {
    const story = { ...view.story, headline: `${view.story.headline} ${name}` };
    const headingLevel = view.hidden.has('header') ? 2 : 3;
    const tree = print(storyTree({ ...view, story, headingLevel }));
    return `<h2>${name}</h2>
<div data-live style="position: relative"><template shadowrootmode="open"><style>${STYLES}${LATE_STYLES}</style><div class="root">${tree}</div></template></div>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Every state</title></head>
<body><main><h1>Every state</h1>${stories.join('')}</main></body></html>`;
}

describe('axe-core finds nothing in', () => {
  it.each([
    ['every state of a story in English, light, on a desktop', 'en', 'light', DESKTOP],
    ['a story in English, dark, on a phone', 'en', 'dark', PHONE],
    ['a story in Arabic, light, on a phone', 'ar', 'light', PHONE],
    ['every state of a story in Arabic, dark, on a desktop', 'ar', 'dark', DESKTOP],
  ] as const)('%s', { timeout: 60_000 }, async (name, language, colorScheme, viewport) => {
    const { page } = await openPage(browser, 'about:blank', { colorScheme, viewport });
    const views = Object.entries(everyView(language)).filter(
      ([state]) => name.startsWith('every') || COLOURFUL.includes(state),
    );
    const body = gallery(Object.fromEntries(views));
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body }));
    await page.goto('http://gallery.example/');
    expect(await problemsIn(page)).toEqual([]);
  });

  it.each([
    ['in English, light, on a desktop', 'en-GB', 'light', DESKTOP],
    ['in Arabic, dark, on a phone', 'ar', 'dark', PHONE],
  ] as const)(
    'the pages of a server and of a site %s',
    { timeout: 120_000 },
    async (_, language, colorScheme, viewport) => {
      const { url, api } = await serverForTest();
      const { page } = await openPage(browser, 'about:blank', { colorScheme, viewport });
      await page.route('https://pictures.example/**', (route) =>
        route.fulfill({ contentType: 'image/png', body: PIXEL }),
      );
      const found: Record<string, readonly string[]> = {};
      const look = async (name: string, address: string, isLive = false) => {
        await page.goto(address);
        if (isLive) await page.locator('live-story[data-live]').first().waitFor();
        found[name] = await problemsIn(page);
      };
      const front = `${url}/?lang=${language}`;
      await look('a front page without stories', front);
      const { story, full, canceled } = await wholeStory(api, { language });
      const at = `${url}/s/${story.slug}`;
      await api.createStory({ headline: 'The court', status: 'paused', language: 'en' });
      await api.createStory({ headline: 'The cup', status: 'ended', language: 'en' });
      await look('the front page', front);
      await page.locator('.says > *').evaluateAll((said) => {
        for (const node of said) node.removeAttribute('hidden');
      });
      found['the front page with something to say'] = await problemsIn(page);
      await look('a story', at, true);
      await page.locator('[data-action=settings]').click();
      await page.locator('dialog[open]').waitFor();
      found['its settings'] = await problemsIn(page);
      await page.keyboard.press('Escape');
      await page.locator('[data-action=load-embed]').click();
      found['a story with third-party material'] = await problemsIn(page);
      await look('an entry', `${at}/${full.id}`);
      await look('a withdrawn entry', `${at}/${canceled.id}`);
      await look('no story', `${url}/s/none`);
      await look('the page that makes embeds', `${url}/embed`, true);
      await look('a story in a frame', `${url}/embed/${story.slug}`, true);
      const embeds = `<live-story slug="${story.slug}" server="SERVER"></live-story>`;
      await look('a page of another site', await hostPage(url, `<main><h1>A site</h1>${embeds}</main>`), true);
      expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
    },
  );
});

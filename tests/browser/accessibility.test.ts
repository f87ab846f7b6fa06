import { print, STYLES, storyTree } from '@slugline/client/view';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsIn } from '../helpers/axe.js';
import { launchChromium } from '../helpers/chromium.js';
import { everyView } from '../helpers/every-view.js';
import { openPage } from '../helpers/opened-page.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 900 };

/** Every state of a story below each other, each in a root of its own as the element shows it. */
function gallery(language: 'en' | 'ar'): string {
  const stories = Object.entries(everyView(language)).map(([name, view]) => {
    const story = { ...view.story, headline: `${view.story.headline} ${name}` };
    const headingLevel = view.hidden.has('header') ? 2 : 3;
    const tree = print(storyTree({ ...view, story, headingLevel }));
    return `<h2>${name}</h2>
<div data-live style="position: relative"><template shadowrootmode="open"><style>${STYLES}</style><div class="root">${tree}</div></template></div>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Every state</title></head>
<body><main><h1>Every state</h1>${stories.join('')}</main></body></html>`;
}

describe('axe-core finds nothing in', () => {
  it.each([
    ['English, light, on a desktop', 'en', 'light', DESKTOP],
    ['English, dark, on a phone', 'en', 'dark', PHONE],
    ['Arabic, light, on a phone', 'ar', 'light', PHONE],
    ['Arabic, dark, on a desktop', 'ar', 'dark', DESKTOP],
  ] as const)('every state of a story in %s', async (_, language, colorScheme, viewport) => {
    const { page } = await openPage(browser, 'about:blank', { colorScheme, viewport });
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: gallery(language) }));
    await page.goto('http://gallery.example/');
    expect(await problemsIn(page)).toEqual([]);
  });
});

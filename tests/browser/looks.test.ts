import {
  bannerTree,
  LATE_STYLES,
  print,
  STYLES,
  type StoryView,
  sinceTree,
  storyTree,
  textsIn,
} from '@slugline/client/view';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMBED_THEMES } from '../../server/pages/builder/embed-themes.js';
import { launchChromium } from '../helpers/chromium.js';
import { everyView } from '../helpers/every-view.js';
import { openPage } from '../helpers/opened-page.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { type WholeStory, wholeStory } from '../helpers/whole-story.js';

/** Longer than any column. */
const WORD = 'Donaudampfschifffahrtsgesellschaftskapitänspatentverlängerungsantrag'.repeat(2);
const WIDTHS = [320, 360, 768, 1280];

let browser: Browser;
let server: TestServer;
let english: WholeStory;
let arabic: WholeStory;

beforeAll(async () => {
  browser = await launchChromium();
  server = await startServer();
  english = await wholeStory(server.api, { headline: WORD, kicker: WORD.slice(0, 80) });
  await server.api.publish(english.story.slug, { headline: WORD, bodyMarkdown: `${WORD} https://${WORD}.example/` });
  arabic = await wholeStory(server.api, { headline: 'حريق في ميناء فيلماوث', language: 'ar' });
  await server.api.publish(arabic.story.slug, {
    headline: 'عاجل',
    breaking: true,
    keyEvent: true,
    tags: [WORD.slice(0, 64)],
  });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await openPage(browser, 'about:blank', options);
  // The pictures of the stories, which are nowhere.
  await page.route('https://pictures.example/**', (route) =>
    route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }),
  );
  await page.goto(server.url + path);
  if (options.javaScriptEnabled !== false && path.startsWith('/s/'))
    await page.locator('live-story[data-live]').waitFor();
  return page;
}

/** Views of a story below each other, each in a root of its own, in a column of this width. */
async function openColumn(width: number, views: readonly StoryView[]): Promise<Page> {
  const { page } = await openPage(browser, 'about:blank');
  const roots = views.map(
    (view) =>
      `<div data-live><template shadowrootmode="open"><style>${STYLES}${LATE_STYLES}</style><div class="root">${print(storyTree(view))}</div></template></div>`,
  );
  const body = `<!doctype html><meta charset="utf-8"><div style="width: ${width}px">${roots.join('')}</div>`;
  await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto('http://column.example/');
  return page;
}

describe('nothing reaches beyond its page', () => {
  it.each([
    ['English, light', 'en', 'light'],
    ['English, dark', 'en', 'dark'],
    ['Arabic, light', 'ar', 'light'],
    ['Arabic, dark', 'ar', 'dark'],
  ] as const)('at any width, in %s', async (_, language, colorScheme) => {
    const { story, full, canceled } = language === 'ar' ? arabic : english;
    const paths = [
      ...[`/?lang=${language}`, `/s/${story.slug}`, `/s/${story.slug}/${full.id}`, `/s/${story.slug}/${canceled.id}`],
      ...[`/embed?story=${story.slug}&width=column`, '/s/no-such-story'],
    ];
    const page = await open('/', { colorScheme });
    for (const path of paths) {
      await page.goto(server.url + path);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        const wide = await page.evaluate(() =>
          [document.documentElement, ...document.querySelectorAll('main')].map(({ scrollWidth }) => scrollWidth),
        );
        expect(Math.max(...wide), `${path} in ${width} px`).toBeLessThanOrEqual(width);
      }
    }
  });

  it.each(['en', 'ar'] as const)(
    'nor beyond a column of 320 pixels in a wide one, in any state (%s)',
    async (language) => {
      const page = await openColumn(320, Object.values(everyView(language)));
      const beyond = await page
        .locator('.root')
        .evaluateAll((roots) =>
          roots.filter(({ scrollWidth }) => scrollWidth > 320).map(({ scrollWidth }) => scrollWidth),
        );
      expect(beyond).toEqual([]);
    },
  );
});

describe('every text can be read', () => {
  /** What stands on what, by the names of the tokens, and the least contrast that WCAG 2.2 AA asks for there. */
  const PAIRS: readonly (readonly [string, string, number])[] = [
    ...['paper', 'card'].flatMap((ground) => [
      ...['ink', 'soft', 'accent'].map((text) => [text, ground, 4.5] as const),
      ['focus', ground, 3] as const,
    ]),
    ['on-accent', 'accent', 4.5],
    ['on-notice', 'notice', 4.5],
    ['accent', 'on-accent', 4.5],
    ['focus', 'notice', 3],
  ];

  it.each(['light', 'dark'] as const)('in each theme on a page that is %s', async (colorScheme) => {
    const page = await open(`/embed?story=${english.story.slug}`, { colorScheme });
    for (const { name } of EMBED_THEMES) {
      await page.locator('.preview').evaluate((preview, theme) => preview.setAttribute('data-theme', theme), name);
      const told = await contrasts(page, '.preview .root', '--_');
      for (const [text, ground, least] of PAIRS) {
        expect(told(text, ground), `${text} on ${ground} in ${name}`).toBeGreaterThanOrEqual(least);
      }
    }
    const around = await contrasts(page, 'body', '--');
    for (const [text, ground, least] of PAIRS) {
      expect(around(text, ground), `${text} on ${ground} of the page`).toBeGreaterThanOrEqual(least);
    }
  });

  /** Answers for the contrast of two tokens as they are in an element. */
  async function contrasts(page: Page, selector: string, prefix: string) {
    const names = [...new Set([...PAIRS.map(([text]) => text), ...PAIRS.map(([, ground]) => ground)])];
    const colours = await page.locator(selector).evaluate(
      (element, tokens) => {
        const probe = element.appendChild(document.createElement('i'));
        const found = tokens.map((token) => {
          probe.style.color = `var(${token})`;
          return getComputedStyle(probe).color;
        });
        probe.remove();
        return found;
      },
      names.map((name) => prefix + name),
    );
    const lightOf = (name: string) => luminance(colours[names.indexOf(name)] ?? '');
    return (text: string, ground: string) => {
      const [darker = 0, lighter = 0] = [lightOf(text), lightOf(ground)].sort((a, b) => a - b);
      return (lighter + 0.05) / (darker + 0.05);
    };
  }

  /** WCAG's relative luminance of `rgb(1, 2, 3)`. */
  function luminance(colour: string): number {
    const channels = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour)?.slice(1).map(Number) ?? [];
    const [red = Number.NaN, green = Number.NaN, blue = Number.NaN] = channels.map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  it('with its labels told by their edges where the reader sets the colours', async () => {
    const page = await open(`/s/${arabic.story.slug}`, { forcedColors: 'active' });
    const labels = await page.locator('.label, .status').evaluateAll((nodes) =>
      nodes.map((node) => {
        const { borderTopWidth, borderTopStyle, borderTopColor, backgroundColor, color } = getComputedStyle(node);
        return {
          edge: `${borderTopWidth} ${borderTopStyle}`,
          seen: ![borderTopColor, color].includes(backgroundColor),
        };
      }),
    );
    expect(labels.length).toBeGreaterThan(3);
    for (const label of labels) expect(label).toEqual({ edge: '1px solid', seen: true });
    const outline = await page
      .locator('.filters [aria-pressed="true"]')
      .evaluate((node) => getComputedStyle(node).outlineStyle);
    expect(outline).toBe('solid');
  });

  it('on paper: the story and nothing that is to be pressed, dark on white whatever the screen is', async () => {
    const page = await open(`/s/${english.story.slug}`, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    for (const hidden of [
      '.bar',
      '.foot',
      '.notices',
      '.controls',
      '.pages',
      '.share button',
      '.embed button',
      '.ago',
    ]) {
      await page.locator(hidden).first().waitFor({ state: 'hidden' });
    }
    for (const shown of [
      '.story-headline',
      '.key-points',
      '.headline',
      '.correction',
      '.notice',
      '.sources',
      '.stamp time',
    ]) {
      expect(await page.locator(shown).first().isVisible(), shown).toBe(true);
    }
    const ink = await page.locator('.root').evaluate((root) => getComputedStyle(root).color);
    expect(luminance(ink)).toBeLessThan(0.1);
  });
});

describe('what matters more is larger', () => {
  it('a breaking entry than a key event, that than any other, and each headline than its text', async () => {
    const { slug } = await server.api.createStory();
    for (const fields of [{}, { keyEvent: true }, { breaking: true, keyEvent: true }]) {
      await server.api.publish(slug, { ...fields, bodyMarkdown: 'Text.' });
    }
    const page = await open(`/s/${slug}`);
    const sizeOf = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((node) => Number.parseFloat(getComputedStyle(node).fontSize));
    const sizes = [
      await sizeOf('.story-headline'),
      await sizeOf('.is-breaking .headline'),
      await sizeOf('.is-key-event:not(.is-breaking) .headline'),
      await sizeOf('.entry:not(.is-key-event) .headline'),
      await sizeOf('.body p'),
    ];
    expect(sizes).toEqual([...new Set(sizes)].toSorted((a, b) => b - a));
  });
});

describe('nothing moves', () => {
  it.each([
    ['on a phone', 360, 'en'],
    ['on a desktop', 1280, 'en'],
    ['on a phone in Arabic', 360, 'ar'],
    ['on a desktop in Arabic', 1280, 'ar'],
  ] as const)('when the script comes, %s', async (_, width, language) => {
    const { slug } = (language === 'ar' ? arabic : english).story;
    const placesIn = async (page: Page) =>
      page.locator('.controls, .side, .entry, .report, .headline, .body, .credits').evaluateAll((nodes) =>
        nodes.map((node) => {
          const { top, left, height } = node.getBoundingClientRect();
          return `${node.className}: ${Math.round(left)} ${Math.round(top)} ${Math.round(height)}`;
        }),
      );
    const viewport = { width, height: 800 };
    const without = await placesIn(await open(`/s/${slug}`, { viewport, javaScriptEnabled: false }));
    expect(without.length).toBeGreaterThan(10);
    expect(await placesIn(await open(`/s/${slug}`, { viewport }))).toEqual(without);
  });

  it.each([320, 700, 1200])('when something is told above the entries, in %i pixels', async (width) => {
    const { live: plain } = everyView('en');
    if (plain === undefined) throw new Error('there is no such view');
    const trouble = { kind: 'offline', since: plain.story.updatedAt } as const;
    const since = { updates: 6, corrections: 1, withdrawals: 1 };
    const [banner] = plain.entries;
    if (banner?.status !== 'usable') throw new Error('there is no such entry');
    const telling = { ...plain, texts: textsIn('en') };
    const notices = [bannerTree(banner, telling), sinceTree(since, telling)];
    const told = { ...plain, gathered: 3, trouble, notices };
    const page = await openColumn(width, [plain, told]);
    const [before, after] = await page
      .locator('.root')
      .evaluateAll((roots) =>
        roots.map((root) =>
          [...root.querySelectorAll('.side, .controls, .entry')].map(
            (node) => node.getBoundingClientRect().top - root.getBoundingClientRect().top,
          ),
        ),
      );
    expect(after).toEqual(before);
    expect(await page.locator('.gathered').isVisible()).toBe(true);
  });

  it('when something is announced to those who listen', async () => {
    const { slug } = await server.api.createStory();
    await server.api.publish(slug, { headline: 'First' });
    const page = await open(`/s/${slug}`);
    const top = () => page.locator('.story').evaluate((story) => story.getBoundingClientRect().top);
    const before = await top();
    await server.api.publish(slug, { headline: 'Second', breaking: true });
    await page.locator('.heard p').waitFor({ state: 'attached' });
    expect(await top()).toBe(before);
  });

  it('by itself where the reader wants no motion', async () => {
    const page = await open(`/s/${english.story.slug}`, { reducedMotion: 'reduce' });
    const moving = await page.evaluate(() => document.querySelector('live-story')?.shadowRoot?.getAnimations().length);
    expect(moving).toBe(0);
  });
});

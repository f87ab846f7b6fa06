import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { contentOf } from '../helpers/page-content.js';
import { expectHarmlessPage } from '../property/harmless.js';

/** A page on which everything that runs, or loads, without being ours is noticed. */
export interface WatchedPage {
  readonly page: Page;
  /** What ran or was loaded that should not. */
  readonly hits: readonly string[];
  /** Fails when something did, or when what is on the page now could. */
  expectHarmless(): Promise<void>;
}

const PATIENCE_MS = 20_000;
/** What our pages ask of the server. */
const OUR_PATHS =
  /^\/(?:$|\?|s\/|embed(?:-frame)?\.js$|embed(?:[/?]|$)|assets\/|demo\/|v1\/|socket\.io\/|favicon\.ico$)/;

/**
 * Opens an empty page of a browser in which a security policy does not hide what was let through.
 *
 * @param url of the server. Pictures from elsewhere are not loaded.
 */
export async function watchedPage(browser: Browser, url: string): Promise<WatchedPage> {
  // Where something moves, a page has styles in place for as long as it does, which are ours and no news here.
  const context = await browser.newContext({ bypassCSP: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const hits: string[] = [];
  await page.exposeFunction('noticeHit', (what: string) => hits.push(what));
  await page.addInitScript(() => {
    const notice = (what: string) => () => {
      const found: unknown = Reflect.get(window, 'noticeHit');
      if (typeof found === 'function') found(`${what} on ${location.href}`);
    };
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'hit']) Reflect.set(window, name, notice(name));
  });
  page.on('pageerror', (error) => hits.push(`an error: ${error.message}`));
  page.on('dialog', (dialog) => void dialog.dismiss());
  await page.route('**/*', async (route) => {
    const request = route.request();
    const asked = new URL(request.url());
    // Where the test goes itself; the texts would lead to `/hit`.
    const isWanted =
      request.isNavigationRequest() && request.frame() === page.mainFrame() && !/^\/hit\b/.test(asked.pathname);
    const isOurs = asked.origin === url && (isWanted || OUR_PATHS.test(asked.pathname + asked.search));
    if (!isOurs && (asked.origin === url || request.resourceType() !== 'image')) {
      hits.push(`${request.resourceType()} ${request.url()}`);
    }
    if (asked.origin === url) await route.continue();
    else await route.abort();
  });
  return {
    page,
    hits,
    async expectHarmless() {
      // Pictures that were not loaded yet have not failed yet, and run nothing before they do.
      await page.evaluate(async () => {
        const roots = [...document.querySelectorAll('live-story')].flatMap(({ shadowRoot }) => shadowRoot ?? []);
        const images = [document, ...roots].flatMap((root) => [...root.querySelectorAll('img')]);
        const pictures = images.map((picture) => {
          picture.loading = 'eager';
          if (picture.complete) return undefined;
          return new Promise((resolve) => {
            picture.addEventListener('load', resolve);
            picture.addEventListener('error', resolve);
          });
        });
        await Promise.all(pictures);
      });
      const content = await contentOf(page);
      expect(hits, content.slice(0, 3_000)).toEqual([]);
      // What the page was made to ask for images with, just now.
      expectHarmlessPage(content.replaceAll(' loading="eager"', ''));
    },
  };
}

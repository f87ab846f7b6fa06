import type { Page } from 'playwright-core';

/** A page as HTML as it is now, with what stands in its shadow roots. */
export function contentOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const shadowRoots: ShadowRoot[] = [];
    const look = (within: ParentNode): void => {
      for (const { shadowRoot } of within.querySelectorAll('*')) {
        if (shadowRoot === null) continue;
        shadowRoots.push(shadowRoot);
        look(shadowRoot);
      }
    };
    look(document);
    const [html] = document.documentElement.outerHTML.split('>', 1);
    return `<!doctype html>${html}>${document.documentElement.getHTML({ shadowRoots })}</html>`;
  });
}

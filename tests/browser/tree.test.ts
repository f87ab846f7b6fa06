import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { print } from '../../client-sdk/tree/print.js';
import { flat, h, type Tree } from '../../client-sdk/tree/tree.js';
import { launchChromium } from '../helpers/chromium.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

/** A page in which trees are shown in `#here` by what was built. */
async function treePage(): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.route('http://trees.test/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') {
      const body = '<!doctype html><script type="module">import { show } from "/show.js"; window.show = show;</script>';
      await route.fulfill({ contentType: 'text/html', body: `${body}<div id="here"></div>` });
      return;
    }
    const file = fileURLToPath(new URL(`../../client-sdk/dist/tree${pathname}`, import.meta.url));
    await route.fulfill({ contentType: 'text/javascript', body: await readFile(file, 'utf8') });
  });
  await page.goto('http://trees.test/');
  await page.waitForFunction(() => 'show' in window);
  return page;
}

const word = fc.constantFrom('one', 'two', 'three', '<b>', '&amp;', ' ');
/** None that a parser of HTML would put elsewhere. */
const tag = fc.constantFrom('div', 'section', 'span');
const attributes = fc.record(
  { class: fc.constantFrom('a', 'b', 'a is-x'), title: word, lang: fc.constantFrom('en', 'ar') },
  { requiredKeys: [] },
);
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc
      .tuple(
        tag,
        attributes,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.option(fc.nat({ max: 8 }), { nil: undefined }),
      )
      .map(([name, given, children, key]) => h(name, { ...given, key }, distinct(children))),
  ),
}));

const trees = fc.array(tree, { maxLength: 8 }).map(distinct);

describe('a tree in a document', () => {
  it('is what would have been printed, whatever was shown before', async () => {
    const page = await treePage();
    const runs = fc.sample(fc.array(trees, { minLength: 1, maxLength: 4 }), { numRuns: 300, seed: 7 });
    // One visit for all: each would cost a message to the browser.
    const shown = await page.evaluate((all) => {
      const show: (parent: Element, ...children: unknown[]) => void = Reflect.get(window, 'show');
      const here = document.querySelector('#here');
      if (here === null) throw new Error('the page has no place for trees');
      return all.map((steps) => {
        here.replaceChildren();
        return steps.map((step) => {
          show(here, ...step);
          return here.innerHTML;
        });
      });
    }, runs);
    const printed = await page.evaluate(
      (all) => {
        const place = document.createElement('div');
        return all.map((steps) =>
          steps.map((html) => {
            place.innerHTML = html;
            return place.innerHTML;
          }),
        );
      },
      runs.map((steps) => steps.map((step) => step.map(print).join(''))),
    );
    expect(shown.map((steps) => steps.map(sorted))).toEqual(printed.map((steps) => steps.map(sorted)));
  });

  it('moves no more nodes than it must, and keeps what is between those that come and go', async () => {
    const page = await treePage();
    const items = (...keys: readonly (string | number)[]) => keys.map((key) => h('p', { key }, String(key)));
    const moved = (from: readonly Tree[], to: readonly Tree[]) =>
      page.evaluate(
        async ([before, after]) => {
          const show: (parent: Element, ...children: unknown[]) => void = Reflect.get(window, 'show');
          const here = document.querySelector('#here');
          if (here === null) throw new Error('the page has no place for trees');
          show(here, ...before);
          const touched = new Set<string | null>();
          const watch = new MutationObserver((records) => {
            for (const { addedNodes, removedNodes } of records) {
              for (const node of [...addedNodes, ...removedNodes]) touched.add(node.textContent);
            }
          });
          watch.observe(here, { childList: true });
          show(here, ...after);
          await Promise.resolve();
          watch.disconnect();
          return [...touched].sort();
        },
        [from, to] as const,
      );
    expect(await moved(items(1, 2, 3, 4), items(0, 1, 2, 3, 4))).toEqual(['0']);
    expect(await moved(items(1, 2, 3, 4), items(3, 1, 2, 4))).toEqual(['3']);
    expect(await moved(items(3, 1, 2, 4), items(1, 2, 3, 4))).toEqual(['3']);
    expect(await moved(items(1, 2, 3, 4), items(2, 4))).toEqual(['1', '3']);
    const lines = (...texts: readonly string[]) => texts.map((text) => h('p', {}, text));
    expect(await moved(lines('a', 'b', 'c'), lines('a', 'new', 'b', 'c'))).toEqual(['new']);
    expect(await moved([h('h2', {}, 'x'), ...lines('a')], [h('ul', {}, 'y'), h('h2', {}, 'z'), ...lines('a')])).toEqual(
      ['y'],
    );
  });
});

/** As trees may stand beside each other: each key once. */
function distinct(list: readonly Tree[]): readonly Tree[] {
  const keys = new Set<string>();
  return flat(list).filter((one) => {
    if (typeof one === 'string' || one.key === undefined) return true;
    const isFirst = !keys.has(one.key);
    keys.add(one.key);
    return isFirst;
  });
}

/** Attributes stand in the order in which they came, which is nothing that can be seen. */
function sorted(html: string): string {
  return html.replace(/<(\w+)((?: [\w-]+="[^"]*")+)>/g, (_, name: string, list: string) => {
    const each = [...list.matchAll(/ [\w-]+="[^"]*"/g)].map(([one]) => one);
    return `<${name}${each.sort().join('')}>`;
  });
}

import type { Block } from '@slugline/client/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { pagePolicy } from '../../server/pages/content-policy.js';
import { problemsIn } from '../helpers/axe.js';
import { launchChromium } from '../helpers/chromium.js';
import { FROM_GOOGLE_DOCS, FROM_THE_WEB, FROM_WORD, FROM_WORD_ONLINE } from '../helpers/clipboards.js';
import { newPage } from '../helpers/opened-page.js';
import { bundleForPage } from '../helpers/sdk-bundle.js';
import type * as BodyEditorPage from './body-editor-page.js';

declare global {
  var BodyEditors: typeof BodyEditorPage;
  var bodyEditor: ReturnType<typeof BodyEditorPage.openBodyEditor>;
  var bodyChanges: (readonly Block[])[];
}

let browser: Browser;
let code: string;
beforeAll(async () => {
  [browser, code] = await Promise.all([
    launchChromium(),
    bundleForPage('tests/browser/body-editor-page.ts', 'BodyEditors'),
  ]);
});
afterAll(() => browser?.close());

interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly text: ReturnType<Page['locator']>;
}

/** An editor in a page that has the policy of our own pages: no inline style, and no HTML that was not vouched for. */
async function openEditor(blocks: readonly Block[] = [], language = 'en'): Promise<Opened> {
  const { page, complaints } = await newPage(browser, { colorScheme: 'light' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: 'https://desk.test' });
  await page.route('https://desk.test/**', (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/code.js') return route.fulfill({ contentType: 'text/javascript', body: code });
    const html =
      '<!doctype html><html lang="en"><title>Desk</title><link rel="icon" href="https://icons.example/icon.svg"><main><h1>Desk</h1></main>';
    return route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': pagePolicy() },
      body: `${html}<script src="/code.js"></script></html>`,
    });
  });
  await page.route(/example/, (route) =>
    route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }),
  );
  await page.goto('https://desk.test/');
  await page.evaluate(
    ([given, tag]) => {
      globalThis.bodyChanges = [];
      globalThis.bodyEditor = BodyEditors.openBodyEditor(document.querySelector('main') ?? document.body, {
        blocks: given,
        language: tag,
        placeholder: 'What happened?',
        onChange: (changed) => bodyChanges.push(changed),
        uploadPicture: async (file) => {
          if (file.size === 0) throw new Error('The file is empty.');
          return { url: 'https://pictures.example/up.jpg', width: 40, height: 30 };
        },
      });
      bodyEditor.focus();
    },
    [blocks, language] as const,
  );
  onTestFinished(() => expect(complaints).toEqual([]));
  return { page, complaints, text: page.getByRole('textbox', { name: 'Text of the entry' }) };
}

const blocksIn = (page: Page) => page.evaluate(() => bodyEditor.blocks());
const replace = (page: Page, blocks: readonly Block[] = []) =>
  page.evaluate((given) => {
    bodyEditor.replace(given);
    bodyEditor.focus();
  }, blocks);

/** Pastes as a browser does it, with what a program put on the clipboard. */
const paste = (page: Page, html: string, text = '', files: readonly string[] = []) =>
  page.evaluate(
    ([markup, words, contents]) => {
      const clipboardData = new DataTransfer();
      if (markup !== '') clipboardData.setData('text/html', markup);
      if (words !== '') clipboardData.setData('text/plain', words);
      for (const content of contents) clipboardData.items.add(new File([content], 'a.jpg', { type: 'image/jpeg' }));
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.querySelector('[role=textbox]')?.dispatchEvent(event);
    },
    [html, text, files] as const,
  );

/** Presses keys one after the other, each once the page has seen what the one before it did. */
async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  }
}

const paragraph = (text: string): Block => ({ type: 'paragraph', content: [{ text }] });
const noticeOf = (page: Page) => page.getByRole('status').textContent();

/** Does what moves the selection, and waits until the editor was told where it is: the browser tells that a moment later. */
async function selecting(page: Page, at: string, selected: string, act: () => Promise<void>): Promise<void> {
  const told = page.evaluate(
    (wanted) =>
      new Promise<void>((resolve) => {
        document.addEventListener('selectionchange', function look() {
          const selection = getSelection();
          const isThere = selection?.anchorNode?.textContent === wanted.at;
          if (!isThere || selection.toString() !== wanted.selected) return;
          document.removeEventListener('selectionchange', look);
          resolve();
        });
      }),
    { at, selected },
  );
  await act();
  await told;
}

const clickInto = (page: Page, text: string): Promise<void> =>
  selecting(page, text, '', () => page.getByText(text, { exact: true }).click());

describe('writing', () => {
  test('by keyboard makes blocks of all kinds', async () => {
    const { page, text } = await openEditor();
    expect(await text.locator('.is-empty').getAttribute('data-placeholder')).toBe('What happened?');
    await page.keyboard.type('The ');
    await page.keyboard.press('Control+b');
    await page.keyboard.type('quay');
    await page.keyboard.press('Control+b');
    await page.keyboard.type(' is ');
    await page.keyboard.press('Control+i');
    await page.keyboard.type('closed');
    await page.keyboard.press('Control+i');
    await page.keyboard.type('.');
    await page.keyboard.press('Enter');
    await page.keyboard.type('## What we know');
    await page.keyboard.press('Enter');
    await page.keyboard.type('- one');
    await page.keyboard.press('Enter');
    await page.keyboard.type('two');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.type('1. first');
    await page.keyboard.press('Enter');
    await page.keyboard.type('second');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.type('> We saw smoke.');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('Then nothing.');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Later');
    await page.keyboard.press('Control+Alt+3');
    expect(await blocksIn(page)).toEqual([
      {
        type: 'paragraph',
        content: [
          { text: 'The ' },
          { text: 'quay', marks: ['strong'] },
          { text: ' is ' },
          { text: 'closed', marks: ['emphasis'] },
          { text: '.' },
        ],
      },
      { type: 'heading', level: 2, content: [{ text: 'What we know' }] },
      { type: 'list', ordered: false, items: [[{ text: 'one' }], [{ text: 'two' }]] },
      { type: 'list', ordered: true, items: [[{ text: 'first' }], [{ text: 'second' }]] },
      { type: 'quote', content: [{ text: 'We saw smoke.\nThen nothing.' }] },
      { type: 'heading', level: 3, content: [{ text: 'Later' }] },
    ]);
    expect(await page.evaluate(() => bodyChanges.at(-1))).toEqual(await blocksIn(page));
  });

  test('turns lists on and off for what is selected, and takes back what was done', async () => {
    const three = ['one', 'two', 'three'].map(paragraph);
    const { page } = await openEditor(three);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+Shift+8');
    const list: Block = {
      type: 'list',
      ordered: false,
      items: [[{ text: 'one' }], [{ text: 'two' }], [{ text: 'three' }]],
    };
    expect(await blocksIn(page)).toEqual([list]);
    await clickInto(page, 'two');
    await page.keyboard.press('Control+Shift+8');
    expect(await blocksIn(page)).toEqual([
      { type: 'list', ordered: false, items: [[{ text: 'one' }]] },
      paragraph('two'),
      { type: 'list', ordered: false, items: [[{ text: 'three' }]] },
    ]);
    await clickInto(page, 'three');
    await press(page, 'Home', 'Backspace');
    expect((await blocksIn(page))[2]).toEqual(paragraph('three'));
    for (let undone = 0; undone < 3; undone += 1) await page.keyboard.press('Control+z');
    expect(await blocksIn(page)).toEqual(three);
    await page.keyboard.press('Control+Shift+z');
    expect(await blocksIn(page)).toEqual([list]);
  });

  test('asks where a link leads, and refuses what is no address', async () => {
    const { page, text } = await openEditor([paragraph('the port')]);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+k');
    const address = page.getByRole('textbox', { name: 'Link to' });
    await address.fill('javascript:alert(1)');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('alert').textContent()).toContain('http:, https: or mailto:');
    await address.fill('port.example/map');
    await page.keyboard.press('Enter');
    const linked: Block = { type: 'paragraph', content: [{ text: 'the port', href: 'https://port.example/map' }] };
    expect(await blocksIn(page)).toEqual([linked]);
    await text.getByRole('link', { name: 'the port' }).waitFor();
    await page.keyboard.press('Control+k');
    expect(await address.inputValue()).toBe('https://port.example/map');
    await page.keyboard.press('Escape');
    expect(await blocksIn(page)).toEqual([linked]);
    await page.keyboard.press('Control+k');
    await page.getByRole('button', { name: 'Remove' }).click();
    expect(await blocksIn(page)).toEqual([paragraph('the port')]);
  });

  test('names who is quoted, and demands what a picture needs', async () => {
    const quote: Block = { type: 'quote', content: [{ text: 'We saw smoke.' }] };
    const picture = { url: 'https://pictures.example/a.jpg', width: 40, height: 30, creditLine: '', altText: '' };
    const { page } = await openEditor([quote, { type: 'picture', picture }]);
    await page.getByRole('textbox', { name: 'Who said it' }).fill('Bo Ek');
    await page.keyboard.press('Enter');
    await page.keyboard.type('harbour master');
    expect(await page.evaluate(() => bodyEditor.gaps())).toEqual([{ block: 1, lacks: ['creditLine', 'altText'] }]);
    await page.getByRole('textbox', { name: 'Credit' }).fill('Ada Lund');
    await page.getByRole('textbox', { name: 'What it shows (alt text)' }).fill('Smoke');
    expect(await page.evaluate(() => bodyEditor.gaps())).toEqual([]);
    const whole: Block[] = [
      { ...quote, speaker: 'Bo Ek', speakerRole: 'harbour master' },
      { type: 'picture', picture: { ...picture, creditLine: 'Ada Lund', altText: 'Smoke' } },
    ];
    expect(await blocksIn(page)).toEqual(whole);
    await page.getByRole('button', { name: 'Move up' }).click();
    expect((await blocksIn(page)).map(({ type }) => type)).toEqual(['picture', 'quote']);
    await page.getByRole('button', { name: 'Remove' }).click();
    expect((await blocksIn(page)).map(({ type }) => type)).toEqual(['quote']);
  });

  test('goes from right to left where the language does', async () => {
    const { page, text } = await openEditor([paragraph('שריפה בנמל')], 'he');
    expect(
      await text.evaluate((element) => [getComputedStyle(element).direction, element.getAttribute('lang')]),
    ).toEqual(['rtl', 'he']);
    const right = await text
      .locator('p')
      .first()
      .evaluate((element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        return element.getBoundingClientRect().right - range.getBoundingClientRect().right;
      });
    expect(Math.abs(right)).toBeLessThan(2);
    await page.keyboard.press('Control+b');
  });

  test('is to be had by keyboard and ear alone', async () => {
    const { page, text } = await openEditor([
      paragraph('one'),
      { type: 'quote', content: [{ text: 'two' }] },
      { type: 'embed', url: 'https://video.example/1', provider: 'video.example' },
    ]);
    expect(await problemsIn(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await clickInto(page, 'one');
    await page.keyboard.press('Alt+F10');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Italic');
    await page.keyboard.press('Escape');
    await expect.poll(() => text.evaluate((element) => element === document.activeElement)).toBe(true);
    await press(page, 'Home');
    await selecting(page, 'one', 'one', () => press(page, 'Shift+End'));
    await page.getByRole('button', { name: 'Bold' }).click();
    expect(await page.getByRole('button', { name: 'Bold' }).getAttribute('aria-pressed')).toBe('true');
    expect((await blocksIn(page))[0]).toEqual({ type: 'paragraph', content: [{ text: 'one', marks: ['strong'] }] });
  });
});

describe('pasting', () => {
  test('from Word gives headings, lists, quotes and marks, and says what was left out', async () => {
    const { page, text } = await openEditor();
    await paste(page, FROM_WORD, 'plain');
    expect(await blocksIn(page)).toEqual([
      { type: 'heading', level: 2, content: [{ text: 'Two sheds burn' }] },
      { type: 'heading', level: 2, content: [{ text: 'What we know' }] },
      {
        type: 'paragraph',
        content: [
          { text: 'The ' },
          { text: 'north quay', marks: ['strong'] },
          { text: ' is ' },
          { text: 'closed', marks: ['emphasis'] },
          { text: ', see ' },
          { text: 'the map', href: 'https://port.example/map' },
          { text: '. One man is hurt.' },
        ],
      },
      {
        type: 'list',
        ordered: false,
        items: [[{ text: 'Shed ' }, { text: '4', marks: ['strong'] }], [{ text: 'Shed 5' }]],
      },
      { type: 'list', ordered: true, items: [[{ text: 'Stay away' }], [{ text: 'Keep windows shut' }]] },
      { type: 'quote', content: [{ text: 'We saw smoke.' }] },
      paragraph('Shed | Tonnes'),
    ]);
    expect(await noticeOf(page)).toContain('struck-out words');
    expect(await noticeOf(page)).toContain('a picture without an address');
    expect(await text.locator('[class*=Mso], [style], o\\:p').count()).toBe(0);
    await replace(page);
    await paste(page, FROM_WORD_ONLINE, 'plain');
    expect(await blocksIn(page)).toEqual([
      { type: 'paragraph', content: [{ text: 'The quay', marks: ['strong'] }, { text: ' is closed.' }] },
      { type: 'list', ordered: false, items: [[{ text: 'Shed 4' }], [{ text: 'Shed 5' }]] },
    ]);
  });

  test('from Google Docs takes weights and slants for what they are', async () => {
    const { page } = await openEditor();
    await paste(page, FROM_GOOGLE_DOCS, 'plain');
    expect(await blocksIn(page)).toEqual([
      { type: 'heading', level: 3, content: [{ text: 'At the quay' }] },
      {
        type: 'paragraph',
        content: [
          { text: 'The ' },
          { text: 'north quay', marks: ['strong', 'emphasis'] },
          { text: ' is closed, see ' },
          { text: 'the map', href: 'https://port.example/map' },
          { text: '.' },
        ],
      },
      { type: 'list', ordered: false, items: [[{ text: 'Shed 4' }], [{ text: 'its roof' }], [{ text: 'Shed 5' }]] },
      {
        type: 'picture',
        picture: { url: 'https://docs.example/AD_4nXe', width: 602, height: 401, creditLine: '', altText: '' },
      },
    ]);
  });

  test('from a page leaves nothing of what runs, and keeps pictures, quotes and frames', async () => {
    const { page, text } = await openEditor();
    await paste(page, FROM_THE_WEB, 'plain');
    expect(await blocksIn(page)).toEqual([
      { type: 'heading', level: 2, content: [{ text: 'Fire at the port' }] },
      {
        type: 'paragraph',
        content: [{ text: 'The ' }, { text: 'quay', marks: ['strong'] }, { text: ' is closed, says the port.🔥' }],
      },
      {
        type: 'picture',
        picture: {
          url: 'https://web.example/a.jpg',
          width: 800,
          height: 450,
          caption: 'The quay at nine.',
          creditLine: 'Ada Lund/Norrvik Post',
          altText: 'Smoke over the quay',
        },
      },
      { type: 'quote', content: [{ text: 'We saw smoke.' }], speaker: 'Bo Ek', speakerRole: 'harbour master' },
      {
        type: 'embed',
        url: 'https://www.video.example/embed/1',
        provider: 'video.example',
        title: 'The fire from above',
      },
    ]);
    expect(await text.locator('script, style, iframe, svg, [onclick], [onerror], [style]').count()).toBe(0);
    expect(await page.evaluate(() => Reflect.has(window, 'stolen'))).toBe(false);
  });

  test('of plain text finds paragraphs, lines, lists and addresses', async () => {
    const { page } = await openEditor();
    await paste(
      page,
      '',
      'The quay is closed.\nSee https://port.example/map.\n\n- one\n- two\r\n\r\n– so it is\n24. May',
    );
    expect(await blocksIn(page)).toEqual([
      {
        type: 'paragraph',
        content: [
          { text: 'The quay is closed.\nSee ' },
          { text: 'https://port.example/map', href: 'https://port.example/map' },
          { text: '.' },
        ],
      },
      { type: 'list', ordered: false, items: [[{ text: 'one' }], [{ text: 'two' }]] },
      paragraph('– so it is'),
      paragraph('24. May'),
    ]);
    await replace(page, [paragraph('the port')]);
    await page.keyboard.press('Control+a');
    await paste(page, '', 'https://port.example/');
    expect(await blocksIn(page)).toEqual([
      { type: 'paragraph', content: [{ text: 'the port', href: 'https://port.example/' }] },
    ]);
  });

  test('goes on within a paragraph, and splits it for what cannot stand in one', async () => {
    const { page } = await openEditor([paragraph('before after')]);
    await press(page, 'Home', ...Array.from({ length: 7 }, () => 'ArrowRight'));
    await paste(page, '<p><b>amid</b></p>', 'amid');
    expect(await blocksIn(page)).toEqual([
      { type: 'paragraph', content: [{ text: 'before ' }, { text: 'amid', marks: ['strong'] }, { text: 'after' }] },
    ]);
    await paste(page, '<h2>Heading</h2>', 'Heading');
    expect((await blocksIn(page)).map(({ type }) => type)).toEqual(['paragraph', 'heading', 'paragraph']);
  });

  test('of what was copied here loses nothing', async () => {
    const rendition = { url: 'https://pictures.example/a-400.jpg', width: 400, height: 300 };
    const picture = {
      url: 'https://pictures.example/a.jpg',
      creditLine: 'Ada Lund',
      altText: 'Smoke',
      renditions: [rendition],
    };
    const all: Block[] = [
      { type: 'heading', level: 4, content: [{ text: 'One' }] },
      { type: 'picture', picture },
      { type: 'quote', content: [{ text: 'Two' }], speaker: 'Bo Ek', speakerRole: 'harbour master', source: 'Efe' },
      { type: 'embed', url: 'https://video.example/1', provider: 'Video', title: 'Three' },
      paragraph('Four'),
    ];
    const { page } = await openEditor(all);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+x');
    expect(await blocksIn(page)).toEqual([]);
    await page.keyboard.press('Control+v');
    expect(await blocksIn(page)).toEqual(all);
  });

  test('of a picture uploads it to where it was put, and says what went wrong', async () => {
    const { page } = await openEditor([paragraph('one'), paragraph('two')]);
    await clickInto(page, 'one');
    await paste(page, '', '', ['bytes']);
    await expect
      .poll(() => blocksIn(page), { message: 'the picture is in the text' })
      .toEqual([
        paragraph('one'),
        {
          type: 'picture',
          picture: { url: 'https://pictures.example/up.jpg', width: 40, height: 30, creditLine: '', altText: '' },
        },
        paragraph('two'),
      ]);
    await paste(page, '', '', ['']);
    await expect.poll(() => noticeOf(page), { message: 'the fault is told' }).toBe('The file is empty.');
  });
});

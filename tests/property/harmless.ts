import { isSafeUrl } from '@slugline/client/protocol';
import { type DefaultTreeAdapterTypes, parse, parseFragment } from 'parse5';
import { expect } from 'vitest';

type Element = DefaultTreeAdapterTypes.Element;

/** Attributes by element. */
type Allowed = Readonly<Record<string, readonly string[]>>;

/** All that `toHtml` may ever print. */
const IN_A_BODY: Allowed = {
  p: [],
  h2: [],
  h3: [],
  h4: [],
  ul: [],
  ol: [],
  li: [],
  blockquote: [],
  footer: [],
  cite: [],
  figure: [],
  figcaption: [],
  small: [],
  strong: [],
  em: [],
  code: [],
  br: [],
  a: ['href', 'rel'],
  img: ['src', 'srcset', 'alt', 'width', 'height', 'loading', 'decoding'],
};

/** All that a page may be made of around the bodies. */
const IN_A_PAGE: Allowed = {
  ...IN_A_BODY,
  html: ['lang', 'dir'],
  head: [],
  body: [],
  meta: ['charset', 'name', 'content'],
  title: [],
  link: ['rel', 'type', 'href'],
  script: ['type', 'src', 'id'],
  main: ['class', 'data-slug'],
  header: ['id'],
  section: ['id', 'class', 'aria-label'],
  article: ['class', 'id', 'data-id', 'data-print'],
  div: ['class'],
  span: ['class', 'data-status', 'data-verification'],
  time: ['datetime'],
  h1: [],
  p: ['id', 'class', 'hidden', 'role', 'aria-live'],
  ul: ['class'],
  li: ['lang'],
  a: ['href', 'rel', 'id'],
};

/** Where our own pages and files are. A second slash would begin the name of another host. */
const isOwnUrl = (url: string): boolean => /^(?:\/(?!\/)|#)/.test(url);

function elementsOf(tree: DefaultTreeAdapterTypes.ParentNode): Element[] {
  const found: Element[] = [];
  const ahead: DefaultTreeAdapterTypes.ChildNode[] = [...tree.childNodes];
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (!('tagName' in node)) continue;
    found.push(node);
    ahead.push(...node.childNodes);
  }
  return found;
}

function expectOnly(allowed: Allowed, elements: readonly Element[], html: string, mayLinkHere: boolean): void {
  for (const { tagName, attrs } of elements) {
    expect(allowed, html).toHaveProperty(tagName);
    for (const { name, value } of attrs) {
      expect(allowed[tagName], html).toContain(name);
      if (name === 'href' || name === 'src')
        expect(isSafeUrl(value) || (mayLinkHere && isOwnUrl(value)), value).toBe(true);
      if (name === 'srcset') for (const one of value.split(', ')) expect(isSafeUrl(one.split(' ')[0] ?? '')).toBe(true);
    }
  }
}

/** What a browser would make of it holds nothing but what a body may be printed as, and loads nothing unsafe. */
export function expectHarmless(html: string): void {
  expectOnly(IN_A_BODY, elementsOf(parseFragment(html)), html, false);
}

/** The same of a piece of a page. */
export function expectHarmlessPiece(html: string): void {
  const elements = elementsOf(parseFragment(html));
  expectOnly(IN_A_PAGE, elements, html, true);
  expect(elements.map(({ tagName }) => tagName)).not.toContain('script');
}

/** The same of a whole page, whose only script is a file of ours beside a block of data. Answers that block's text. */
export function expectHarmlessPage(html: string): string {
  const elements = elementsOf(parse(html));
  expectOnly(IN_A_PAGE, elements, html, true);
  let data = '';
  for (const { attrs, childNodes, parentNode } of elements.filter(({ tagName }) => tagName === 'script')) {
    const attributes = Object.fromEntries(attrs.map(({ name, value }) => [name, value]));
    const text = childNodes.map((node) => ('value' in node ? node.value : '')).join('');
    if (attributes.type === 'application/json') {
      data = text;
    } else {
      expect(attributes, html).toEqual({ type: 'module', src: expect.stringMatching(/^\/assets\/[\w.-]+$/) });
      expect([text, parentNode?.nodeName], html).toEqual(['', 'head']);
    }
  }
  return data;
}

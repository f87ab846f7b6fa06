import { isSafeUrl } from '@slugline/client/protocol';
import { STYLES } from '@slugline/client/view';
import { type DefaultTreeAdapterTypes, parse, parseFragment } from 'parse5';
import { expect } from 'vitest';
import { THEME_STYLES } from '../../server/pages/builder/builder-document.js';

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

/** What any element around the bodies may have, since stories and the interface have languages of their own. */
const OF_A_LANGUAGE = ['lang', 'dir'];

/** All that `storyTree` may print around the bodies. */
const IN_A_STORY: Allowed = {
  ...IN_A_BODY,
  div: ['class', 'part', 'role', 'aria-label', 'aria-busy', 'aria-atomic'],
  header: ['class', 'part'],
  section: ['class', 'part', 'aria-label', 'aria-labelledby', 'data-key'],
  nav: ['class', 'aria-label'],
  aside: ['class', 'part', 'data-key'],
  article: ['class', 'part', 'data-key', 'tabindex', 'aria-posinset', 'aria-setsize', 'aria-labelledby'],
  footer: ['class', 'part'],
  h1: ['class', 'part'],
  h2: ['class', 'part', 'id'],
  h3: ['class', 'part', 'id'],
  h4: ['class', 'part', 'id'],
  h5: ['class', 'part', 'id'],
  h6: [],
  p: ['id', 'class', 'part', 'role', 'aria-live', 'data-key'],
  span: ['class', 'part', 'role', 'aria-label', 'aria-hidden', 'data-at'],
  time: ['datetime'],
  bdi: [],
  figure: ['class'],
  a: ['href', 'rel', 'class', 'part', 'title', 'data-action', 'data-entry'],
  button: [
    ...['type', 'class', 'part', 'title', 'aria-label', 'aria-pressed', 'aria-describedby', 'aria-haspopup'],
    ...['data-key', 'data-action', 'data-entry', 'data-tag', 'data-embed'],
  ],
  iframe: ['src', 'title', 'loading', 'referrerpolicy', 'sandbox', 'allow'],
};

/** All that a page may be made of around its story. */
const AROUND_A_STORY: Allowed = {
  html: [],
  head: [],
  body: [],
  meta: ['charset', 'name', 'property', 'content'],
  title: [],
  base: ['target'],
  link: ['rel', 'type', 'title', 'href'],
  script: ['type', 'src'],
  style: [],
  header: ['class', 'data-key'],
  nav: [],
  main: ['id', 'class', 'tabindex', 'data-keeping'],
  footer: ['class'],
  'live-story': [
    ...['slug', 'entry', 'order', 'hide', 'heading-level', 'limit', 'announce', 'keys', 'links', 'document-title'],
    ...['data-live', 'data-read-below'],
  ],
  template: ['shadowrootmode'],
  h1: ['class'],
  h2: ['class', 'id'],
  ul: ['class'],
  ol: ['class'],
  li: ['class', 'data-key'],
  a: ['hreflang', 'aria-current'],
  time: ['title'],
  img: ['class'],
  div: ['data-theme', 'data-when', 'data-state', 'id', 'aria-labelledby', 'tabindex'],
  section: ['id', 'popover'],
  p: ['data-when', 'hidden'],
  span: ['data-when'],
  small: [],
  svg: ['viewBox', 'width', 'height', 'aria-hidden', 'focusable'],
  path: ['d', 'fill', 'stroke', 'stroke-width', 'stroke-linecap', 'stroke-linejoin'],
  form: ['class', 'id', 'action', 'method', 'data-home'],
  fieldset: [],
  legend: [],
  label: ['class', 'for'],
  input: ['type', 'name', 'value', 'id', 'checked', 'form', 'min', 'max', 'required', 'role', 'data-topic'],
  select: ['id', 'name'],
  option: ['value', 'selected'],
  textarea: ['id', 'aria-label', 'readonly', 'rows', 'spellcheck', 'autocomplete'],
  button: ['data-copy', 'disabled', 'popovertarget', 'hidden'],
  details: [],
  summary: [],
};

const IN_A_PAGE: Allowed = Object.fromEntries(
  [...Object.keys(IN_A_STORY), ...Object.keys(AROUND_A_STORY)].map((tag) => [
    tag,
    [...(IN_A_STORY[tag] ?? []), ...(AROUND_A_STORY[tag] ?? [])],
  ]),
);

/** Where our own pages and files are. A second slash would begin the name of another host. */
const isOwnUrl = (url: string): boolean => /^(?:\/(?!\/)|#)/.test(url);

function elementsOf(tree: DefaultTreeAdapterTypes.ParentNode): Element[] {
  const found: Element[] = [];
  const ahead: DefaultTreeAdapterTypes.ChildNode[] = [...tree.childNodes];
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (!('tagName' in node)) continue;
    found.push(node);
    ahead.push(...('content' in node ? node.content : node).childNodes);
  }
  return found;
}

/** Attributes whose values could do harm, and what they may be. */
const CHECKED: Readonly<Record<string, (value: string, isLoadable: (url: string) => boolean) => boolean>> = {
  href: (value, isLoadable) => isLoadable(value),
  src: (value, isLoadable) => isLoadable(value),
  action: isOwnUrl,
  srcset: (value) => value.split(', ').every((one) => isSafeUrl(one.split(' ')[0] ?? '')),
  sandbox: (value) => !value.includes('top-navigation'),
};

/** Gathers what is wrong and looks at it once: there are a hundred thousand attributes in a run. */
function expectOnly(allowed: Allowed, elements: readonly Element[], html: string, mayLinkHere: boolean): void {
  const isLoadable = (url: string) => isSafeUrl(url) || (mayLinkHere && isOwnUrl(url));
  const wrong: string[] = [];
  for (const { tagName, attrs } of elements) {
    const own = Object.hasOwn(allowed, tagName) ? allowed[tagName] : undefined;
    if (own === undefined) wrong.push(`<${tagName}>`);
    for (const { name, value } of attrs) {
      const isAllowed = own?.includes(name) || (allowed !== IN_A_BODY && OF_A_LANGUAGE.includes(name));
      const isHarmless = (CHECKED[name] ?? (() => true))(value, isLoadable);
      if (!isAllowed || !isHarmless) wrong.push(`<${tagName} ${name}="${value}">`);
    }
  }
  expect(wrong, html).toEqual([]);
}

/** What a browser would make of it holds nothing but what a body may be printed as, and loads nothing unsafe. */
export function expectHarmless(html: string): void {
  expectOnly(IN_A_BODY, elementsOf(parseFragment(html)), html, false);
}

/** The same of a story without the page around it. */
export function expectHarmlessStory(html: string): void {
  expectOnly(IN_A_STORY, elementsOf(parseFragment(html)), html, true);
}

/**
 * The same of a whole page, whose only scripts are files of ours beside blocks of data, and whose only styles in place
 * are the element's and the themes it is shown with. Answers the text of the data that a script takes over.
 */
export function expectHarmlessPage(html: string): string {
  const elements = elementsOf(parse(html));
  expectOnly(IN_A_PAGE, elements, html, true);
  for (const style of elements.filter(({ tagName }) => tagName === 'style')) {
    expect([STYLES, THEME_STYLES]).toContain(textOf(style));
  }
  let data = '';
  for (const script of elements.filter(({ tagName }) => tagName === 'script')) {
    const { attrs, parentNode } = script;
    const attributes = Object.fromEntries(attrs.map(({ name, value }) => [name, value]));
    const text = textOf(script);
    if (attributes.type === 'application/json') {
      data = text;
    } else if (attributes.type === 'application/ld+json') {
      expect(JSON.parse(text), html).toHaveProperty('@context', 'https://schema.org');
    } else {
      expect(attributes, html).toEqual({ type: 'module', src: expect.stringMatching(/^\/assets\/[\w.-]+$/) });
      expect([text, parentNode?.nodeName], html).toEqual(['', 'head']);
    }
  }
  return data;
}

function textOf({ childNodes }: Element): string {
  return childNodes.map((node) => ('value' in node ? node.value : '')).join('');
}

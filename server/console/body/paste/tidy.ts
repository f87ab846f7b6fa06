import {
  adopt,
  attribute,
  type Element,
  elementsIn,
  hasClass,
  isElement,
  type Parent,
  rename,
  setAttribute,
  textIn,
} from './html-nodes.js';
import { GONE, readClass, readStyle } from './styles.js';
import { joinLists } from './word-lists.js';

/** What a clipboard held and no block can. */
export interface LeftOut {
  struckOut: number;
  /** Pictures that are in the document itself, or on the disk of who copied them: they have no address. */
  heldPictures: number;
}

/** As large as a sign in a line of text. */
const SIGN_PIXELS = 32;
const CREDIT = /credit|copyright|photographer|byline|source/i;

/**
 * Brings the HTML of a clipboard to elements that say what they are, in place: Word, Google Docs and pages of the web say
 * much of it with styles and classes, of which nothing is left then.
 */
export function tidy(tree: Parent): LeftOut {
  const left: LeftOut = { struckOut: 0, heldPictures: 0 };
  joinLists(tree);
  for (const element of elementsIn(tree)) joinLists(element);
  const inHeadings = new Set<Element>();
  for (const element of elementsIn(tree)) {
    readClass(element);
    const isInHeading = inHeadings.has(element);
    if (isInHeading || /^h[1-6]$/.test(element.tagName)) {
      for (const child of element.childNodes) if (isElement(child)) inHeadings.add(child);
    }
    readElement(element, left);
    const isStruckOut = readStyle(element, isInHeading);
    if (isStruckOut && textIn(element).trim() !== '') left.struckOut += 1;
  }
  return left;
}

function readElement(element: Element, left: LeftOut): void {
  switch (element.tagName) {
    case 'a':
      setAttribute(element, 'href', withoutDetour(attribute(element, 'href') ?? ''));
      return;
    case 'img':
      readImage(element, left);
      return;
    case 'td':
    case 'th':
      readCell(element);
      return;
    case 'figcaption':
      markCredit(element);
      return;
    case 'video':
    case 'audio':
    case 'embed':
    case 'object':
      readPlayer(element);
  }
}

/** Documents published by Google send their links through an address of its own. */
function withoutDetour(href: string): string {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  const isDetour = url?.hostname === 'www.google.com' && url.pathname === '/url';
  return (isDetour ? url.searchParams.get('q') : null) ?? href;
}

function readImage(image: Element, left: LeftOut): void {
  const altText = attribute(image, 'alt') ?? '';
  const width = Number(attribute(image, 'width') ?? Number.NaN);
  const isSign = width <= SIGN_PIXELS || hasClass(image, /emoji/i);
  if (isSign) {
    rename(image, 'span');
    adopt(image, [{ nodeName: '#text', value: altText, parentNode: null }]);
    return;
  }
  const own = attribute(image, 'src')?.trim() ?? '';
  // Pages that load a picture late hold its address elsewhere until then.
  const src = /^https?:/i.test(own) ? own : (attribute(image, 'data-src') ?? own);
  if (/^https?:/i.test(src)) {
    setAttribute(image, 'src', src);
    return;
  }
  left.heldPictures += 1;
  rename(image, GONE);
}

/** Word has a paragraph in each cell, which would part it from its row. */
function readCell(cell: Element): void {
  const [only, ...others] = cell.childNodes.filter(isElement);
  if (only?.tagName === 'p' && others.length === 0) rename(only, 'span');
}

/** Where a caption marks its credit by a class, as pages do. */
function markCredit(caption: Element): void {
  const within = elementsIn(caption);
  if (within.some(({ tagName }) => tagName === 'small')) return;
  const credit = within.find((element) => hasClass(element, CREDIT) && textIn(element).trim() !== '');
  if (credit !== undefined) rename(credit, 'small');
}

/** A player of the page's own is a frame around the file. */
function readPlayer(element: Element): void {
  const source = elementsIn(element).find(({ tagName }) => tagName === 'source' || tagName === 'embed');
  const src = [attribute(element, 'src'), attribute(element, 'data'), source && attribute(source, 'src')].find(
    (url) => url !== undefined && /^https?:/i.test(url),
  );
  if (src === undefined) return;
  setAttribute(element, 'src', src);
  rename(element, 'iframe');
}

import { adopt, around, attribute, type Element, hasClass, rename } from './html-nodes.js';

/** What a style of an element says, by property. */
export function styleOf(element: Element): ReadonlyMap<string, string> {
  const declarations = (attribute(element, 'style') ?? '').split(';').map((declaration): [string, string] => {
    const at = declaration.indexOf(':');
    return [
      declaration.slice(0, Math.max(at, 0)).trim().toLowerCase(),
      declaration
        .slice(at + 1)
        .trim()
        .toLowerCase(),
    ];
  });
  return new Map(declarations.filter(([property]) => property !== ''));
}

/** An element that goes with all that it holds. */
export const GONE = 'del';

const HEADING = /^h[1-6]$/;
const BOLD = /^(?:b|strong)$/;
const ITALIC = /^(?:i|em)$/;

/**
 * Says with elements what programs say with styles: bold, italic, struck out, not shown. Google Docs wraps all it copies
 * in a `b` that is not bold, so an element may say the contrary of its name, too.
 *
 * @returns whether it was taken out as struck out.
 */
export function readStyle(element: Element, isInHeading: boolean): boolean {
  const style = styleOf(element);
  const { tagName } = element;
  if (isHidden(style)) {
    rename(element, GONE);
    return false;
  }
  if (tagName === 'del' || tagName === 's' || tagName === 'strike' || isStruckOut(style)) {
    rename(element, GONE);
    return true;
  }
  const weight = style.get('font-weight');
  const slant = style.get('font-style');
  // A heading is as bold as the page makes it: its weight says nothing.
  const isPlain = isInHeading || HEADING.test(tagName) || isNormal(weight);
  if (BOLD.test(tagName)) {
    if (isPlain) rename(element, 'span');
  } else if (!isPlain && isBold(weight)) wrap(element, 'strong');
  if (ITALIC.test(tagName)) {
    if (slant === 'normal') rename(element, 'span');
  } else if (/^(?:italic|oblique)/.test(slant ?? '')) wrap(element, 'em');
  return false;
}

/** Word's names for what is a heading or a quote, and is a paragraph in its HTML. */
export function readClass(element: Element): void {
  if (element.tagName !== 'p') return;
  if (hasClass(element, /^Mso(?:Title|Subtitle)$/)) rename(element, hasClass(element, /^MsoTitle$/) ? 'h2' : 'h3');
  if (hasClass(element, /^Mso(?:Intense)?Quote$/)) rename(element, 'blockquote');
}

function isHidden(style: ReadonlyMap<string, string>): boolean {
  return (
    style.get('display') === 'none' ||
    style.get('mso-hide') === 'all' ||
    style.get('visibility') === 'hidden' ||
    /^comment-list|^footer|^header/.test(style.get('mso-element') ?? '')
  );
}

const isStruckOut = (style: ReadonlyMap<string, string>): boolean =>
  /line-through/.test(style.get('text-decoration') ?? style.get('text-decoration-line') ?? '');

const isNormal = (weight: string | undefined): boolean => weight === 'normal' || Number(weight) < 600;
const isBold = (weight: string | undefined): boolean =>
  weight === 'bold' || weight === 'bolder' || Number(weight) >= 600;

function wrap(element: Element, tagName: string): void {
  adopt(element, [around(tagName, element, element.childNodes)]);
}

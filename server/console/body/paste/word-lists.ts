import {
  adopt,
  around,
  attribute,
  type Child,
  type Element,
  hasClass,
  isElement,
  type Parent,
  textIn,
} from './html-nodes.js';
import { styleOf } from './styles.js';

/** How Word numbers: 1. a) (iv) and the like; all else is a bullet. */
const NUMBER = /^\(?(?:\d+|[a-z]|[ivxlc]+)[.)]/i;

/**
 * Word has no lists in its HTML: items are paragraphs with a style that names their list, and begin with a bullet or a
 * number that is marked as such. Its version in browsers makes a list of each item. Either way they come to lists.
 */
export function joinLists(parent: Parent): void {
  const joined: Child[] = [];
  let list: Element | undefined;
  for (const child of parent.childNodes) {
    const item = itemOf(child);
    if (item === undefined) {
      // White space and comments between items are between items.
      if (isElement(child) || ('value' in child && child.value.trim() !== '')) list = undefined;
      joined.push(child);
      continue;
    }
    if (list?.tagName === item.tagName) {
      adopt(list, [...list.childNodes, ...item.childNodes]);
    } else {
      list = item;
      joined.push(list);
    }
  }
  adopt(parent, joined);
}

/** A list of one, where this is an item by itself. */
function itemOf(node: Child): Element | undefined {
  if (!isElement(node)) return undefined;
  if (hasClass(node, /^ListContainerWrapper$/)) {
    return take(node)
      .filter(isElement)
      .find(({ tagName }) => tagName === 'ul' || tagName === 'ol');
  }
  const isItem = node.tagName === 'p' && /^l\d+ /.test(styleOf(node).get('mso-list') ?? '');
  if (!isItem) return undefined;
  const sign = takeSign(node);
  return around(NUMBER.test(sign) ? 'ol' : 'ul', node, [around('li', node, take(node))]);
}

/** Children, which go elsewhere. */
function take(element: Element): readonly Child[] {
  const { childNodes } = element;
  element.childNodes = [];
  return childNodes;
}

/** The bullet or number in front of an item, taken off it. */
function takeSign(item: Parent): string {
  for (const child of item.childNodes) {
    if (!isElement(child)) continue;
    const isSign = /mso-list:\s*ignore/i.test(attribute(child, 'style') ?? '');
    const sign = isSign ? textIn(child).trim() : takeSign(child);
    if (isSign)
      adopt(
        item,
        item.childNodes.filter((other) => other !== child),
      );
    if (isSign || sign !== '') return sign;
  }
  return '';
}

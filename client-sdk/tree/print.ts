import { escapeHtml } from './escape-html.js';
import type { Tree } from './tree.js';

/** Elements that have neither children nor an end. */
const VOID = new Set(['img', 'br', 'hr', 'link', 'meta', 'input', 'wbr', 'source']);

/** A tree as HTML, with every text and attribute escaped and nothing between the nodes that is not in the tree. */
export function print(tree: Tree): string {
  if (typeof tree === 'string') return escapeHtml(tree);
  const { tag, attributes, children, key } = tree;
  let text = `<${tag}`;
  for (const [name, value] of Object.entries(key === undefined ? attributes : { 'data-key': key, ...attributes })) {
    text += value === '' && name !== 'alt' ? ` ${name}` : ` ${name}="${escapeHtml(value)}"`;
  }
  return VOID.has(tag) ? `${text}>` : `${text}>${children.map(print).join('')}</${tag}>`;
}

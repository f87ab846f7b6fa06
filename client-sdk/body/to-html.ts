import type { Block } from '../protocol/index.js';
import { print } from '../tree/print.js';
import { flat } from '../tree/tree.js';
import { toTree } from './to-tree.js';

/** A body as HTML, with what `toTree` promises. */
export function toHtml(blocks: readonly Block[]): string {
  return flat(toTree(blocks)).map(print).join('');
}

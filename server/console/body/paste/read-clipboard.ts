import type { Block } from '@slugline/client/protocol';
import { bodyFromHtml } from '../../../story/body-from-html.js';
import { isLinkUrl } from '../../../story/readable-text.js';
import { TEXTS } from '../texts.js';
import { blocksOfText } from './blocks-of-text.js';
import { type LeftOut, tidy } from './tidy.js';

export interface ReadClipboard {
  readonly blocks: readonly Block[];
  /** What of it is in no block, as ends of sentences that begin with "the text". */
  readonly lost: readonly string[];
  /** The one address that it is, where it is no more than that. */
  readonly link?: string;
}

/**
 * What a clipboard holds as clean blocks. The HTML is read by the server's own reader, as data: no document is made of it
 * in which anything could load or run, and nothing of its styles and classes is in a block.
 */
export function readClipboard(html: string, text: string): ReadClipboard {
  const link = text.trim();
  if (isLinkUrl(link) && !link.includes('\n')) return { blocks: blocksOfText(link), lost: [], link };
  if (html.trim() === '') return { blocks: blocksOfText(text), lost: [] };
  let left: LeftOut = { struckOut: 0, heldPictures: 0 };
  const { blocks, problems } = bodyFromHtml(html, {
    isDraft: true,
    tidy: (tree) => {
      left = tidy(tree);
    },
  });
  const lost = [
    ...problems,
    ...(left.struckOut > 0 ? [TEXTS.struckOut] : []),
    ...(left.heldPictures > 0 ? [TEXTS.heldPicture(left.heldPictures)] : []),
  ];
  // Too much to be read as HTML, or nothing but what has no block: its words are still to be had.
  return blocks.length === 0 ? { blocks: blocksOfText(text), lost } : { blocks, lost };
}

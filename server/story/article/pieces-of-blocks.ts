import type { Block, Span } from '@slugline/client/protocol';
import type { Piece } from './article.js';
import { isLine } from './line.js';

/** A text whose headings and pictures were marked: Markdown or HTML, as blocks. */
export function piecesOfBlocks(blocks: readonly Block[]): readonly Piece[] {
  return blocks.map((block): Piece => {
    switch (block.type) {
      case 'heading':
        return { kind: 'heading', text: textOf(block.content), block };
      case 'picture':
        return { kind: 'picture', picture: block.picture };
      case 'paragraph': {
        const text = textOf(block.content);
        return { kind: isLine(text) ? 'line' : 'prose', text, block };
      }
      default:
        return { kind: 'other', block };
    }
  });
}

function textOf(content: readonly Span[]): string {
  return content
    .map(({ text }) => text)
    .join('')
    .replace(/\s+/gu, ' ')
    .trim();
}

import type { Block, PictureBlock, QuoteBlock, Span } from '../protocol/index.js';

/**
 * A body as plain text for feeds, alerts and terminals: blocks parted by an empty line, lists with `-` or numbers,
 * a quote with who said it, a picture as its caption (else what it shows) with its credit. Not escaped for anything.
 * Blocks of a type that this version does not know are left out.
 */
export function toText(blocks: readonly Block[]): string {
  return blocks
    .map(blockText)
    .filter((text) => text !== '')
    .join('\n\n');
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return spansText(block.content);
    case 'list':
      return block.items.map((item, index) => `${block.ordered ? `${index + 1}.` : '-'} ${spansText(item)}`).join('\n');
    case 'quote':
      return quoteText(block);
    case 'picture':
      return pictureText(block);
    case 'embed':
      return `${block.title ?? block.provider}: ${block.url}`;
    default:
      return '';
  }
}

function quoteText({ content, speaker, speakerRole, source }: QuoteBlock): string {
  const who = [speaker, speakerRole].filter((text) => text !== undefined).join(', ');
  const via = source === undefined ? '' : `(${source})`;
  const attribution = [who, via].filter((text) => text !== '').join(' ');
  return attribution === '' ? spansText(content) : `${spansText(content)}\n— ${attribution}`;
}

function pictureText({ picture }: PictureBlock): string {
  return `${picture.caption ?? picture.altText} (${picture.creditLine})`;
}

function spansText(spans: readonly Span[]): string {
  return spans.map(({ text }) => text).join('');
}

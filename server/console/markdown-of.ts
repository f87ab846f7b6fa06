import type { Block, Picture, Span } from '@slugline/client/protocol';
import type { DraftBody } from './entry-draft.js';

/** A body as the Markdown that the server makes the same body of: for who edits it in a plain field. */
export function markdownOf(body: DraftBody): string {
  return 'markdown' in body ? body.markdown : body.blocks.map(blockText).join('\n\n');
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return spansText(block.content);
    case 'heading':
      return `${'#'.repeat(block.level)} ${spansText(block.content)}`;
    case 'list':
      return block.items.map((item, at) => `${block.ordered ? `${at + 1}.` : '-'} ${spansText(item)}`).join('\n');
    case 'quote': {
      const who = [block.speaker, block.speakerRole].filter(Boolean).join(', ');
      const by = [who, block.source === undefined ? '' : `(${block.source})`].filter(Boolean).join(' ');
      const lines = [...spansText(block.content).split('\n'), ...(by === '' ? [] : [`— ${by}`])];
      return lines.map((line) => `> ${line}`).join('\n');
    }
    case 'picture':
      return pictureText(block.picture);
    case 'embed':
      return block.url;
    default:
      return '';
  }
}

function pictureText({ url, altText, creditLine }: Picture): string {
  return `![${altText.replace(/[[\]\\]/g, '\\$&')}](${url} "${creditLine.replace(/["\\]/g, '\\$&')}")`;
}

const MARKS = { strong: '**', emphasis: '*', code: '`' } as const;

function spansText(spans: readonly Span[]): string {
  return spans.map(spanText).join('');
}

function spanText({ text, marks = [], href }: Span): string {
  // Spaces stand outside the marks, or they are none.
  const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  if (words === '') return text;
  const isCode = marks.includes('code');
  const around = marks.map((mark) => MARKS[mark]);
  const inner = isCode ? words : words.replace(/[\\`*_[\]<>]/g, '\\$&');
  const marked = [...around, inner, ...around.toReversed()].join('');
  return `${before}${href === undefined ? marked : `[${marked}](${href})`}${after}`;
}

import MarkdownIt, { type Token } from 'markdown-it';
import type { ParsedBody } from './body-builder.js';
import { bodyFromHtml } from './body-from-html.js';

/**
 * CommonMark and tables, with `html` on so that HTML is told from text and treated as HTML. Nesting beyond 40 is
 * past any text; the bound keeps hostile input from costing more than its length.
 *
 * markdown-it and not micromark: 16 KB of headings underlined with `=` took that 3.7 s of the one thread that all
 * readers share; 256 KB of the same take this 0.3 s.
 */
const markdown = new MarkdownIt('commonmark', { html: true, maxNesting: 40 }).enable('table');
const { escapeHtml } = markdown.utils;

// Which links may stand is decided where blocks are built, for Markdown and HTML alike.
markdown.validateLink = () => true;

// A title is the picture's credit here. No description means that one is missing: Markdown knows no decoration.
markdown.renderer.rules.image = (tokens, at, options, env, renderer) => {
  const token = tokens[at];
  const altText = renderer.renderInlineAsText(token?.children ?? [], options, env);
  const written = [
    ['src', token?.attrGet('src')],
    ['data-credit', token?.attrGet('title')],
    ['alt', altText === '' ? null : altText],
  ] as const;
  return `<img${written.map(([name, value]) => (value == null ? '' : ` ${name}="${escapeHtml(String(value))}"`)).join('')}>`;
};

// In a quote, a wrapped line that says who spoke ("— Ada Lund, harbour master") is a line of its own.
markdown.core.ruler.push('attribution', ({ tokens }) => {
  let quotes = 0;
  for (const token of tokens) {
    if (token.type === 'blockquote_open') quotes += 1;
    if (token.type === 'blockquote_close') quotes -= 1;
    if (quotes > 0) breakBeforeDash(token.children ?? []);
  }
});

function breakBeforeDash(inline: readonly Token[]): void {
  for (const [at, token] of inline.entries()) {
    const next = inline[at + 1]?.content ?? '';
    if (token.type === 'softbreak' && /^(?:—|–|―|--)/.test(next)) token.type = 'hardbreak';
  }
}

/**
 * Blocks of a Markdown text. It goes by way of HTML, so that one reader decides what becomes a block and what is
 * dropped. A picture is `![what it shows](URL "credit")`; a quote's last line may name its speaker.
 */
export function bodyFromMarkdown(text: string): ParsedBody {
  return bodyFromHtml(markdown.render(text));
}

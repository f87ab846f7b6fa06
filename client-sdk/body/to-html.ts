import { type Block, isSafeUrl, type Mark, type Picture, type QuoteBlock, type Span } from '../protocol/index.js';
import { escapeHtml } from './escape-html.js';

const TAGS: readonly (readonly [Mark, string])[] = [
  ['code', 'code'],
  ['emphasis', 'em'],
  ['strong', 'strong'],
];

/**
 * A body as HTML: no classes, no ids, no scripts, nothing that loads but the pictures' own URLs.
 *
 * Safe for blocks from anywhere: every text is escaped, and every URL is checked again, so that not even a hostile
 * server could reach the page. A link that is not safe becomes its text; a picture or embed without a safe URL, and
 * a block of a type that this version does not know, is left out.
 */
export function toHtml(blocks: readonly Block[]): string {
  return blocks.map(blockHtml).join('');
}

function blockHtml(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return `<p>${spansHtml(block.content)}</p>`;
    case 'heading': {
      const level = block.level === 3 || block.level === 4 ? block.level : 2;
      return `<h${level}>${spansHtml(block.content)}</h${level}>`;
    }
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul';
      return `<${tag}>${block.items.map((item) => `<li>${spansHtml(item)}</li>`).join('')}</${tag}>`;
    }
    case 'quote':
      return `<blockquote><p>${spansHtml(block.content)}</p>${attributionHtml(block)}</blockquote>`;
    case 'picture':
      return pictureHtml(block.picture);
    case 'embed':
      if (!isSafeUrl(block.url)) return '';
      return `<p>${linkHtml(block.url, escapeHtml(block.title ?? block.provider))}</p>`;
    default:
      return '';
  }
}

function attributionHtml({ speaker, speakerRole, source }: QuoteBlock): string {
  const who = [speaker, speakerRole].filter((text) => text !== undefined).join(', ');
  const parts = [
    who === '' ? '' : `— ${escapeHtml(who)}`,
    source === undefined ? '' : `<cite>${escapeHtml(source)}</cite>`,
  ];
  const text = parts.filter((part) => part !== '').join(' ');
  return text === '' ? '' : `<footer>${text}</footer>`;
}

function pictureHtml({ url, width, height, caption, creditLine, altText, renditions = [] }: Picture): string {
  if (!isLoadable(url)) return '';
  // A comma at the end of a URL would end its place in the list.
  const srcset = renditions
    .filter((rendition) => isLoadable(rendition.url))
    .map((rendition) => `${rendition.url.replaceAll(',', '%2C')} ${Number(rendition.width)}w`)
    .join(', ');
  const attributes = [
    ['src', url],
    ['srcset', srcset],
    ['alt', altText],
    ['width', width],
    ['height', height],
  ] as const;
  const image = attributes
    .filter(([name, value]) => value !== undefined && (value !== '' || name === 'alt'))
    .map(([name, value]) => ` ${name}="${escapeHtml(String(value))}"`)
    .join('');
  const words = caption === undefined ? '' : `${escapeHtml(caption)} `;
  return `<figure><img${image} loading="lazy" decoding="async"><figcaption>${words}<small>${escapeHtml(creditLine)}</small></figcaption></figure>`;
}

function spansHtml(spans: readonly Span[]): string {
  return spans.map(spanHtml).join('');
}

function spanHtml({ text, marks = [], href }: Span): string {
  let html = escapeHtml(text).replaceAll('\n', '<br>');
  for (const [mark, tag] of TAGS) {
    if (marks.includes(mark)) html = `<${tag}>${html}</${tag}>`;
  }
  return href !== undefined && isSafeUrl(href) ? linkHtml(href, html) : html;
}

function linkHtml(href: string, html: string): string {
  return `<a href="${escapeHtml(href)}" rel="noopener noreferrer">${html}</a>`;
}

function isLoadable(url: string): boolean {
  return isSafeUrl(url) && !/^mailto:/i.test(url);
}

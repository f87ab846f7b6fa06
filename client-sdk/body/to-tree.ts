import {
  type Block,
  type EmbedBlock,
  type HeadingBlock,
  isSafeUrl,
  type Mark,
  type Picture,
  type QuoteBlock,
  type Span,
} from '../protocol/index.js';
import { type Child, h, type Tree } from '../tree/tree.js';

const TAGS: readonly (readonly [Mark, string])[] = [
  ['code', 'code'],
  ['emphasis', 'em'],
  ['strong', 'strong'],
];

export interface TreeOptions {
  /** What stands for third-party material (default a link to it). Its URL is safe. */
  readonly embed?: (block: EmbedBlock) => Tree;
  /**
   * Level of the highest heading, one below what stands above the body. Then none is more than one level below the
   * heading before it, whatever the desk chose them for: who listens to a page finds the way by them. Default: as sent.
   */
  readonly headingLevel?: number;
}

/**
 * A body as a tree: no classes, no ids, no scripts, nothing that loads but the pictures' own URLs.
 *
 * Safe for blocks from anywhere: texts stay texts, and every URL is checked again, so that not even a hostile server
 * could reach the page. A link that is not safe becomes its text; a picture or embed without a safe URL, and a block of
 * a type that this version does not know, is left out.
 */
export function toTree(
  blocks: readonly Block[],
  { embed = embedLink, headingLevel }: TreeOptions = {},
): readonly Child[] {
  let above = (headingLevel ?? 2) - 1;
  return blocks.map((block) => {
    if (block.type !== 'heading') return blockTree(block, embed);
    const rank = block.level === 3 || block.level === 4 ? block.level : 2;
    if (headingLevel === undefined) above = rank;
    else above = Math.min(headingLevel + rank - 2, above + 1, 6);
    return h(`h${above}`, {}, block.content.map(spanTree));
  });
}

/** A picture with its caption and credit; nothing where its URL is not safe. */
export function pictureTree({ url, width, height, caption, creditLine, altText, renditions = [] }: Picture): Child {
  if (!isLoadable(url)) return undefined;
  // A comma at the end of a URL would end its place in the list.
  const srcset = renditions
    .filter((rendition) => isLoadable(rendition.url))
    .map((rendition) => `${rendition.url.replaceAll(',', '%2C')} ${Number(rendition.width)}w`)
    .join(', ');
  const image = h('img', {
    src: url,
    srcset: srcset === '' ? undefined : srcset,
    alt: altText,
    width,
    height,
    loading: 'lazy',
    decoding: 'async',
  });
  const words = caption !== undefined && `${caption} `;
  return h('figure', {}, image, h('figcaption', {}, words, h('small', {}, creditLine)));
}

function blockTree(block: Exclude<Block, HeadingBlock>, embed: (block: EmbedBlock) => Tree): Child {
  switch (block.type) {
    case 'paragraph':
      return h('p', {}, block.content.map(spanTree));
    case 'list':
      return h(
        block.ordered ? 'ol' : 'ul',
        {},
        block.items.map((item) => h('li', {}, item.map(spanTree))),
      );
    case 'quote':
      return h('blockquote', {}, h('p', {}, block.content.map(spanTree)), attribution(block));
    case 'picture':
      return pictureTree(block.picture);
    case 'embed':
      return isSafeUrl(block.url) && embed(block);
    default:
      return undefined;
  }
}

function attribution({ speaker, speakerRole, source }: QuoteBlock): Child {
  const who = [speaker, speakerRole].filter((text) => text !== undefined).join(', ');
  if (who === '' && source === undefined) return undefined;
  const dash = who !== '' && `— ${who}`;
  return h('footer', {}, dash, dash && source !== undefined && ' ', source !== undefined && h('cite', {}, source));
}

function embedLink({ url, title, provider }: EmbedBlock): Tree {
  return h('p', {}, linkTree(url, title ?? provider));
}

function spanTree({ text, marks = [], href }: Span): Child {
  let tree: Child = text.split('\n').flatMap((line, at) => (at === 0 ? line : [h('br'), line]));
  for (const [mark, tag] of TAGS) {
    if (marks.includes(mark)) tree = h(tag, {}, tree);
  }
  return href !== undefined && isSafeUrl(href) ? linkTree(href, tree) : tree;
}

/** A link to elsewhere: its URL is to be safe. */
export function linkTree(href: string, ...children: readonly Child[]): Tree {
  return h('a', { href, rel: 'noopener noreferrer' }, ...children);
}

function isLoadable(url: string): boolean {
  return isSafeUrl(url) && !/^mailto:/i.test(url);
}

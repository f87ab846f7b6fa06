/**
 * An entry's text as typed blocks. The vocabulary is closed and no HTML ever crosses the wire: a renderer builds
 * its own nodes and escapes text, so there is nothing to inject. Only URLs need a check (see `isSafeUrl`).
 */
export type Block = ParagraphBlock | HeadingBlock | ListBlock | QuoteBlock | PictureBlock | EmbedBlock;

export type Mark = 'strong' | 'emphasis' | 'code';

/** A run of text with the same marks and the same link. `text` is plain: escape it when rendering to HTML. */
export interface Span {
  readonly text: string;
  readonly marks?: readonly Mark[];
  /** Absolute `http:`, `https:` or `mailto:` URL. */
  readonly href?: string;
}

export interface ParagraphBlock {
  readonly type: 'paragraph';
  readonly content: readonly Span[];
}

/** A sub-heading inside an entry. Level 2 is the highest: the entry's own headline stands above it. */
export interface HeadingBlock {
  readonly type: 'heading';
  readonly level: 2 | 3 | 4;
  readonly content: readonly Span[];
}

export interface ListBlock {
  readonly type: 'list';
  readonly ordered: boolean;
  readonly items: readonly (readonly Span[])[];
}

export interface QuoteBlock {
  readonly type: 'quote';
  readonly content: readonly Span[];
  readonly speaker?: string;
  readonly speakerRole?: string;
  /** Who carried the quote ("reports Efe"). */
  readonly source?: string;
}

export interface PictureBlock {
  readonly type: 'picture';
  readonly picture: Picture;
}

/** Third-party material. Renderers show a link or a click-to-load frame; nothing is loaded unasked. */
export interface EmbedBlock {
  readonly type: 'embed';
  readonly url: string;
  readonly provider: string;
  readonly title?: string;
}

export interface Picture {
  readonly url: string;
  /** Pixels; with `height` lets a page reserve the space before the picture arrives. */
  readonly width?: number;
  readonly height?: number;
  readonly caption?: string;
  /** Who to credit, as it is to be printed ("Ada Lund/Norrvik Post"). Required by every agency contract. */
  readonly creditLine: string;
  /** What the picture shows, for those who cannot see it. */
  readonly altText: string;
  readonly renditions?: readonly Rendition[];
}

export interface Rendition {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

const SAFE_URL = /^(?:https?:\/\/[^\s/?#]|mailto:[^\s])/i;

/**
 * Whether a URL may stand in an `href` or `src`: absolute `http:`, `https:` or `mailto:`, free of white space and
 * control characters (which browsers strip, turning `java\nscript:` back into a scheme).
 */
export function isSafeUrl(url: string): boolean {
  return SAFE_URL.test(url) && !hasControlOrSpace(url);
}

function hasControlOrSpace(url: string): boolean {
  for (let at = 0; at < url.length; at += 1) {
    const code = url.charCodeAt(at);
    if (code <= 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}

import type { Block } from '@slugline/client/protocol';

/** An article as it stands on a page, taken apart into what a story is made of. Nothing of it was checked against a limit. */
export interface Article {
  readonly kicker?: string;
  readonly headline: string;
  readonly standfirst?: string;
  readonly picture?: ArticlePicture;
  /** What stands before the first sub-heading; may be empty. */
  readonly lead: readonly Block[];
  /** In the order of the page. */
  readonly parts: readonly ArticlePart[];
}

/** Text tells of a picture and has none: whatever it does not say is absent. */
export interface ArticlePicture {
  readonly url?: string;
  readonly caption?: string;
  readonly creditLine?: string;
  readonly altText?: string;
  readonly width?: number;
  readonly height?: number;
}

/** What stands below one sub-heading. */
export interface ArticlePart {
  readonly headline: string;
  readonly body: readonly Block[];
}

/**
 * What an article is read as before it is known what belongs where. A `line` is short and no sentence, as headlines,
 * kickers and sub-headings are; `prose` is what one reads; a `heading` was marked as one.
 */
export type Piece =
  | { readonly kind: 'line' | 'prose' | 'heading'; readonly text: string; readonly block: Block }
  | { readonly kind: 'picture'; readonly picture: ArticlePicture }
  | { readonly kind: 'other'; readonly block: Block };

import { isSlug, LIMITS } from '@slugline/client/protocol';
import type { Article, ArticlePicture } from '../story/article/article.js';
import { piecesOfBlocks } from '../story/article/pieces-of-blocks.js';
import { piecesOfText } from '../story/article/pieces-of-text.js';
import { splitArticle } from '../story/article/split-article.js';
import type { ParsedBody } from '../story/body-builder.js';
import { bodyFromHtml } from '../story/body-from-html.js';
import { bodyFromMarkdown } from '../story/body-from-markdown.js';
import { slugWords } from '../story/slug-words.js';
import { CommandError, UsageError } from './failure-line.js';
import { readStoryFile, type StoryFile } from './story-file.js';

export const ARTICLE_FORMATS = ['text', 'markdown', 'html'] as const;
export type ArticleFormat = (typeof ARTICLE_FORMATS)[number];

/** What is said beside an article, in place of what it says itself or leaves out. */
export interface BesideArticle {
  readonly slug: string | undefined;
  readonly language: string;
  readonly picture: ArticlePicture;
}

/** @throws CommandError where the text has no headline, or holds what may not be left out in silence. */
export function readArticle(text: string, format: ArticleFormat): Article {
  const article = splitArticle(piecesOf(text, format));
  if (article === undefined) {
    throw new CommandError('There is no headline: an article begins with one, above its text.');
  }
  return article;
}

function piecesOf(text: string, format: ArticleFormat) {
  if (format === 'text') return piecesOfText(text);
  const { blocks, problems }: ParsedBody = format === 'html' ? bodyFromHtml(text) : bodyFromMarkdown(text);
  const [problem] = problems;
  if (problem !== undefined) throw new CommandError(`The article ${problem}.`);
  return piecesOfBlocks(blocks);
}

/**
 * The article as a story to be played: its parts from the last to the first and its lead after them, so that the newest
 * entry is the one that stands first in the article.
 *
 * @throws CommandError where something of it is more than a story can have.
 */
export function storyFileOf(article: Article, beside: BesideArticle): StoryFile {
  const { kicker, headline, standfirst, lead, parts } = article;
  const picture = wholePicture({ ...article.picture, ...beside.picture });
  const story = {
    slug: beside.slug ?? slugOf(headline),
    language: beside.language,
    headline,
    ...(kicker === undefined ? {} : { kicker }),
    ...(standfirst === undefined ? {} : { standfirst }),
    ...(picture === undefined ? {} : { picture }),
  };
  const entries = [...parts.toReversed(), ...(lead.length === 0 ? [] : [{ body: lead }])];
  return readStoryFile({ story, updates: entries.map((entry) => ({ at: 0, do: 'publish', entry })) });
}

/** `undefined` where the article only tells of a picture. */
function wholePicture(picture: ArticlePicture): ArticlePicture | undefined {
  if (picture.url === undefined) return undefined;
  if (picture.altText === undefined)
    throw new UsageError('The picture needs a description for who cannot see it: --alt.');
  if (picture.creditLine === undefined) throw new UsageError('The picture needs a credit: --credit.');
  return picture;
}

/** A name for a story, made of its headline: what is no Latin letter or digit parts words, and whole words are kept. */
function slugOf(headline: string): string {
  let slug = '';
  for (const word of slugWords(headline)) {
    const longer = slug === '' ? word : `${slug}-${word}`;
    if (longer.length > LIMITS.slug) break;
    slug = longer;
  }
  if (isSlug(slug)) return slug;
  throw new UsageError('The headline has no Latin letters to name the story by: give a name with --story <slug>.');
}

import type { Block, Picture } from '@slugline/client/protocol';
import type { Article, ArticlePart, ArticlePicture, Piece } from './article.js';

/** What pages print above an article and no reader of it needs: when it was changed, and that it is live. */
const MARK =
  /^(?:updated|last updated|published|live|breaking|actualizado|publicado|en directo|aktualisiert|mis à jour|publié|en direct|оновлено|наживо|مباشر|محدث|آخر تحديث)(?:$|[\s:,.–—-].{0,60}$)/iu;
/** Words and characters of a kicker that no other line tells from a headline. */
const KICKER_WORDS = 3;
const KICKER_MOST = 30;

type Words = Extract<Piece, { text: string }>;

/**
 * Takes an article apart: kicker, headline, standfirst and picture at its top, the lead, and a part for each
 * sub-heading. Where headings were marked, they alone are such; else it is what is short, is no sentence and has a text
 * below it.
 *
 * @returns `undefined` where nothing could be its headline.
 */
export function splitArticle(pieces: readonly Piece[]): Article | undefined {
  const bodyFrom = endOfTop(pieces);
  const top = readTop(pieces.slice(0, bodyFrom));
  if (top === undefined) return undefined;
  const { left, ...head } = top;
  return { ...head, ...readBody([...left, ...pieces.slice(bodyFrom)]) };
}

/** The top ends where one begins to read; before a picture there may be a standfirst that is a sentence. */
function endOfTop(pieces: readonly Piece[]): number {
  const firstText = pieces.findIndex(({ kind }) => kind === 'prose' || kind === 'other');
  if (firstText < 0) return pieces.length;
  const afterText = pieces[firstText]?.kind === 'prose' ? firstText + 1 : firstText;
  return pieces[afterText]?.kind === 'picture' && !hasPicture(pieces.slice(0, firstText)) ? afterText + 1 : firstText;
}

interface Top extends Pick<Article, 'kicker' | 'headline' | 'standfirst' | 'picture'> {
  /** What has no place at the top, and goes before the text. */
  readonly left: readonly Piece[];
}

function readTop(pieces: readonly Piece[]): Top | undefined {
  const words = withoutRepeats(pieces.filter((piece): piece is Words => 'text' in piece && !MARK.test(piece.text)));
  const at = headlineAt(words);
  const headline = words[at];
  if (headline === undefined) return undefined;
  const kicker = words[at - 1];
  const standfirst = words[at + 1];
  const pictures = pieces.filter((piece) => piece.kind === 'picture');
  const [picture] = pictures;
  return {
    ...(kicker === undefined ? {} : { kicker: kicker.text }),
    headline: headline.text,
    ...(standfirst === undefined ? {} : { standfirst: standfirst.text }),
    ...(picture === undefined ? {} : { picture: picture.picture }),
    left: [...words.slice(0, Math.max(0, at - 1)), ...words.slice(at + 2), ...pictures.slice(1)],
  };
}

/** The first heading, where headings were marked. Else the first line, or the second where the first is a kicker. */
function headlineAt(words: readonly Words[]): number {
  const marked = words.findIndex(({ kind }) => kind === 'heading');
  if (marked >= 0) return marked;
  const [first, second, third] = words;
  if (first === undefined || second?.kind !== 'line') return 0;
  const isShort = first.text.split(' ').length <= KICKER_WORDS && first.text.length <= KICKER_MOST;
  return isShort && (third !== undefined || first.text.length < second.text.length / 2) ? 1 : 0;
}

/** Pages print a name for eyes and once more for machines; copied, it comes twice. */
function withoutRepeats(words: readonly Words[]): readonly Words[] {
  return words.filter(({ text }, at) => text.toLowerCase() !== words[at - 1]?.text.toLowerCase());
}

function readBody(pieces: readonly Piece[]): Pick<Article, 'lead' | 'parts'> {
  const areMarked = pieces.some(({ kind }) => kind === 'heading');
  const lead: Block[] = [];
  const parts: (ArticlePart & { readonly body: Block[] })[] = [];
  for (const [at, piece] of pieces.entries()) {
    const next = pieces[at + 1]?.kind;
    const isHeading = areMarked
      ? piece.kind === 'heading'
      : piece.kind === 'line' && next !== undefined && next !== 'line';
    if (isHeading && 'text' in piece) parts.push({ headline: piece.text, body: [] });
    else (parts.at(-1)?.body ?? lead).push(...blocksOf(piece));
  }
  return { lead, parts };
}

/** A picture within the text stays where it is if it is one, and is left as its caption if the text only tells of it. */
function blocksOf(piece: Piece): readonly Block[] {
  if (piece.kind !== 'picture') return [piece.block];
  const { picture } = piece;
  if (isWhole(picture)) return [{ type: 'picture', picture }];
  const text = [picture.caption, picture.creditLine].filter(Boolean).join(' / ');
  return text === '' ? [] : [{ type: 'paragraph', content: [{ text, marks: ['emphasis'] }] }];
}

function isWhole(picture: ArticlePicture): picture is Picture {
  return picture.url !== undefined && picture.creditLine !== undefined && picture.altText !== undefined;
}

const hasPicture = (pieces: readonly Piece[]): boolean => pieces.some(({ kind }) => kind === 'picture');

import type { ArticlePicture, Piece } from './article.js';
import { isLine, LINE_MOST } from './line.js';

/** Characters of lines that stand one below the other and are not one text that was wrapped. */
const UNWRAPPED_MOST = 40;

/** "Photo: Ada Lund/Norrvik Post" at the end of a caption, in the languages of the interface. */
const NAMED_CREDIT =
  /\s*[([]?(?:photo(?:graph)?|picture|image|foto|bild|fotografía|imagen|фото|صورة|تصوير)(?: by)?\s*[:/–—-]\s*([^()[\]]{2,80})[)\]]?\.?$/iu;

/** A plain text, as it is copied from a page: pieces are apart by an empty line. */
export function piecesOfText(text: string): readonly Piece[] {
  return text
    .split(/\r?\n(?:[^\S\n]*\r?\n)+/)
    .map((chunk) => chunk.split(/\r?\n/).map(collapsed).filter(Boolean))
    .flatMap(piecesOfChunk);
}

function piecesOfChunk(lines: readonly string[]): readonly Piece[] {
  const [first = '', second] = lines;
  if (first === '') return [];
  if (lines.length === 2 && second !== undefined && second.length > first.length && second.startsWith(first)) {
    const creditLine = second.slice(first.length).replace(/^[\s.,;|/(–—-]+|[\s).]+$/gu, '');
    if (creditLine !== '' && creditLine.length <= LINE_MOST) return [pictureOf({ caption: first, creditLine })];
  }
  if (lines.length > 1 && lines.every((one) => one.length <= UNWRAPPED_MOST && isLine(one))) return lines.map(pieceOf);
  const whole = lines.join(' ');
  const creditLine = NAMED_CREDIT.exec(whole)?.[1]?.trim();
  if (creditLine === undefined) return [pieceOf(whole)];
  return [pictureOf({ caption: whole.replace(NAMED_CREDIT, ''), creditLine })];
}

function pieceOf(text: string): Piece {
  return { kind: isLine(text) ? 'line' : 'prose', text, block: { type: 'paragraph', content: [{ text }] } };
}

function pictureOf(picture: ArticlePicture): Piece {
  return { kind: 'picture', picture };
}

/** Also without the marks that text brings along unseen: byte order, zero width, soft hyphen. */
function collapsed(text: string): string {
  return text
    .replace(/[\u00ad\u200b\u2060\ufeff]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

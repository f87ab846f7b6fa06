import type { Block, Byline, FieldError, Picture, Source } from '@slugline/client/protocol';
import { LIMITS } from '@slugline/client/protocol';
import { bodyFromHtml } from '../body-from-html.js';
import { invalidInput } from '../input-errors.js';
import { isResourceUrl, readable } from '../readable-text.js';

/*
 * What the formats of wires have in common. A wire is written for many, so what is more than we keep is left away, and
 * refused only where that would change what is said.
 */

/** Text on one line; `undefined` where there is none. */
export function lineOf(text: string | undefined): string | undefined {
  const line = readable(text ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  return line === '' ? undefined : line;
}

/** The same, cut to what a field may hold, with a sign that it was cut. For words that the news does not hang on. */
export function clipped(text: string | undefined, most: number): string | undefined {
  const line = lineOf(text);
  if (line === undefined || line.length <= most) return line;
  // Not in the middle of a surrogate pair.
  const kept = line.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept.trimEnd()}…`;
}

/** Each of them once, without those that are too long, and no more than a list may hold. */
export function namesFrom(names: readonly (string | undefined)[], longest: number, most: number): string[] {
  const lines = names.flatMap((name) => lineOf(name) ?? []).filter((name) => name.length <= longest);
  return [...new Set(lines)].slice(0, most);
}

export function bylinesFrom(names: readonly (string | undefined)[]): Byline[] {
  return namesFrom(names, LIMITS.name, LIMITS.bylines).map((name) => ({ name }));
}

const ROLES: readonly string[] = ['agency', 'official', 'media', 'witness', 'social', 'own'] satisfies Source['role'][];
const isRole = (role: string | undefined): role is Source['role'] => role !== undefined && ROLES.includes(role);

/** Who a wire names as its source is an agency, unless it says else in our words. */
export function sourcesFrom(
  parties: readonly { readonly name?: string | undefined; readonly role?: string | undefined }[],
): Source[] {
  const sources = new Map<string, Source>();
  for (const { name: sent, role } of parties) {
    const name = clipped(sent, LIMITS.name);
    if (name !== undefined && !sources.has(name)) sources.set(name, { name, role: isRole(role) ? role : 'agency' });
  }
  return [...sources.values()].slice(0, LIMITS.sources);
}

interface FoundBody {
  readonly blocks: readonly Block[];
  readonly leftOut: readonly FieldError[];
}

/** @throws Failure `invalid_input` for a text longer than any body. */
export function bodyFrom(source: string, isHtml: boolean, field: string): FoundBody {
  if (source.length > LIMITS.bodySource) {
    throw invalidInput([{ field, message: `must be at most ${LIMITS.bodySource} characters` }]);
  }
  if (!isHtml) return { blocks: paragraphs(source), leftOut: [] };
  const { blocks, problems } = bodyFromHtml(source);
  return { blocks, leftOut: problems.map((message) => ({ field, message })) };
}

/** Paragraphs are parted by empty lines, or where there are none by the end of each line. */
function paragraphs(source: string): Block[] {
  const lines = readable(source.replace(/\r\n?/g, '\n'));
  return lines
    .split(/\n[ \t]*\n/.test(lines.trim()) ? /\n[ \t]*\n/ : '\n')
    .flatMap((paragraph) => lineOf(paragraph) ?? [])
    .map((text) => ({ type: 'paragraph', content: [{ text }] }));
}

interface WirePicture {
  readonly url: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly caption?: string | undefined;
  readonly creditLine: string | undefined;
  readonly altText: string | undefined;
}

/** A picture as it may be shown, or what it lacks. */
export function pictureFrom(found: WirePicture, field: string): Picture | FieldError {
  const url = found.url?.trim() ?? '';
  if (!isResourceUrl(url)) return { field, message: 'is a picture without an absolute http: or https: URL' };
  const altText = clipped(found.altText, LIMITS.altText);
  const creditLine = clipped(found.creditLine, LIMITS.name);
  const caption = clipped(found.caption, LIMITS.caption);
  if (altText === undefined)
    return { field, message: 'is a picture without a description for those who cannot see it' };
  if (creditLine === undefined) return { field, message: 'is a picture without a credit' };
  const width = pixels(found.width);
  const height = pixels(found.height);
  return {
    url,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(caption !== undefined && { caption }),
    creditLine,
    altText,
  };
}

export const isPicture = (made: Picture | FieldError): made is Picture => 'url' in made;

function pixels(count: number | undefined): number | undefined {
  return count !== undefined && Number.isInteger(count) && count >= 1 && count <= 65_535 ? count : undefined;
}

/** The text with its pictures in front, but for those that it shows itself. */
export function withPictures(blocks: readonly Block[], pictures: readonly Picture[]): readonly Block[] {
  const shown = new Set(blocks.flatMap((block) => (block.type === 'picture' ? [block.picture.url] : [])));
  const added = pictures.filter(({ url }) => !shown.has(url)).map((picture): Block => ({ type: 'picture', picture }));
  return [...added, ...blocks];
}

import type { Block, Span } from '@slugline/client/protocol';
import { isLinkUrl, readable } from '../../../story/readable-text.js';

const BULLET = /^\s*[-*•·]\s+(?=\S)/;
const NUMBER = /^\s*\d{1,3}[.)]\s+(?=\S)/;
const ADDRESS = /\bhttps?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'’”]/g;

/**
 * Plain text as blocks. Where empty lines part its paragraphs, the lines between are lines of one; else each is a
 * paragraph. Two or more lines in a row that begin with bullets or numbers are a list.
 */
export function blocksOfText(given: string): readonly Block[] {
  const text = readable(given.replace(/\r\n?|\u2028/g, '\n').replaceAll('\u2029', '\n\n'));
  const groups = /\n[^\S\n]*\n/.test(text.trim()) ? text.split(/\n(?:[^\S\n]*\n)+/) : text.split('\n');
  const parts = groups.flatMap((group) => partsOf(group.split('\n').filter((line) => line.trim() !== '')));
  return joinItems(parts);
}

interface Item {
  readonly ordered: boolean;
  readonly words: string;
  /** With the sign in front of it. */
  readonly line: string;
}

/** The lines of a paragraph, with those that may be items on their own. */
function partsOf(lines: readonly string[]): readonly (string | Item)[] {
  const parts: (string | Item)[] = [];
  for (const line of lines.map((one) => one.trim())) {
    const [sign = ''] = BULLET.exec(line) ?? NUMBER.exec(line) ?? [];
    const last = parts.at(-1);
    if (sign !== '') parts.push({ ordered: NUMBER.test(line), words: line.slice(sign.length), line });
    else if (typeof last === 'string') parts[parts.length - 1] = `${last}\n${line}`;
    else parts.push(line);
  }
  return parts;
}

function joinItems(parts: readonly (string | Item)[]): readonly Block[] {
  const blocks: Block[] = [];
  let run: Item[] = [];
  const endRun = () => {
    const [first, second] = run;
    // One line with a dash or a number in front of it is no list: a sentence may begin so.
    if (first !== undefined && second === undefined) blocks.push({ type: 'paragraph', content: spansOf(first.line) });
    else if (first !== undefined) {
      blocks.push({ type: 'list', ordered: first.ordered, items: run.map(({ words }) => spansOf(words)) });
    }
    run = [];
  };
  for (const part of parts) {
    if (typeof part === 'string' || run[0]?.ordered !== part.ordered) endRun();
    if (typeof part === 'string') blocks.push({ type: 'paragraph', content: spansOf(part) });
    else run.push(part);
  }
  endRun();
  return blocks;
}

/** Text with the addresses in it as links. */
function spansOf(text: string): readonly Span[] {
  const spans: Span[] = [];
  let done = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const [href] = found;
    if (!isLinkUrl(href)) continue;
    if (found.index > done) spans.push({ text: text.slice(done, found.index) });
    spans.push({ text: href, href });
    done = found.index + href.length;
  }
  if (done < text.length) spans.push({ text: text.slice(done) });
  return spans;
}

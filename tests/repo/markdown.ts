/** The parts of a Markdown document that a check compares with code. */

/** A fenced block: ```` ```json Story ```` has the language `json` and the label `Story`. */
export interface Fence {
  readonly language: string;
  readonly label: string;
  readonly text: string;
  readonly line: number;
}

const FENCE = /^```(\w+)(?: +(\S+))?\n(.*?)^```$/gms;

export function fencesOf(document: string): readonly Fence[] {
  return [...document.matchAll(FENCE)].map((match) => {
    const [, language = '', label = '', text = ''] = match;
    return { language, label, text, line: document.slice(0, match.index).split('\n').length };
  });
}

/** The text under a heading, up to the next one of its own or a higher level. Throws when there is no such heading. */
export function sectionOf(document: string, heading: string): string {
  const lines = document.replaceAll(FENCE, (fence) => '\n'.repeat(fence.split('\n').length - 1)).split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ [\d.]* ?/, '') === heading);
  if (start < 0) throw new Error(`the document has no heading "${heading}"`);
  const level = lines[start]?.indexOf(' ') ?? 0;
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
}

/** Rows of all tables in a text, without their heads, as trimmed cells. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let inTable = false;
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) inTable = false;
    else if (/^\|(?: *:?-+:? *\|)+$/.test(line)) inTable = true;
    else if (inTable)
      rows.push(
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      );
  }
  return rows;
}

/** What stands in backticks: `` `a`, `b?` `` → `a`, `b?`. */
export function codesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

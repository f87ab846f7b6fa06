import { toText } from '@slugline/client/body';
import type { Entry, Story } from '@slugline/client/protocol';

/** Characters of a text that stands for a headline, and of one that tells what an entry is about. */
const TITLE = 110;
const SUMMARY = 280;

/** What an entry is called where it must have a name: its headline, else its first words, if it has any, else its story. */
export function titleOf({ headline, body }: Entry, story: Pick<Story, 'headline'>): string {
  return headline ?? (shortened(toText(body), TITLE) || story.headline);
}

/** An entry in a sentence or two, in one line; empty where it is all headline. */
export function summaryOf({ body }: Entry): string {
  return shortened(toText(body), SUMMARY);
}

/** Cut between words where there are any. */
function shortened(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= most) return line;
  const cut = line.slice(0, most).replace(/[\ud800-\udbff]$/, '');
  const lastWord = cut.lastIndexOf(' ');
  return `${cut.slice(0, lastWord > most / 2 ? lastWord : most).trimEnd()} …`;
}

import { extname } from 'node:path';
import { toText } from '@slugline/client/body';
import type { Block } from '@slugline/client/protocol';
import { type Command, Option } from 'commander';
import type { Article } from '../story/article/article.js';
import { createApiClient } from './api-client.js';
import { type ApiFlags, addApiOptions, apiTarget } from './api-options.js';
import { ARTICLE_FORMATS, type ArticleFormat, readArticle, storyFileOf } from './article-file.js';
import { CommandError } from './failure-line.js';
import { watchInterruption } from './interruption.js';
import { playStory, stepLine } from './play-story.js';
import { readInput } from './read-input.js';
import type { StoryFile } from './story-file.js';

interface ImportArticleFlags extends ApiFlags {
  readonly format?: ArticleFormat;
  readonly story?: string;
  readonly language: string;
  readonly picture?: string;
  readonly alt?: string;
  readonly credit?: string;
  readonly json?: true;
  readonly publish?: true;
}

const FORMATS: Readonly<Record<string, ArticleFormat>> = { '.md': 'markdown', '.html': 'html', '.htm': 'html' };
/** Characters of each text that the preview shows. */
const SHOWN = 72;

export function addImportArticleCommand(program: Command): void {
  const command = program
    .command('import-article')
    .summary('split an article into a story and its entries, shown before anything is published')
    .description(
      'Takes an article apart, from plain text, Markdown or HTML: kicker, headline, standfirst and picture become the\n' +
        'story, its lead and what stands below each sub-heading become entries. Shows what it found, and publishes it\n' +
        'only with --publish; doing so again doubles nothing.',
    )
    .argument('[file]', 'what to read; - or nothing for standard input', '-');
  addApiOptions(command)
    .addOption(
      new Option('--format <format>', 'what the text is (default: by the end of its name, else text)').choices(
        ARTICLE_FORMATS,
      ),
    )
    .option('--story <slug>', 'name of the story (default: made of its headline)')
    .option('--language <tag>', 'language of the article, as BCP 47 names it', 'en')
    .option('--picture <url>', 'address of the picture at its top')
    .option('--alt <text>', 'what that picture shows, for those who cannot see it')
    .option('--credit <text>', 'whom to credit for it (default: as the article says)')
    .option('--json', 'print a story file, to be changed and given to slugline publish')
    .option('--publish', 'publish it')
    .addHelpText(
      'after',
      `
Examples:
  $ slugline import-article article.txt                       shows what would be published
  $ slugline import-article article.txt --story harbour-fire --publish
  $ slugline import-article --format html --json < page.html > story.json`,
    )
    .action(importArticle);
}

async function importArticle(path: string, flags: ImportArticleFlags): Promise<void> {
  const target = apiTarget(flags);
  const { signal } = watchInterruption();
  const text = await readInput(path, signal);
  if (text.trim() === '') throw new CommandError('There is nothing to import: the input is empty.');
  const article = readArticle(text, flags.format ?? FORMATS[extname(path).toLowerCase()] ?? 'text');
  const { picture: url, alt: altText, credit: creditLine } = flags;
  const file = storyFileOf(article, {
    slug: flags.story,
    language: flags.language,
    picture: {
      ...(url === undefined ? {} : { url }),
      ...(altText === undefined ? {} : { altText }),
      ...(creditLine === undefined ? {} : { creditLine }),
    },
  });
  console.log(flags.json === true ? JSON.stringify(file, undefined, 2) : preview(article, file));
  if (flags.publish !== true) {
    if (flags.json !== true) console.error('Nothing was published. Run it again with --publish to do so.');
    return;
  }
  const api = createApiClient(target, {
    signal,
    onRetry: (reason, waitMs) => console.error(`${reason} Trying again in ${(waitMs / 1_000).toFixed(1)} s.`),
  });
  await playStory({
    api,
    file,
    speed: Number.POSITIVE_INFINITY,
    signal,
    onStep: (told) => console.error(stepLine(told)),
  });
  console.error(`Done. ${target.url}/s/${file.story.slug}`);
}

/** What was found, for who decides whether it is right. */
function preview(article: Article, { story }: StoryFile): string {
  const { kicker, headline, standfirst, lead, parts } = article;
  const head: readonly (readonly [string, string | undefined])[] = [
    ['story', story.slug],
    ['kicker', kicker],
    ['headline', headline],
    ['standfirst', standfirst],
    ['picture', pictureLine(article, story.picture !== undefined)],
  ];
  const entries = [...(lead.length === 0 ? [] : [{ headline: '(lead)', body: lead }]), ...parts];
  const width = String(entries.length).length;
  return [
    ...head.flatMap(([name, text]) => (text === undefined ? [] : [`${name.padEnd(10)}  ${text}`])),
    '',
    ...entries.flatMap(({ headline: of, body }, at) => [
      `${String(at + 1).padStart(width)}  ${of}`,
      `${' '.repeat(width)}  ${amount(body)}`,
    ]),
  ].join('\n');
}

function pictureLine({ picture }: Article, isTaken: boolean): string | undefined {
  if (picture === undefined) return undefined;
  const { caption = picture.altText ?? '', creditLine } = picture;
  const credit = creditLine === undefined ? 'no credit' : `credit ${creditLine}`;
  return `${shortened(caption)} (${credit})${isTaken ? '' : '; left out: say where it is by --picture and --alt'}`;
}

function amount(body: readonly Block[]): string {
  const text = toText(body).replace(/\s+/g, ' ');
  const words = text === '' ? 0 : text.split(' ').length;
  return `${body.length} ${body.length === 1 ? 'block' : 'blocks'}, ${words} words: ${shortened(text)}`;
}

function shortened(text: string): string {
  const letters = [...text];
  return letters.length > SHOWN ? `${letters.slice(0, SHOWN).join('')}…` : text;
}

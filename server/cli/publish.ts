import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { type ApiClient, createApiClient } from './api-client.js';
import { type ApiFlags, addApiOptions, apiTarget } from './api-options.js';
import { CommandError, UsageError } from './failure-line.js';
import { watchInterruption } from './interruption.js';
import { idempotencyKey, playStory, stepLine } from './play-story.js';
import { readInput } from './read-input.js';
import { type Fields, looksLikeStoryFile, readStoryFile } from './story-file.js';

interface PublishFlags extends ApiFlags {
  readonly story?: string;
  readonly speed: number;
  readonly now?: true;
  readonly pictures?: string;
  readonly idempotencyKey?: string;
  readonly draft?: true;
  readonly at?: string;
  readonly embargo?: string;
}

export function addPublishCommand(program: Command): void {
  const command = program
    .command('publish')
    .summary('publish an entry, or play a whole story file, to a running server')
    .description(
      'Publishes to a running server: one entry (JSON as in the HTTP API, or Markdown) or a story file\n' +
        'with timed updates. What was sent before is not doubled when the same command is run again.',
    )
    .argument('<file>', 'a .json or .md file, or - for standard input')
    .option('--story <slug>', 'the story to publish to; with a story file, a slug to use in place of its own');
  addApiOptions(command)
    .option('--speed <factor>', 'play a story file this many times faster than it tells', positive, 1)
    .option('--now', 'play a story file without any waiting')
    .option('--pictures <url>', 'where relative picture addresses of a story file are found')
    .option('--idempotency-key <key>', 'name of this one entry for retries (default: made of its content)')
    .option('--draft', 'leave the one entry to the desk as a draft instead of publishing it')
    .option('--at <time>', 'schedule the one entry: ISO 8601 with an offset', moment)
    .option('--embargo <time>', 'keep the one entry from readers until then', moment)
    .addHelpText(
      'after',
      `
Examples:
  $ export SLUGLINE_KEY=sl_…                                   the key that the server printed at its first start
  $ slugline publish examples/stories/velmouth-bridge.json --speed 120 --pictures http://localhost:3000/demo/
  $ echo '{"headline":"Bridge open again"}' | slugline publish --story velmouth-bridge -
  $ printf '# Bridge open again\\n\\nTraffic is moving.' | slugline publish --story velmouth-bridge -
  $ slugline publish --story velmouth-bridge --at 2026-03-01T18:00:00+01:00 statement.md`,
    )
    .action(publish);
}

async function publish(file: string, flags: PublishFlags): Promise<void> {
  const target = apiTarget(flags);
  const { signal } = watchInterruption();
  const api = createApiClient(target, {
    signal,
    onRetry: (reason, waitMs) => console.error(`${reason} Trying again in ${(waitMs / 1_000).toFixed(1)} s.`),
  });
  const input = await readInput(file, signal);
  const value = inputValue(input);
  if (looksLikeStoryFile(value)) {
    const forOne = (['draft', 'at', 'embargo'] as const).find((name) => flags[name] !== undefined);
    if (forOne !== undefined) throw new UsageError(`--${forOne} is for one entry, not for a story file.`);
    const read = readStoryFile(value);
    const story = flags.story === undefined ? read.story : { ...read.story, slug: flags.story };
    const speed = flags.now === true ? Number.POSITIVE_INFINITY : flags.speed;
    const pictures = flags.pictures?.replace(/\/*$/, '/');
    await playStory({
      api,
      file: { ...read, story },
      speed,
      pictures,
      signal,
      onStep: (told) => console.log(stepLine(told)),
    });
    console.error(`Done. ${target.url}/s/${story.slug}`);
    return;
  }
  if (flags.story === undefined) throw new UsageError('A single entry needs --story <slug>.');
  const { draft, at, embargo } = flags;
  if (draft && at !== undefined) throw new UsageError('--draft and --at exclude each other: a draft goes out by hand.');
  const entry = {
    ...value,
    ...(draft && { workflow: 'draft' }),
    ...(at !== undefined && { publishAt: at }),
    ...(embargo !== undefined && { embargoedUntil: embargo }),
  };
  await publishEntry(api, flags.story, entry, flags.idempotencyKey);
}

const ENTRY_RECEIPT = z.object({
  entry: z.object({
    id: z.string(),
    workflow: z.string(),
    publishAt: z.string().optional(),
    embargoedUntil: z.string().optional(),
  }),
  position: z.object({ seq: z.number() }),
});

async function publishEntry(api: ApiClient, slug: string, entry: Fields, key: string | undefined): Promise<void> {
  const path = `/v1/stories/${encodeURIComponent(slug)}/entries`;
  const receipt = await api.send(
    { method: 'POST', path, body: entry, idempotencyKey: key ?? idempotencyKey([slug, entry]) },
    ENTRY_RECEIPT,
  );
  console.log(`${receipt.entry.workflow} ${receipt.entry.id} (${whatFollows(receipt, slug)})`);
}

function whatFollows({ entry, position }: z.output<typeof ENTRY_RECEIPT>, slug: string): string {
  if (entry.workflow === 'published') return `change ${position.seq} of ${slug}`;
  if (entry.workflow !== 'scheduled') return `for the desk of ${slug}`;
  const times = [entry.publishAt ?? '', entry.embargoedUntil ?? ''].sort();
  return `goes out in ${slug} at ${times.at(-1)}`;
}

/** JSON begins with a brace; everything else is taken as Markdown, its first heading as the headline. */
function inputValue(input: string): Fields {
  const trimmed = input.trim();
  if (trimmed === '') throw new CommandError('There is nothing to publish: the input is empty.');
  if (!trimmed.startsWith('{')) return markdownEntry(trimmed);
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch (error) {
    throw new CommandError(`The input is not valid JSON: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
  return value as Fields;
}

function markdownEntry(markdown: string): Fields {
  const heading = /^#[ \t]+(?<headline>[^\n]+?)[ \t#]*(?:\n|$)/.exec(markdown);
  const headline = heading?.groups?.headline;
  if (heading === null || headline === undefined) return { bodyMarkdown: markdown };
  const bodyMarkdown = markdown.slice(heading[0].length).trim();
  return bodyMarkdown === '' ? { headline } : { headline, bodyMarkdown };
}

function moment(value: string): string {
  if (!/T.*(?:Z|[+-]\d\d:?\d\d)$/.test(value) || Number.isNaN(Date.parse(value)))
    throw new InvalidArgumentError('It must be a time such as 2026-03-01T18:00:00+01:00.');
  return value;
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

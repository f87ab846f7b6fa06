import { z } from 'zod';
import { isFailure } from '../errors.js';
import {
  correctionRequest,
  createStoryRequest,
  editRequest,
  parseInput,
  patchStoryRequest,
  publishRequest,
  withdrawalRequest,
} from '../story/requests.js';
import { CommandError } from './failure-line.js';

/**
 * A story to be played to a server: the header it starts with, and what the desk does when.
 *
 * `{"story": {slug, headline, …}, "updates": [{"at": 0, "do": "publish", "as": "flash", "entry": {…}}, …]}`
 *
 * - `at`: seconds from the start; never less than in the update before.
 * - `do`: `publish` (`as` names the entry within the file), `edit`, `correct` (`text` for readers), `withdraw`
 *   (`status`, `notice`), `release`, `pin`, `unpin` (each with `ref`, such a name), or `story` (`set`: header fields).
 * - `entry`, `set` and `story` are as in the HTTP API, but for two things: entries are named by `ref` where the API
 *   wants an `entryId` (relations, key points), and a picture's `url` may be relative: it is completed by the player.
 */
export interface StoryFile {
  readonly story: Fields & { readonly slug: string };
  readonly updates: readonly StoryStep[];
}

export type Fields = Readonly<Record<string, unknown>>;

const fields = z.record(z.string(), z.unknown());
const at = z.number().min(0).max(31_536_000);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be a short name of a–z, 0–9 and hyphens');

const STEP = z.discriminatedUnion('do', [
  z.strictObject({ at, do: z.literal('publish'), as: name.optional(), entry: fields }),
  z.strictObject({ at, do: z.literal('edit'), ref: name, entry: fields }),
  z.strictObject({ at, do: z.literal('correct'), ref: name, text: z.string(), entry: fields.optional() }),
  z.strictObject({
    at,
    do: z.literal('withdraw'),
    ref: name,
    status: z.enum(['withheld', 'canceled']),
    notice: z.string().optional(),
  }),
  z.strictObject({ at, do: z.literal('release'), ref: name }),
  z.strictObject({ at, do: z.literal('pin'), ref: name }),
  z.strictObject({ at, do: z.literal('unpin'), ref: name }),
  z.strictObject({ at, do: z.literal('story'), set: fields }),
]);

export type StoryStep = z.output<typeof STEP>;

const STORY_FILE = z.strictObject({
  story: z.looseObject({ slug: z.string() }),
  updates: z.array(STEP).max(10_000),
});

/** Whether a JSON value is meant to be a story file, not a single entry. */
export function looksLikeStoryFile(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'updates' in value;
}

/**
 * Checks a whole story file, so that a mistake in its last update is told before the first is public.
 *
 * @throws CommandError that names the update and the field.
 */
export function readStoryFile(value: unknown): StoryFile {
  const read = STORY_FILE.safeParse(value);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw new CommandError(`The story file is not valid: ${issue?.path.join('.') || 'file'}: ${issue?.message}.`);
  }
  const file = read.data;
  check('story', () => parseInput(createStoryRequest, complete(file.story, SAMPLE)));
  const names = new Set<string>();
  let last = 0;
  for (const [index, step] of file.updates.entries()) {
    const where = `updates.${index} (${step.do})`;
    if (step.at < last) throw new CommandError(`The story file is not valid: ${where}: at goes back in time.`);
    last = step.at;
    for (const ref of refsOf(step)) {
      if (!names.has(ref)) {
        throw new CommandError(`The story file is not valid: ${where}: no earlier update is called ${ref}.`);
      }
    }
    check(where, () => checkStep(step));
    if (step.do !== 'publish' || step.as === undefined) continue;
    if (names.has(step.as)) throw new CommandError(`The story file is not valid: ${where}: ${step.as} is taken.`);
    names.add(step.as);
  }
  return file;
}

/** What stands in for the names and addresses that are not known until the story is played. */
export interface Completion {
  readonly entryId: (ref: string) => string;
  /** Base of relative picture URLs, with a slash at its end. */
  readonly pictures: string | undefined;
}

const SAMPLE: Completion = { entryId: () => 'an-entry', pictures: 'http://localhost/' };

/** The fields as the API takes them: each `ref` as an `entryId`, each relative picture URL made absolute. */
export function complete(value: Fields, completion: Completion): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, completeValue(key, part, completion)]));
}

function completeValue(key: string, value: unknown, completion: Completion): unknown {
  if (Array.isArray(value)) return value.map((part) => completeValue(key, part, completion));
  if (!isFields(value)) return value;
  const { ref, ...rest } = value;
  if ((key === 'relations' || key === 'keyPoints') && typeof ref === 'string') {
    return { ...rest, entryId: completion.entryId(ref) };
  }
  const completed = complete(value, completion);
  if (key === 'picture' && typeof value.url === 'string') completed.url = pictureUrl(value.url, completion);
  return completed;
}

function pictureUrl(url: string, { pictures }: Completion): string {
  if (URL.canParse(url)) return url;
  if (pictures === undefined) {
    throw new CommandError(`The picture ${url} has no full address: give the place of such pictures with --pictures.`);
  }
  return new URL(url, pictures).href;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every name of an earlier update that a step uses. */
function refsOf(step: StoryStep): readonly string[] {
  const refs: string[] = [];
  const collect: Completion = {
    ...SAMPLE,
    entryId: (ref) => {
      refs.push(ref);
      return ref;
    },
  };
  if ('ref' in step) refs.push(step.ref);
  if ('entry' in step && step.entry !== undefined) complete(step.entry, collect);
  if ('set' in step) complete(step.set, collect);
  return refs;
}

function checkStep(step: StoryStep): void {
  switch (step.do) {
    case 'publish':
      parseInput(publishRequest, complete(step.entry, SAMPLE));
      return;
    case 'edit':
      parseInput(editRequest, complete(step.entry, SAMPLE));
      return;
    case 'correct':
      parseInput(correctionRequest, { text: step.text, ...complete(step.entry ?? {}, SAMPLE) });
      return;
    case 'withdraw':
      parseInput(withdrawalRequest, { status: step.status, notice: step.notice });
      return;
    case 'story':
      parseInput(patchStoryRequest, complete(step.set, SAMPLE));
      return;
    case 'release':
    case 'pin':
    case 'unpin':
      return;
  }
}

function check(where: string, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!isFailure(error, 'invalid_input')) throw error;
    throw new CommandError(`The story file is not valid: ${where}: ${error.message}`, { cause: error });
  }
}

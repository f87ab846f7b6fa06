import { LIMITS } from '@slugline/client/protocol';
import { z } from 'zod';
import { count } from '../../story/requests.js';
import { choiceOf, type EmbedChoice } from './embed-code.js';
import { EMBED_THEMES } from './embed-themes.js';

/** A field of the form with what may be chosen in it, and how that is told to people. */
export interface Choices<Value extends string = string> {
  readonly name: string;
  readonly title: string;
  readonly values: readonly (readonly [value: Value, title: string])[];
}

function choices<const Value extends string>(
  name: string,
  title: string,
  values: readonly (readonly [Value, string])[],
): Choices<Value> {
  return { name, title, values };
}

export const THEME = choices(
  'theme',
  'Theme',
  EMBED_THEMES.map(({ name, title }) => [name, title]),
);
export const ORDER = choices('order', 'Order', [
  ['newest', 'Newest first'],
  ['oldest', 'Oldest first'],
]);
export const HIDE = choices('hide', 'Leave out', [
  ['header', 'Headline and standfirst'],
  ['picture', 'Picture'],
  ['key-points', 'Key points'],
  ['controls', 'Filters and order'],
  ['share', 'Share links'],
]);
export const HEADING_LEVEL = choices('heading-level', 'Level of the headline', [
  ['1', 'h1: the story is the page'],
  ['2', 'h2'],
  ['3', 'h3'],
  ['4', 'h4'],
]);
export const LANGUAGE = choices('lang', 'Language of buttons and times', [
  ['', 'The story’s own'],
  ['ar', 'العربية'],
  ['de', 'Deutsch'],
  ['en', 'English'],
  ['es', 'Español'],
  ['fr', 'Français'],
  ['uk', 'Українська'],
]);
export const ANNOUNCE = choices('announce', 'Screen readers announce', [
  ['all', 'all updates'],
  ['breaking', 'breaking news only'],
  ['off', 'nothing'],
]);
export const KEYS = choices('keys', 'Keyboard shortcuts', [
  ['focus', 'while the story has the focus'],
  ['page', 'everywhere in the page'],
  ['off', 'none'],
]);
export const WIDTH = choices('width', 'Preview in', [
  ['full', 'full width'],
  ['column', 'a column of 320 pixels'],
]);

type Part = (typeof HIDE)['values'][number][0];
const isPart = (word: string): word is Part => HIDE.values.some(([part]) => part === word);

function oneOf<Value extends string>({ values }: Choices<Value>) {
  return z.enum(values.map(([value]) => value)).exactOptional();
}

/**
 * `GET /embed`: the form as browsers send it, with a field for each attribute of the element. A box that is ticked is
 * sent for itself; several in one field, parted by spaces, are how the element has them.
 */
export const builderQuery = z.object({
  story: z.string().max(LIMITS.slug).exactOptional(),
  theme: oneOf(THEME),
  order: oneOf(ORDER),
  hide: z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [given].flat().flatMap((text) => text.split(' ').filter((word) => word !== '')))
    .refine((words) => words.every(isPart), `must be some of ${HIDE.values.map(([part]) => part).join(', ')}`)
    .transform((words) => words.filter(isPart))
    .meta({ type: 'string' })
    .exactOptional(),
  'heading-level': oneOf(HEADING_LEVEL),
  limit: count(1, LIMITS.pageMax).exactOptional(),
  lang: oneOf(LANGUAGE),
  announce: oneOf(ANNOUNCE),
  keys: oneOf(KEYS),
  width: oneOf(WIDTH),
});
export type BuilderOptions = z.output<typeof builderQuery>;

/** What the code is made of. */
export function chosenIn(options: BuilderOptions, slug: string): EmbedChoice {
  const { hide = [], theme = 'site', limit } = options;
  const given: Readonly<Record<string, string | undefined>> = {
    order: options.order,
    hide: hide.join(' '),
    'heading-level': options['heading-level'],
    limit: limit?.toString(),
    lang: options.lang,
    announce: options.announce,
    keys: options.keys,
  };
  return choiceOf(slug, theme, (name) => given[name]);
}

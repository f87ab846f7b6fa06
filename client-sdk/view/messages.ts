import { remember } from './remember.js';

/**
 * The interface's own texts in one language. Values may hold `{name}`, which is replaced. A text that depends on a count
 * has a form for each plural category that the language knows (`Intl.PluralRules`); `other` stands for those left out.
 */
export type Texts = { readonly language: string } & Readonly<Record<PlainName, string>> &
  Readonly<Record<CountedName, Plural>>;

/** Those that a story has no need of before its reader does something, or that only pages around it show. */
export type LateTexts = Readonly<Record<LatePlainName, string>> & Readonly<Record<LateCountedName, Plural>>;

export type WholeTexts = Texts & LateTexts;

type Plural = { readonly other: string } & Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;

export type CountedName = 'gathered' | 'source';

type LateCountedName = `since.${'updates' | 'corrections' | 'withdrawals'}`;

type LatePlainName = 'share.copied' | 'missing' | 'since' | 'dismiss' | 'stories' | 'follow';

export type PlainName =
  | `status.${'upcoming' | 'live' | 'paused' | 'ended'}`
  | `empty${'' | '.filtered' | '.upcoming'}`
  | 'updated'
  | 'key-points'
  | 'entries'
  | 'pinned'
  | 'breaking'
  | 'key-event'
  | 'edited'
  | 'corrected'
  | `${'withheld' | 'canceled'}${'' | '.notice'}`
  | `verification.${'confirmed' | 'attributed' | 'unverified' | 'disputed'}`
  | `relation.${'updates' | 'disputes' | 'repeats' | 'replaces'}`
  | `source.${'agency' | 'official' | 'media' | 'witness' | 'social' | 'own'}`
  | 'via'
  | 'permalink'
  | `older${'' | '.loading' | '.failed'}`
  | 'newest'
  | 'refresh'
  | `filter.${'label' | 'all' | 'key-events' | 'tag'}`
  | 'order.oldest'
  | 'share'
  | 'connecting'
  | 'reconnecting'
  | 'behind'
  | 'offline'
  | 'refused'
  | 'ended'
  | `embed.${'load' | 'note' | 'open'}`
  | 'settings'
  | `said.${'breaking' | 'correction' | 'withdrawn'}`;

export type Values = Readonly<Record<string, string>>;

/** The text of this name, with its places filled in. */
export function say<Name extends string>(
  texts: Readonly<Record<Name, string>>,
  name: Name,
  values: Values = {},
): string {
  return filled(texts[name], values);
}

/**
 * The text of this name as it is for so many, with `{count}` as the language writes numbers.
 *
 * @param orMore whether there may be more than that.
 */
export function sayCount<Name extends string>(
  texts: { readonly language: string } & Readonly<Record<Name, Plural>>,
  name: Name,
  count: number,
  orMore = false,
): string {
  const forms: Plural = texts[name];
  const form = forms[pluralRules(texts.language).select(count)] ?? forms.other;
  const number = numberFormat(texts.language).format(count);
  return filled(form, { count: orMore ? `${number}+` : number });
}

const pluralRules = remember((language) => new Intl.PluralRules(language));
const numberFormat = remember((language) => new Intl.NumberFormat(language));

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? '') : place,
  );
}

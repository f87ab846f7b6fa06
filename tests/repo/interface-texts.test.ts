import { describe, expect, it } from 'vitest';
import type { HelpTexts } from '../../client-sdk/element/help/help-texts.js';
import { ar } from '../../client-sdk/element/help/texts/ar.js';
import { de } from '../../client-sdk/element/help/texts/de.js';
import { en as help } from '../../client-sdk/element/help/texts/en.js';
import { es } from '../../client-sdk/element/help/texts/es.js';
import { fr } from '../../client-sdk/element/help/texts/fr.js';
import { uk } from '../../client-sdk/element/help/texts/uk.js';
import type { Texts } from '../../client-sdk/view/messages.js';
import { TEXTS } from '../../client-sdk/view/texts/all.js';
import { en } from '../../client-sdk/view/texts/en.js';
import { wholeTexts } from '../../client-sdk/view/texts/en-late.js';
import { FRONT_LANGUAGES, frontTextsIn } from '../../server/pages/front-texts.js';
import { nodesOf, type SyntaxNode } from './imports.js';
import { type SourceFile, sourceFiles } from './source-tree.js';

type Forms = Readonly<Record<string, string>>;

/** Each text by its name; one without a count has the form `other` alone. */
function formsOf(texts: Texts): ReadonlyMap<string, Forms> {
  const { language, ...named } = texts;
  const entries = Object.entries<string | Forms>(named);
  return new Map(entries.map(([name, text]) => [name, typeof text === 'string' ? { other: text } : text]));
}

const placesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();

/** Whether a plural category stands for one number only, which its text may then say in words. */
function isOneNumber(language: string, category: string): boolean {
  const rules = new Intl.PluralRules(language);
  const numbers = [...Array(1_000).keys()].filter((number) => rules.select(number) === category);
  return numbers.length <= 1;
}

const english = formsOf(wholeTexts(en));

describe.each(TEXTS.map((texts) => [texts.language, texts] as const))('the interface in %s', (language, texts) => {
  const forms = formsOf(texts);

  it('has every text, and no other', () => {
    expect([...forms.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('has a form for each plural category of the language', () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const counted = [...forms].filter(([name]) => typeof Reflect.get(wholeTexts(en), name) !== 'string');
    expect(counted.length).toBeGreaterThan(0);
    for (const [name, has] of counted) expect(Object.keys(has).sort(), name).toEqual([...categories].sort());
  });

  it('has the places that are filled in, in each form', () => {
    for (const [name, has] of forms) {
      const places = placesIn(english.get(name)?.other ?? '');
      for (const [category, text] of Object.entries(has)) {
        const mayLack = has.one !== undefined && isOneNumber(language, category) ? ['count'] : [];
        const missing = places.filter((place) => !placesIn(text).includes(place) && !mayLack.includes(place));
        expect(missing, `${name} (${category}) lacks a place`).toEqual([]);
        expect(
          placesIn(text).filter((place) => !places.includes(place)),
          name,
        ).toEqual([]);
      }
    }
  });

  it('leaves no text empty, and none with space around it', () => {
    for (const [name, has] of forms) {
      for (const text of Object.values(has)) expect(text, name).toMatch(/^\S(.*\S)?$/s);
    }
  });
});

const HELP: Readonly<Record<string, HelpTexts>> = { ar, de, en: help, es, fr, uk };

describe('the help', () => {
  it('is in every language that the interface is in', () => {
    expect(Object.keys(HELP).sort()).toEqual(TEXTS.map((texts) => texts.language).sort());
  });

  it.each(Object.entries(HELP))('leaves nothing unsaid in %s', (_, { keys, ...texts }) => {
    const { keys: printed, ...said } = help;
    expect(Object.keys(texts).sort()).toEqual(Object.keys(said).sort());
    expect(Object.keys(keys).sort()).toEqual(Object.keys(printed).sort());
    for (const text of [...Object.values(texts), ...Object.values(keys)]) expect(text).toMatch(/^\S(.*\S)?$/);
  });

  it('says all of it', () => {
    const [dialog] = sourceFiles('help-dialog.ts');
    const said = dialog === undefined ? [] : saidIn(dialog);
    expect(Object.keys(help).filter((name) => !said.some((one) => one.test(name)))).toEqual([]);
  });
});

describe('the front page', () => {
  const { language: _language, story: _story, ...englishWords } = frontTextsIn('en');

  it('is in every language that the interface is in', () => {
    expect(Object.keys(FRONT_LANGUAGES).sort()).toEqual(TEXTS.map((texts) => texts.language).sort());
  });

  it.each(Object.keys(FRONT_LANGUAGES))('leaves nothing unsaid in %s', (spoken) => {
    const { language, story, ...words } = frontTextsIn(spoken);
    expect([language, story.language].map((tag) => new Intl.Locale(tag).language)).toEqual([spoken, spoken]);
    for (const [name, text] of Object.entries(englishWords)) {
      const said = Reflect.get(words, name);
      expect(said, name).toMatch(/^\S(.*\S)?$/);
      expect(placesIn(said), name).toEqual(placesIn(text));
      if (spoken !== 'en') expect(said, name).not.toBe(text);
    }
  });
});

/** What says a text: its name is the second argument. */
const SAYING = new Set(['say', 'sayCount', 'worded', 'wordedCount']);

/** Names that are not written where they are said, by the expression that stands there. */
const NAMED_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'trouble.kind': ['connecting', 'reconnecting', 'behind', 'offline', 'refused'],
  'entry.status': ['withheld', 'canceled'],
  value: ['all', 'breaking', 'off'],
};

const isNode = (value: unknown): value is SyntaxNode => typeof value === 'object' && value !== null && 'type' in value;
const nodes = (value: unknown): readonly SyntaxNode[] => (Array.isArray(value) ? value.filter(isNode) : []);

/** The names that an expression may have for its value, as patterns. */
function namesIn(node: SyntaxNode, file: SourceFile): readonly RegExp[] {
  const both = (...parts: readonly unknown[]) => parts.filter(isNode).flatMap((part) => namesIn(part, file));
  switch (node.type) {
    case 'Literal':
      return [pattern([String(node.value)])];
    case 'TemplateLiteral':
      return [pattern(nodes(node.quasis).map(cookedOf))];
    case 'ConditionalExpression':
      return both(node.consequent, node.alternate);
    default: {
      const expression = file.text.slice(node.start, Number(node.end));
      const names = NAMED_ELSEWHERE[expression];
      if (names === undefined) throw new Error(`${file.path}: which texts may \`${expression}\` name?`);
      return names.map((name) => pattern([name]));
    }
  }
}

function cookedOf({ value }: SyntaxNode): string {
  return typeof value === 'object' && value !== null && 'cooked' in value ? String(value.cooked) : '';
}

function pattern(parts: readonly string[]): RegExp {
  return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`);
}

function saidIn(file: SourceFile): readonly RegExp[] {
  return nodesOf(file).flatMap((node) => {
    if (node.type === 'CallExpression') {
      const { callee } = node;
      const [, name] = nodes(node.arguments);
      const says = isNode(callee) && callee.type === 'Identifier' && SAYING.has(String(callee.name));
      return says && name !== undefined ? namesIn(name, file) : [];
    }
    if (node.type !== 'MemberExpression' || !isNode(node.object) || !isNode(node.property)) return [];
    if (node.object.type !== 'Identifier' || node.object.name !== 'texts') return [];
    return node.computed === true ? namesIn(node.property, file) : [pattern([String(node.property.name)])];
  });
}

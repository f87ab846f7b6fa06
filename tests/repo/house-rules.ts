import { nodesOf } from './imports.js';
import type { SourceFile } from './source-tree.js';

/** Tells what is wrong with a source file, one line each; empty when nothing is. */
type HouseRule = (file: SourceFile) => readonly string[];

const MOST_LINES = 400;
const MOST_TEST_LINES = 800;

/** Comments that switch a check off, whichever tool they speak to. */
const ESCAPE_COMMENT = /@ts-(?:ignore|nocheck|expect-error)|biome-ignore|eslint-disable|@vite-ignore|v8 ignore/;

/** Constructs that switch the type checker off, by their names in the syntax tree. */
const UNCHECKED_TYPES: Readonly<Record<string, string>> = {
  TSAnyKeyword: 'any',
  TSNonNullExpression: 'a non-null assertion',
};

export const noReExportOfEverything: HouseRule = (file) =>
  nodesOf(file)
    .filter((node) => node.type === 'ExportAllDeclaration')
    .map((node) => `${file.path}:${lineOf(file, node.start)} re-exports everything`);

export const noUncheckedTypes: HouseRule = (file) =>
  nodesOf(file).flatMap((node) => {
    const what = UNCHECKED_TYPES[node.type];
    return what === undefined ? [] : [`${file.path}:${lineOf(file, node.start)} has ${what}`];
  });

export const noEscapeComments: HouseRule = (file) =>
  file.text
    .split('\n')
    .flatMap((line, index) => (ESCAPE_COMMENT.test(line) ? [`${file.path}:${index + 1} switches a check off`] : []));

export const reasonableLength: HouseRule = (file) => {
  const lines = file.text.split('\n').length - 1;
  const most = file.path.startsWith('tests/') || file.path.endsWith('.test.ts') ? MOST_TEST_LINES : MOST_LINES;
  return lines <= most ? [] : [`${file.path} has ${lines} lines, and may have ${most}`];
};

/** Paths of one person's or one machine's disk. */
const MACHINE_PATH = /(?<![\w.:/-])\/(?:home|root|Users|work|tmp|mnt)\/[\w.-]/;

export const noMachinePaths: HouseRule = (file) =>
  file.text
    .split('\n')
    .flatMap((line, index) => (MACHINE_PATH.test(line) ? [`${file.path}:${index + 1} names a path of a machine`] : []));

const TOP_LEVEL = new Set([
  'server',
  'client-sdk',
  'examples',
  'tests',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
]);

/** Documents and licences may be added at the top; anything else has a folder that it belongs to. */
export function isAllowedAtTop(name: string): boolean {
  return TOP_LEVEL.has(name) || name.startsWith('.') || /^[A-Z][A-Z_-]*(?:\.md)?$/.test(name);
}

function lineOf({ text }: SourceFile, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

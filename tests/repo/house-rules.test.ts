import { describe, expect, it } from 'vitest';
import {
  isAllowedAtTop,
  noEscapeComments,
  noMachinePaths,
  noReExportOfEverything,
  noUncheckedTypes,
  reasonableLength,
} from './house-rules.js';
import { sourceFiles, topLevelNames } from './source-tree.js';

const sources = sourceFiles('.ts', '.tsx');
const texts = sourceFiles(
  '.ts',
  '.tsx',
  '.js',
  '.mjs',
  '.json',
  '.md',
  '.lua',
  '.html',
  '.css',
  '.yml',
  '.yaml',
  '.sh',
);
/** Joined from parts, so that the samples do not break the rules that this file is held to as well. */
const sample = (...parts: readonly string[]) => ({ path: 'server/sample.ts', text: parts.join('') });

describe('house rules', () => {
  it('sees the sources', () => {
    expect(sources.map(({ path }) => path)).toContain('server/errors.ts');
    expect(sources.map(({ path }) => path)).not.toContain('server/dist/errors.d.ts');
  });

  it('no module re-exports everything of another', () => {
    expect(sources.flatMap(noReExportOfEverything)).toEqual([]);
    expect(noReExportOfEverything(sample("export * from './errors.js';"))).toHaveLength(1);
  });

  it('the type checker is nowhere switched off by a type', () => {
    expect(sources.flatMap(noUncheckedTypes)).toEqual([]);
    expect(noUncheckedTypes(sample('const a = 1;\nconst b = a as any;'))).toEqual(['server/sample.ts:2 has any']);
    expect(noUncheckedTypes(sample('export const c = process.argv[0]!;'))).toHaveLength(1);
  });

  it('no check is switched off by a comment', () => {
    const others = sources.filter(({ path }) => path !== 'tests/repo/house-rules.ts');
    expect(others.flatMap(noEscapeComments)).toEqual([]);
    for (const word of ['ts-ignore', 'ts-expect-error', 'ts-nocheck']) {
      expect(noEscapeComments(sample('// @', word, ' because'))).toHaveLength(1);
    }
    expect(noEscapeComments(sample('/* biome', '-ignore lint: because */'))).toHaveLength(1);
  });

  it('files stay short enough to be read', () => {
    expect(sources.flatMap(reasonableLength)).toEqual([]);
    expect(reasonableLength(sample('x;\n'.repeat(400)))).toEqual([]);
    expect(reasonableLength(sample('x;\n'.repeat(401)))).toHaveLength(1);
    expect(reasonableLength({ path: 'tests/flow/long.test.ts', text: 'x;\n'.repeat(801) })).toHaveLength(1);
  });

  it('no file names a path of somebody’s machine', () => {
    expect(texts.flatMap(noMachinePaths)).toEqual([]);
    expect(noMachinePaths(sample('cd /', 'home/ada/slugline'))).toHaveLength(1);
    expect(noMachinePaths(sample("readFile('/", "tmp/x')"))).toHaveLength(1);
    expect(noMachinePaths(sample('https://news.example/', 'work/1'))).toEqual([]);
  });

  it('the top level holds what it is meant to hold', () => {
    expect(topLevelNames().filter((name) => !isAllowedAtTop(name))).toEqual([]);
    for (const name of ['src', 'notes.txt', 'vite.config.js', 'docs']) expect(isAllowedAtTop(name)).toBe(false);
    for (const name of ['server', 'README.md', 'LICENSE', '.ci']) expect(isAllowedAtTop(name)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { STYLES } from '../../client-sdk/view/live-story-css.js';
import { codesIn, rowsOf, sectionOf } from './markdown.js';
import { readText, sourceFiles } from './source-tree.js';

const README = readText('examples/static-site/README.md');
const THEMES = sourceFiles('.css').filter(({ path }) => path.startsWith('examples/static-site/'));

/** What stands in the first column of a section's table. */
const documented = (heading: string): readonly string[] =>
  rowsOf(sectionOf(README, heading))
    .map(([first = '']) => codesIn(first)[0] ?? '')
    .sort();

const properties = documented('Colours, type and measures');
const parts = documented('Parts');

const found = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();

describe('what sites may set of a story’s look', () => {
  it('is each custom property that the element reads, and none that it does not', () => {
    expect(properties).toEqual(found(STYLES, /var\((--live-story-[a-z-]+)/g));
  });

  it('is each part that the element has, and none that it has not', () => {
    const view = sourceFiles('.ts').filter(({ path }) => /^client-sdk\/(?:view|body)\/[^/]+\.ts$/.test(path));
    const named = view.flatMap(({ text }) => found(text, /\bpart: '([a-z -]+)'/g)).flatMap((names) => names.split(' '));
    expect(parts).toEqual([...new Set(named)].sort());
  });

  it('is all that the two themes set', () => {
    expect(THEMES).toHaveLength(2);
    for (const { path, text } of THEMES) {
      const set = found(text, /(--live-story-[a-z-]+)\s*:/g);
      expect(set.length, path).toBeGreaterThan(8);
      for (const name of set) expect(properties, path).toContain(name);
      const styled = found(text, /live-story::part\(([a-z-]+)\)/g);
      expect(styled.length, path).toBeGreaterThan(2);
      for (const name of styled) expect(parts, path).toContain(name);
    }
  });
});

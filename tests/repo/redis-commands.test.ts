import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const DIRECTORY = new URL('../../server/store/redis/', import.meta.url);

/** Asked for at the start and done without where they are forbidden, or part of having a link at all. */
const NOT_ASKED_FOR = ['TIME', 'EVAL', 'EVALSHA'];

async function textsOf(directory: URL, ending: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(ending));
  return Promise.all(names.map((name) => readFile(new URL(name, directory), 'utf8')));
}

it('every command that the Redis store uses is tried before it is relied on', async () => {
  const sources = (await textsOf(DIRECTORY, '.ts')).join('\n');
  const scripts = (await textsOf(new URL('lua/', DIRECTORY), '.lua')).join('\n');
  const used = [
    ...sources.matchAll(/\b(?:command|#add)\(\s*(?:\.\.\.\[)?'([A-Z]+)'/g),
    ...scripts.matchAll(/redis\.p?call\('([A-Z]+)'/g),
  ].map(([, name = '']) => name);
  const tried = [...scripts.matchAll(/\btry\('([A-Z]+)'/g)].map(([, name = '']) => name);
  expect(used.length).toBeGreaterThan(40);
  expect([...new Set(used)].filter((name) => ![...tried, ...NOT_ASKED_FOR].includes(name))).toEqual([]);
});

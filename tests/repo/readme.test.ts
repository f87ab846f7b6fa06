import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CONFIG_OPTIONS } from '../../server/config-options.js';

const README = new URL('../../README.md', import.meta.url);

test('the README lists every setting with its flag, default and meaning', async () => {
  const readme = await readFile(README, 'utf8');
  const rows = CONFIG_OPTIONS.map(({ name, flag, default: usual, meaning }) => {
    const shownFlag = flag === undefined ? '' : ` \`${flag}\``;
    return `| \`${name}\` |${shownFlag} | ${usual} | ${meaning} |`;
  });
  const [, table = ''] = /## Configuration\n.*?\n(\| .*?)\n\n/s.exec(readme) ?? [];
  expect(table.split('\n').slice(2)).toEqual(rows);
});

test.each(['server', 'client-sdk'])('each runtime dependency of %s has its line in ARCHITECTURE.md', async (name) => {
  const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(await read(`${name}/package.json`));
  const [, table = ''] = /## Dependencies\n(.*?)(?:\n## |$)/s.exec(await read('ARCHITECTURE.md')) ?? [];
  const lines = table.split('\n').filter((line) => line.startsWith('|'));
  for (const dependency of Object.keys(dependencies)) {
    expect(
      lines.some((line) => line.includes(`\`${dependency}\``)),
      dependency,
    ).toBe(true);
  }
});
